"""Define the types of columns that differ between both databases."""

from sqlalchemy import BigInteger, Integer, Text

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Texts that compare by code point."""

BIG_INTEGER = BigInteger().with_variant(Integer, "sqlite")
"""Integers of 64 bits: an SQLite table uses only a plain integer as its row id."""

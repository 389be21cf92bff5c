"""Conditions over the words of an entry, independent of the engine: phrases, all of some, any of some."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec


class Phrase(msgspec.Struct, frozen=True):
    """A word, or several consecutive words; with `is_prefix`, the last word is only a prefix."""

    words: tuple[str, ...]
    is_prefix: bool = False


class AnyOf(msgspec.Struct, frozen=True):
    """At least one of the conditions."""

    conditions: "Sequence[Condition]"


class AllOf(msgspec.Struct, frozen=True):
    """All `wanted` conditions, and none of the `unwanted` conditions."""

    wanted: "Sequence[Condition]"
    unwanted: "Sequence[Condition]" = ()


Condition: TypeAlias = Phrase | AnyOf | AllOf

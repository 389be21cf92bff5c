"""Name the attributes by which entries are indexed.

An attribute is a text, for example `kind/article` or `topic/7`. A set of slots is an integer: bit n is set if slot n
belongs to the set (see postings.py). Quality and heat are indexed bit by bit (O'Neil and Quass, Improved Query
Performance with Variant Indexes, 1997, section 3.4): ten steps find the entries above any minimum.
"""

from collections.abc import Iterator, Mapping

from feeds.catalog.rows import Record
from feeds.model.clock import find_day
from feeds.model.entry import Kind

EVERY = ""
"""The attribute of every entry and former version."""

FIGURES_ONLY = "figures_only"
"""The attribute of former versions that were replaced only because quality or heat changed."""

AFTER = "after/"
"""The prefix of attributes for quality and heat after such a change."""

FIGURE_BITS = 10
"""The number of bits by which quality and heat are indexed."""

_MAX_FIGURE = 2**FIGURE_BITS - 1
"""Higher figures are indexed as this figure; the minimum of a query is never as high."""

FIGURES = ("quality", "peak_heat")
"""The columns indexed bit by bit."""

ARTICLE = f"kind/{Kind.ARTICLE}"
"""The attribute of published articles."""

_DAY = "day/"
_DAYS_BEFORE = 1_000_000  # added to each day, so that days before 1970 sort as text too
_DAY_DIGITS = 7

SlotSets = Mapping[str, int]
"""The sets of slots of one period, by attribute."""


def list_attributes(row: Record) -> frozenset[str]:
    """Return all attributes of an entry or former version, given as a row of the catalog."""
    return frozenset(_list_attributes(row))


def _list_attributes(row: Record) -> Iterator[str]:
    yield EVERY
    yield f"kind/{row['kind']}"
    yield f"type/{row['type'].casefold()}"
    yield f"provider/{row['provider']}"
    yield make_day_attribute(find_day(row["published"]))
    for number in row["topics"].split():
        yield f"topic/{number}"
    for name in FIGURES:
        yield from _list_figure_attributes(name, row[name])
    if row.get("figures_only"):
        yield FIGURES_ONLY
        for name in FIGURES:
            yield from _list_figure_attributes(f"{AFTER}{name}", row[f"{name}_after"])


def make_day_attribute(day: int) -> str:
    """Return the attribute of entries published on a day; sorted as text, the attributes are in order of time."""
    return f"{_DAY}{day + _DAYS_BEFORE:0{_DAY_DIGITS}}"


def parse_day_attribute(attribute: str) -> int:
    """Return the day of an attribute from `make_day_attribute`."""
    return int(attribute.removeprefix(_DAY)) - _DAYS_BEFORE


def _list_figure_attributes(name: str, value: int | None) -> Iterator[str]:
    if value is None or value < 0:
        return
    yield name
    bounded = min(value, _MAX_FIGURE)
    for bit in range(FIGURE_BITS):
        if bounded >> bit & 1:
            yield f"{name}/{bit}"

"""Name what entries are selected by, and find those that a selection wants, as sets of slots.

A set of slots is an integer: its bit n is set where slot n belongs to it. Figures are kept bit by bit (O'Neil and
Quass, Improved Query Performance with Variant Indexes, 1997, section 3.4), so that any threshold is found in ten steps.
"""

from collections.abc import Callable, Iterator, Mapping

from feeds.catalog.rows import Record
from feeds.model.clock import find_day
from feeds.model.entry import Kind
from feeds.model.expression import Expression
from feeds.model.query import Query

EVERY = ""
"""The attribute of every entry."""

STAYS = "stays"
"""The attribute of what was only ranked otherwise."""

_AFTER = "after/"
_PLANES = 10
_HIGHEST = 2**_PLANES - 1
"""A figure above is taken for this; no threshold is as high."""

_FIGURES = ("quality", "peak_heat")
_ARTICLE = f"kind/{Kind.ARTICLE}"
_DAY = "day/"
_DAYS_BEFORE = 1_000_000  # so that days sort as text, those before 1970 included
_DAY_DIGITS = 7

Sets = Mapping[str, int]

# The hottest first, then the best; what has no figure last.
_RANKING = tuple(
    attribute
    for name in reversed(_FIGURES)
    for attribute in (name, *(f"{name}/{plane}" for plane in reversed(range(_PLANES))))
)
RANKING = frozenset(_RANKING)
"""The attributes that `find_best` goes by."""


def list_attributes(row: Record) -> frozenset[str]:
    """Give all attributes of an entry or departure as the catalog keeps it."""
    return frozenset(_list_attributes(row))


def _list_attributes(row: Record) -> Iterator[str]:
    yield EVERY
    yield f"kind/{row['kind']}"
    yield f"type/{row['type'].casefold()}"
    yield f"provider/{row['provider']}"
    yield day_attribute(find_day(row["published"]))
    for number in row["topics"].split():
        yield f"topic/{number}"
    for name in _FIGURES:
        yield from _list_planes(name, row[name])
    if row.get("figures_only"):
        yield STAYS
        for name in _FIGURES:
            yield from _list_planes(f"{_AFTER}{name}", row[f"{name}_after"])


def day_attribute(day: int) -> str:
    """Name what was published on a day; as texts, these names are in the order of time."""
    return f"{_DAY}{day + _DAYS_BEFORE:0{_DAY_DIGITS}}"


def day_of(attribute: str) -> int:
    """Give the day that `day_attribute` named."""
    return int(attribute.removeprefix(_DAY)) - _DAYS_BEFORE


def _list_planes(name: str, value: int | None) -> Iterator[str]:
    if value is None or value < 0:
        return
    yield name
    bounded = min(value, _HIGHEST)
    for plane in range(_PLANES):
        if bounded >> plane & 1:
            yield f"{name}/{plane}"


class Matcher:
    """A selection, to be matched against sets of slots; `numbers` are those of its topics, by slug.

    `attributes` are the ones whose sets it needs. The words of `search` are not among them.
    """

    def __init__(self, query: Query, numbers: Mapping[str, int]) -> None:
        self.search = query.search
        self._query = query
        self._expressions: list[tuple[Expression, Callable[[str], str]]] = []
        if query.topics:
            self._expressions.append((query.topics, lambda slug: f"topic/{numbers.get(slug, 0)}"))
        self._expressions += [(each, "provider/{}".format) for each in query.provider_expressions]
        if query.types:
            self._expressions.append((query.types, "type/{}".format))
        self._thresholds = [
            (name, least)
            for name, least in zip(_FIGURES, (query.min_quality, query.min_heat), strict=True)
            if least is not None
        ]
        self.attributes = frozenset(self._list_attributes())

    def find(self, sets: Sets) -> int:
        """Find the entries that are selected."""
        return self._find_named(sets) & self._find_ranked(sets)

    def find_departed(self, sets: Sets) -> int:
        """Find the departures of what was selected and is no longer, or is now and was not."""
        remaining = sets.get(STAYS, 0) & self._find_ranked(sets, _AFTER)
        return self._find_named(sets) & (self._find_ranked(sets) ^ remaining)

    def _list_attributes(self) -> Iterator[str]:
        yield from (EVERY, STAYS, _ARTICLE)
        for expression, attribute in self._expressions:
            yield from map(attribute, expression.names)
        for name, _ in self._thresholds:
            for prefix in ("", _AFTER):
                yield prefix + name
                yield from (f"{prefix}{name}/{plane}" for plane in range(_PLANES))

    def _find_named(self, sets: Sets) -> int:
        found = sets.get(EVERY if self._query.includes_related else _ARTICLE, 0)
        for expression, attribute in self._expressions:
            found = _find_any(expression, attribute, sets, among=found)
        return found

    def _find_ranked(self, sets: Sets, prefix: str = "") -> int:
        found = sets.get(EVERY, 0)
        for name, least in self._thresholds:
            found &= _find_least(least, f"{prefix}{name}", sets)
        return found


def _find_any(expression: Expression, attribute: Callable[[str], str], sets: Sets, *, among: int) -> int:
    found = 0
    for terms in expression.alternatives:
        these = among
        for term in terms:
            named = sets.get(attribute(term.name), 0)
            these &= ~named if term.is_negated else named
        found |= these
    return found


def _find_least(least: int, name: str, sets: Sets) -> int:
    """Find what has a figure of at least `least`: from the highest bit on, what is as high so far, or is higher."""
    equal, higher = sets.get(name, 0), 0
    for plane in reversed(range(_PLANES)):
        plane_set = sets.get(f"{name}/{plane}", 0)
        if least >> plane & 1:
            equal &= plane_set
        else:
            higher |= equal & plane_set
            equal &= ~plane_set
    return equal | higher


def find_best(slots: int, sets: Sets, *, count: int) -> int:
    """Find the `count` hottest, and where that is equal best, of some slots, with all that equal the last of them.

    Attribute by attribute, the most significant first: either more than enough of those that are equal so far have it,
    and the others are out, or all that have it are in.
    """
    within, equal = 0, slots
    for attribute in _RANKING:
        having = equal & sets.get(attribute, 0)
        if (within | having).bit_count() >= count:
            equal = having
        else:
            within |= having
            equal &= ~having
    return within | equal

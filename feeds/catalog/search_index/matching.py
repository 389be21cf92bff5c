"""Match queries, and rank entries, by sets of slots (see attributes.py)."""

from collections.abc import Callable, Iterator, Mapping

from feeds.catalog.search_index.attributes import AFTER, ARTICLE, EVERY, FIGURE_BITS, FIGURES, FIGURES_ONLY, SlotSets
from feeds.model.expression import Expression
from feeds.model.query import Query

# Hottest first, then best; entries without a figure last.
_RANKING = tuple(
    attribute
    for name in reversed(FIGURES)
    for attribute in (name, *(f"{name}/{bit}" for bit in reversed(range(FIGURE_BITS))))
)
RANKING = frozenset(_RANKING)
"""The attributes by which `find_best` ranks."""


class QueryMatcher:
    """Match a query against sets of slots; `topic_numbers` are the numbers of the query's topics, by slug.

    `attributes` are the attributes of all sets to read for the query. The words of `search` are not attributes.
    """

    def __init__(self, query: Query, topic_numbers: Mapping[str, int]) -> None:
        self.search = query.search
        self._query = query
        self._expressions: list[tuple[Expression, Callable[[str], str]]] = []
        if query.topics:
            self._expressions.append((query.topics, lambda slug: f"topic/{topic_numbers.get(slug, 0)}"))
        self._expressions += [(each, "provider/{}".format) for each in query.provider_expressions]
        if query.types:
            self._expressions.append((query.types, "type/{}".format))
        self._minimums = [
            (name, minimum)
            for name, minimum in zip(FIGURES, (query.min_quality, query.min_heat), strict=True)
            if minimum is not None
        ]
        self.attributes = frozenset(self._list_attributes())

    def match(self, sets: SlotSets) -> int:
        """Return the slots that match the query, without regard to `search`."""
        return self._match_names(sets) & self._match_figures(sets)

    def match_left_or_joined(self, sets: SlotSets) -> int:
        """Return the former versions that matched until the entry changed or left, or that joined with new figures."""
        still_matching = sets.get(FIGURES_ONLY, 0) & self._match_figures(sets, AFTER)
        return self._match_names(sets) & (self._match_figures(sets) ^ still_matching)

    def _list_attributes(self) -> Iterator[str]:
        yield from (EVERY, FIGURES_ONLY, ARTICLE)
        for expression, attribute in self._expressions:
            yield from map(attribute, expression.names)
        for name, _ in self._minimums:
            for prefix in ("", AFTER):
                yield prefix + name
                yield from (f"{prefix}{name}/{bit}" for bit in range(FIGURE_BITS))

    def _match_names(self, sets: SlotSets) -> int:
        found = sets.get(EVERY if self._query.includes_related else ARTICLE, 0)
        for expression, attribute in self._expressions:
            found = _match_expression(expression, attribute, sets=sets, among=found)
        return found

    def _match_figures(self, sets: SlotSets, prefix: str = "") -> int:
        found = sets.get(EVERY, 0)
        for name, minimum in self._minimums:
            found &= _match_minimum(minimum, f"{prefix}{name}", sets=sets)
        return found


def _match_expression(expression: Expression, attribute: Callable[[str], str], *, sets: SlotSets, among: int) -> int:
    found = 0
    for terms in expression.alternatives:
        matching = among
        for term in terms:
            named = sets.get(attribute(term.name), 0)
            matching &= ~named if term.is_negated else named
        found |= matching
    return found


def _match_minimum(minimum: int, name: str, *, sets: SlotSets) -> int:
    """Return the slots with a figure of at least `minimum`.

    Compare bit by bit, highest bit first: keep the figures equal to `minimum` until now, and the higher figures.
    """
    equal, higher = sets.get(name, 0), 0
    for bit in reversed(range(FIGURE_BITS)):
        has_bit = sets.get(f"{name}/{bit}", 0)
        if minimum >> bit & 1:
            equal &= has_bit
        else:
            higher |= equal & has_bit
            equal &= ~has_bit
    return equal | higher


def find_best(slots: int, sets: SlotSets, *, count: int) -> int:
    """Return the `count` hottest of some slots, then best by quality, including all slots equal to the last.

    Compare attribute by attribute, most significant first. If enough of the slots still equal have the attribute,
    drop the slots without the attribute. If not, accept all slots with the attribute.
    """
    best, equal = 0, slots
    for attribute in _RANKING:
        has_attribute = equal & sets.get(attribute, 0)
        if (best | has_attribute).bit_count() >= count:
            equal = has_attribute
        else:
            best |= has_attribute
            equal &= ~has_attribute
    return best | equal

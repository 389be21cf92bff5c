"""Express a query as a condition over the words of entries: the words of their texts, and their attributes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from feeds.catalog import schema
from feeds.catalog.search_index.attributes import (
    AFTER,
    ARTICLE,
    FIGURES,
    FIGURES_ONLY,
    spell_minimum,
    spell_provider,
    spell_topic,
    spell_type,
)
from feeds.catalog.search_index.conditions import AllOf, AnyOf, Condition, Phrase
from feeds.catalog.search_index.word_forms import find_forms, read_stemmer
from feeds.model.expression import Expression, Term
from feeds.model.query import Query
from feeds.model.search import Search, SearchTerm
from feeds.model.stemmer import NO_STEMMER, Stemmer

_Term = TypeVar("_Term", Term, SearchTerm)


class QueryConditions:
    """The conditions of a query, with the stemmer of the catalog.

    `topic_numbers` are the numbers of the query's topics, by slug.
    """

    def __init__(self, query: Query, topic_numbers: Mapping[str, int], *, stemmer: Stemmer = NO_STEMMER) -> None:
        self._minimums = [
            (letter, minimum)
            for letter, minimum in zip(FIGURES.values(), (query.min_quality, query.min_heat), strict=True)
            if minimum is not None
        ]
        self._types = query.types
        self._others: list[Condition] = [] if query.includes_related else [_name(ARTICLE)]
        if query.topics:
            self._others.append(_express(query.topics, lambda slug: spell_topic(topic_numbers.get(slug, 0))))
        self._others += [_express(each, spell_provider) for each in query.provider_expressions]
        if query.search:
            self._others.append(_search(query.search, stemmer))

    def match(self) -> AllOf:
        """Return the condition of entries that match."""
        return _join([*self._others, *self._express_figures("")])

    def left_or_joined(self) -> AllOf:
        """Return the condition of former versions that matched until the entry changed or left, or that joined.

        An entry joins if it matches with its new figures or type only.
        """
        before, after = self._express_figures(""), [_name(FIGURES_ONLY), *self._express_figures(AFTER)]
        changes = [_join([*before, AllOf([], [_join(after)])])]
        if before:
            changes.append(_join([*after, AllOf([], [_join(before)])]))
        return _join([*self._others, _any_of(changes)])

    def _express_figures(self, prefix: str) -> "list[Condition]":
        """Return the conditions of figures and types, which may change without a change to the entry."""
        types = [_express(self._types, lambda type: spell_type(type, prefix))] if self._types else []
        minimums = [AnyOf([*map(_name, spell_minimum(each, prefix + letter))]) for letter, each in self._minimums]
        return [*types, *minimums]


def make_conditions(connection: Connection, query: Query) -> QueryConditions:
    """Return the conditions of a query, with the numbers of its topics and the stemmer of the catalog."""
    stemmer = read_stemmer(connection) if query.search else NO_STEMMER
    if not query.topics:
        return QueryConditions(query, {}, stemmer=stemmer)
    topics = schema.topics.c
    found = select(topics.slug, topics.number).where(topics.slug.in_(query.topics.names))
    numbers = {row.slug: row.number for row in connection.execute(found)}
    return QueryConditions(query, numbers, stemmer=stemmer)


def _name(attribute: str) -> Phrase:
    return Phrase((attribute,))


def _express(expression: Expression, spell: Callable[[str], str]) -> Condition:
    return _any_of([_select(terms, lambda term: _name(spell(term.name))) for terms in expression.alternatives])


def _search(search: Search, stemmer: Stemmer) -> Condition:
    return _any_of([_select(terms, lambda term: find_forms(term, stemmer)) for terms in search.alternatives])


def _select(terms: Sequence[_Term], express: Callable[[_Term], Condition]) -> AllOf:
    wanted = [express(term) for term in terms if not term.is_negated]
    return AllOf(wanted, [express(term) for term in terms if term.is_negated])


def _any_of(conditions: Sequence[Condition]) -> Condition:
    return AnyOf(conditions) if len(conditions) > 1 else conditions[0]


def _join(conditions: Sequence[Condition]) -> AllOf:
    """Return the condition that all conditions are met, without conditions inside conditions where possible."""
    parts = [each if isinstance(each, AllOf) else AllOf([each]) for each in conditions]
    return AllOf([each for part in parts for each in part.wanted], [each for part in parts for each in part.unwanted])

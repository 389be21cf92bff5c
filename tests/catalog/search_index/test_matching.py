"""Conditions are as flat as the query allows, because engines read each part."""

from feeds.catalog.search_index.attributes import ARTICLE, FIGURES_ONLY, spell_provider, spell_topic
from feeds.catalog.search_index.conditions import AllOf, AnyOf, Phrase
from feeds.catalog.search_index.matching import QueryConditions
from feeds.model.expression import parse_expression
from feeds.model.query import Query
from feeds.model.search import parse_search

TOPICS = {"ai": 1, "tides": 2}


def name(*words: str, is_prefix: bool = False) -> Phrase:
    return Phrase(words, is_prefix)


def test_a_query_for_everything_wants_nothing() -> None:
    conditions = QueryConditions(Query(), {})
    assert conditions.match() == AllOf([], [])
    assert conditions.left_or_joined() == AllOf([], [AllOf([name(FIGURES_ONLY)], [])])


def test_parts_that_must_all_match_are_joined() -> None:
    query = Query(
        topics=parse_expression("ai+!tides"),
        from_providers=parse_expression("!post.example"),
        search=parse_search('"high tide" -ebb flo*'),
        with_related=False,
    )
    assert QueryConditions(query, TOPICS).match() == AllOf(
        [name(ARTICLE), name(spell_topic(1)), name("flo", is_prefix=True), name("high", "tide")],
        [name(spell_topic(2)), name(spell_provider("post.example")), name("ebb")],
    )


def test_alternatives_of_a_search_are_one_condition() -> None:
    query = Query(search=parse_search("ebb OR flow -tides"), with_related=False)
    assert QueryConditions(query, {}).match() == AllOf(
        [name(ARTICLE), AnyOf([AllOf([name("ebb")], []), AllOf([name("flow")], [name("tides")])])], []
    )


def test_alternatives_are_kept_together() -> None:
    match = QueryConditions(Query(topics=parse_expression("ai,!tides,unknown")), TOPICS).match()
    topics = [AllOf([], [name(spell_topic(2))]), AllOf([name(spell_topic(1))], []), AllOf([name(spell_topic(0))], [])]
    (alternatives,) = match.wanted
    assert isinstance(alternatives, AnyOf)
    assert sorted(map(repr, alternatives.conditions)) == sorted(map(repr, topics))

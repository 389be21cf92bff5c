"""Say in words what a feed holds: “Computer Vision and AI, not Robotics, quality ≥ 70”.

Names that are one alternative each are listed: “A or B”, “A, B or C”. Otherwise “, or ” stands between alternatives,
as nowhere else, and each reads “A and B”, “A, B and C”, “A, not B”. What a query adds comes last, after commas, or
after semicolons where “, or ” came before. A name that holds a comma or one of the small words is put in quotes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from feeds.model.expression import Expression, Term
from feeds.model.query import Query

_BETWEEN = ", or "
_LIKE_GRAMMAR = re.compile(r"[,;“”]|\b(?:and|or|not)\b", re.IGNORECASE)
_RELATED = {True: "with related stories", False: "articles only"}


def write_name(query: Query, topics: Mapping[str, str]) -> str:
    """Name a subject, in words that tell it from any other; empty for everything.

    `topics` has the topics' names by slug. How many entries there are is left unsaid.
    """
    words = _write_query(query, topics)
    return words[:1].upper() + words[1:] if words.startswith(("everything", "everyone")) else words


def write_subtitle(query: Query, topics: Mapping[str, str]) -> str:
    """Say in a sentence what a subject's feed brings."""
    if query.is_plain and not query.topics and not query.providers:
        return "The latest stories on every topic."
    return f"The latest stories {'from' if query.providers else 'on'} {_write_query(query, topics)}."


def _write_query(query: Query, topics: Mapping[str, str]) -> str:
    if query.is_plain:
        return topics[query.topic] if query.topic else query.provider
    parts = [_write_path(query, topics), *_write_parameters(query)]
    return ("; " if any(_BETWEEN in part for part in parts) else ", ").join(parts)


def _write_path(query: Query, topics: Mapping[str, str]) -> str:
    if query.topics:
        return _write_expression(query.topics, lambda slug: _quote(topics[slug]), anything="everything")
    return _write_expression(query.providers, str, anything="everyone") if query.providers else "everything"


def _write_parameters(query: Query) -> Iterator[str]:
    if query.from_providers:
        yield _write_expression(query.from_providers, str, lead="from ")
    if query.types:
        yield _write_expression(query.types, str, lead="type ")
    if query.min_quality is not None:
        yield f"quality ≥ {query.min_quality}"
    if query.min_heat is not None:
        yield f"heat ≥ {query.min_heat}"
    if query.search:
        yield f"search “{query.search}”"
    if query.with_related is not None:
        yield _RELATED[query.with_related]


def _write_expression(expression: Expression, name: Callable[[str], str], *, lead: str = "", anything: str = "") -> str:
    """Write it with `lead` before what is wanted, and with `anything` for an alternative that wants nothing."""
    if all(len(terms) == 1 and not terms[0].is_negated for terms in expression.alternatives):
        return lead + _list([name(terms[0].name) for terms in expression.alternatives], "or")
    return _BETWEEN.join(
        ", ".join(_write_alternative(terms, name, lead=lead, anything=anything)) for terms in expression.alternatives
    )


def _write_alternative(terms: Sequence[Term], name: Callable[[str], str], *, lead: str, anything: str) -> Iterator[str]:
    wanted = [name(term.name) for term in terms if not term.is_negated]
    if wanted:
        yield lead + _list(wanted, "and")
    elif anything:
        yield anything
    yield from (f"not {lead}{name(term.name)}" for term in terms if term.is_negated)


def _list(names: Sequence[str], word: str) -> str:
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def _quote(name: str) -> str:
    return f"“{name}”" if _LIKE_GRAMMAR.search(name) else name

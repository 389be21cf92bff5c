"""Say in words what a feed holds: “Computer Vision and AI, not Robotics, quality ≥ 70”.

Names that are one alternative each are listed: “A or B”, “A, B or C”. Otherwise “, or ” stands between alternatives,
as nowhere else, and each reads “A and B”, “A, B and C”, “A, not B”. What a query adds comes last, after commas, or
after semicolons where “, or ” came before. A name that holds a comma or one of the small words is put in quotes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from feeds.model.expression import Expression, Term
from feeds.model.filters import Filters
from feeds.model.subject import Subject

_BETWEEN = ", or "
_LIKE_GRAMMAR = re.compile(r"[,;“”]|\b(?:and|or|not)\b", re.IGNORECASE)
_RELATED = {True: "with related stories", False: "articles only"}


def write_name(subject: Subject, topics: Mapping[str, str]) -> str:
    """Name a subject, in words that tell it from any other; empty for everything.

    `topics` has the topics' names by slug. How many entries there are is left unsaid.
    """
    words = _write_subject(subject, topics)
    return words[:1].upper() + words[1:] if words.startswith(("everything", "everyone")) else words


def write_subtitle(subject: Subject, topics: Mapping[str, str]) -> str:
    """Say in a sentence what a subject's feed brings."""
    if subject.is_plain and not subject.topics and not subject.providers:
        return "The latest stories on every topic."
    return f"The latest stories {'from' if subject.providers else 'on'} {_write_subject(subject, topics)}."


def _write_subject(subject: Subject, topics: Mapping[str, str]) -> str:
    if subject.is_plain:
        return topics[subject.topic] if subject.topic else subject.provider
    parts = [_write_path(subject, topics), *_write_filters(subject.filters)]
    return ("; " if any(_BETWEEN in part for part in parts) else ", ").join(parts)


def _write_path(subject: Subject, topics: Mapping[str, str]) -> str:
    if subject.topics:
        return _write_expression(subject.topics, lambda slug: _quote(topics[slug]), anything="everything")
    return _write_expression(subject.providers, str, anything="everyone") if subject.providers else "everything"


def _write_filters(filters: Filters) -> Iterator[str]:
    if filters.providers:
        yield _write_expression(filters.providers, str, lead="from ")
    if filters.types:
        yield _write_expression(filters.types, str, lead="type ")
    if filters.min_quality is not None:
        yield f"quality ≥ {filters.min_quality}"
    if filters.min_heat is not None:
        yield f"heat ≥ {filters.min_heat}"
    if filters.search:
        yield f"search “{filters.search}”"
    if filters.with_related is not None:
        yield _RELATED[filters.with_related]


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

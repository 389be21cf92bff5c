"""Name a query in words: “Computer Vision and AI, not Robotics, quality ≥ 70”.

Alternatives of a single name form a list: “A or B”, “A, B or C”. Longer alternatives read “A and B”, “A, B and C”,
“A, not B”, with “, or ” between alternatives and nowhere else. The filters of the query string come last, after
commas, or after semicolons if a part contains “, or ”. Names with a comma or a small word of the grammar are quoted.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from feeds.model.expression import Expression, Term
from feeds.model.periods import Cycle
from feeds.model.query import Query

_BETWEEN = ", or "
_LIKE_GRAMMAR = re.compile(r"[,;“”]|\b(?:and|or|not)\b", re.IGNORECASE)
_RELATED = {True: "with related stories", False: "articles only"}


def write_name(query: Query, topics: Mapping[str, str]) -> str:
    """Name a query, with a different name for every different query; empty for everything.

    `topics` has the names of topics by slug. The name leaves out the maximum number of entries.
    """
    words = _write_query(query, topics)
    return words[:1].upper() + words[1:] if words.startswith(("everything", "everyone")) else words


def name_digest(name: str, cycle: Cycle) -> str:
    """Name a digest after the name of its query, which is empty for everything."""
    return f"{name}, {cycle}" if name else cycle.capitalize()


def write_subtitle(query: Query, topics: Mapping[str, str]) -> str:
    """Describe the stories of a query's feed in a sentence."""
    if query.topics or query.providers:
        return f"The latest stories {'from' if query.providers else 'on'} {_write_query(query, topics)}."
    filters = _join(list(_write_parameters(query)))
    if not filters:
        return "The latest stories on every topic."
    return f"The latest stories{' ' if filters.startswith(('from ', 'matching ')) else ', '}{filters}."


def _write_query(query: Query, topics: Mapping[str, str]) -> str:
    if query.is_plain:
        return topics[query.topic] if query.topic else query.provider
    return _join([_write_path(query, topics), *_write_parameters(query)])


def _join(parts: Sequence[str]) -> str:
    return ("; " if any(_BETWEEN in part for part in parts) else ", ").join(parts)


def _write_path(query: Query, topics: Mapping[str, str]) -> str:
    if query.topics:
        return _write_expression(query.topics, lambda slug: _quote(topics[slug]), anything="everything")
    return _write_expression(query.providers, str, anything="everyone") if query.providers else "everything"


def _write_parameters(query: Query) -> Iterator[str]:
    if query.from_providers:
        yield _write_expression(query.from_providers, str, prefix="from ")
    if query.types:
        yield _write_expression(query.types, str, prefix="type ")
    if query.min_quality is not None:
        yield f"quality ≥ {query.min_quality}"
    if query.min_heat is not None:
        yield f"heat ≥ {query.min_heat}"
    if query.search:
        yield f"matching “{query.search}”"
    if query.with_related is not None:
        yield _RELATED[query.with_related]


def _write_expression(
    expression: Expression, name: Callable[[str], str], *, prefix: str = "", anything: str = ""
) -> str:
    """Write `prefix` before the wanted names, and `anything` for an alternative that only excludes names."""
    if all(len(terms) == 1 and not terms[0].is_negated for terms in expression.alternatives):
        return prefix + _list([name(terms[0].name) for terms in expression.alternatives], "or")
    return _BETWEEN.join(
        ", ".join(_write_alternative(terms, name, prefix=prefix, anything=anything))
        for terms in expression.alternatives
    )


def _write_alternative(
    terms: Sequence[Term], name: Callable[[str], str], *, prefix: str, anything: str
) -> Iterator[str]:
    wanted = [name(term.name) for term in terms if not term.is_negated]
    if wanted:
        yield prefix + _list(wanted, "and")
    elif anything:
        yield anything
    yield from (f"not {prefix}{name(term.name)}" for term in terms if term.is_negated)


def _list(names: Sequence[str], word: str) -> str:
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


def _quote(name: str) -> str:
    return f"“{name}”" if _LIKE_GRAMMAR.search(name) else name

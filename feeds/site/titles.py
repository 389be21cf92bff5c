"""Name a query in words: “Computer Vision and AI, not Robotics, quality ≥ 70”.

Alternatives of a single name form a list: “A or B”, “A, B or C”. Longer alternatives read “A and B”, “A, B and C”,
“A, not B”, with “, or ” between alternatives and nowhere else. The filters of the query string come last, after
commas, or after semicolons if a part contains “, or ”. Names with a comma or a small word of the grammar are quoted.
Other languages have their own words, in the same grammar.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from feeds.model.expression import Expression, Term
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.translation.texts import Texts

_PLACEHOLDER = re.compile(r"%\(\w+\)s")


def write_name(query: Query, topics: Mapping[str, str], *, texts: Texts) -> str:
    """Name a query, with a different name for every different query; empty for everything.

    `topics` has the names of topics by slug. The name leaves out the maximum number of entries.
    """
    grammar = _find_grammar(texts)
    words = grammar.write_query(query, topics)
    return words[:1].upper() + words[1:] if words.startswith((grammar.everything, grammar.everyone)) else words


def name_digest(name: str, cycle: Cycle, *, texts: Texts) -> str:
    """Name a digest after the name of its query, which is empty for everything."""
    if cycle is Cycle.DAILY:
        return texts.pgettext("digest", "%(feed)s, daily", feed=name) if name else texts.pgettext("digest", "Daily")
    return texts.pgettext("digest", "%(feed)s, weekly", feed=name) if name else texts.pgettext("digest", "Weekly")


def write_subtitle(query: Query, topics: Mapping[str, str], *, texts: Texts) -> str:
    """Describe the stories of a query's feed in a sentence."""
    grammar = _find_grammar(texts)
    if query.topics or query.providers:
        words = grammar.write_query(query, topics)
        if query.providers:
            return texts.gettext("The latest stories from %(publishers)s.", publishers=words)
        return texts.gettext("The latest stories on %(topics)s.", topics=words)
    filters = write_filters(query, texts=texts)
    if not filters:
        return texts.gettext("The latest stories on every topic.")
    if _reads_on(query):
        return texts.gettext("The latest stories %(filters)s.", filters=filters)
    return texts.gettext("The latest stories, %(filters)s.", filters=filters)


def write_filters(query: Query, *, texts: Texts) -> str:
    """Name the filters of a query, without topics and publishers in its path; empty without any."""
    grammar = _find_grammar(texts)
    return grammar.join_parts(list(grammar.write_parameters(query)))


def _reads_on(query: Query) -> bool:
    """Return whether the filters begin with “from” or “matching”, which follow a noun without a comma."""
    if query.from_providers:
        return any(not term.is_negated for term in query.from_providers.alternatives[0])
    others = (query.types, query.min_quality, query.min_heat)
    return bool(query.search) and all(other is None for other in others)


class _Wording(msgspec.Struct, frozen=True):
    """The messages for names that are wanted and unwanted, and the word for an alternative that only excludes names."""

    wanted: str
    unwanted: str
    anything: str = ""


class _Grammar:
    """The words of a language between names."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self.everything = texts.pgettext("name of a feed, all topics", "everything")
        self.everyone = texts.pgettext("name of a feed, all publishers", "everyone")
        self._between = texts.pgettext("between alternatives in the name of a feed", ", or ")
        self._semicolon = texts.pgettext("between parts of the name of a feed", "; ")
        self._or = texts.pgettext("name of a feed", "%(names)s or %(last)s")
        self._and = texts.pgettext("name of a feed", "%(names)s and %(last)s")
        self._not = texts.pgettext("name of a feed", "not %(names)s")
        self._quoted = texts.pgettext("name of a feed", "“%(name)s”")
        self._like_grammar = _compile_grammar(
            words=(self._or, self._and, self._not), signs=(self._quoted, self._between, self._semicolon)
        )

    def write_query(self, query: Query, topics: Mapping[str, str]) -> str:
        """Write the topics or publishers of a query, and its filters."""
        if query.is_plain:
            return topics[query.topic] if query.topic else query.provider
        return self.join_parts([self._write_path(query, topics), *self.write_parameters(query)])

    def join_parts(self, parts: Sequence[str]) -> str:
        """Join parts with commas, or with semicolons if a part contains “, or ”."""
        return self._semicolon.join(parts) if any(self._between in part for part in parts) else self._texts.join(parts)

    def write_parameters(self, query: Query) -> Iterator[str]:
        """Write each filter of the query string."""
        texts = self._texts
        if query.from_providers:
            wanted = texts.pgettext("name of a feed, publishers", "from %(names)s")
            unwanted = texts.pgettext("name of a feed, publishers", "not from %(names)s")
            yield self._write_expression(query.from_providers, str, _Wording(wanted, unwanted))
        if query.types:
            wanted = texts.pgettext("name of a feed, types of articles", "type %(names)s")
            unwanted = texts.pgettext("name of a feed, types of articles", "not type %(names)s")
            yield self._write_expression(query.types, str, _Wording(wanted, unwanted))
        if query.min_quality is not None:
            yield texts.pgettext("name of a feed", "quality ≥ %(minimum)s", minimum=query.min_quality)
        if query.min_heat is not None:
            yield texts.pgettext("name of a feed", "heat ≥ %(minimum)s", minimum=query.min_heat)
        if query.search:
            yield texts.pgettext("name of a feed", "matching “%(search)s”", search=query.search)
        if query.with_related is True:
            yield texts.pgettext("name of a feed", "with related stories")
        elif query.with_related is False:
            yield texts.pgettext("name of a feed", "articles only")

    def _write_path(self, query: Query, topics: Mapping[str, str]) -> str:
        if query.topics:
            wording = _Wording("%(names)s", self._not, self.everything)
            return self._write_expression(query.topics, lambda slug: self._quote(topics[slug]), wording)
        if query.providers:
            return self._write_expression(query.providers, str, _Wording("%(names)s", self._not, self.everyone))
        return self.everything

    def _write_expression(self, expression: Expression, name: Callable[[str], str], wording: _Wording) -> str:
        if all(len(terms) == 1 and not terms[0].is_negated for terms in expression.alternatives):
            names = [name(terms[0].name) for terms in expression.alternatives]
            return wording.wanted % {"names": self._list(names, self._or)}
        alternatives = (self._write_alternative(terms, name, wording) for terms in expression.alternatives)
        return self._between.join(map(self._texts.join, alternatives))

    def _write_alternative(self, terms: Sequence[Term], name: Callable[[str], str], wording: _Wording) -> Iterator[str]:
        wanted = [name(term.name) for term in terms if not term.is_negated]
        if wanted:
            yield wording.wanted % {"names": self._list(wanted, self._and)}
        elif wording.anything:
            yield wording.anything
        yield from (wording.unwanted % {"names": name(term.name)} for term in terms if term.is_negated)

    def _list(self, names: Sequence[str], message: str) -> str:
        *others, last = names
        return message % {"names": self._texts.join(others), "last": last} if others else last

    def _quote(self, name: str) -> str:
        return self._quoted % {"name": name} if self._like_grammar.search(name) else name


_find_grammar = lru_cache(maxsize=8)(_Grammar)


def _compile_grammar(words: Iterable[str], signs: Iterable[str]) -> re.Pattern[str]:
    """Compile a pattern for names that look like a part of the grammar, from the messages of a language.

    A part that is joined to the name after it, like the Arabic “and”, is found at the start of words.
    """
    characters = {*",;“”", *(each for sign in signs for each in _PLACEHOLDER.sub("", sign) if not each.isalnum())}
    parts = [part for word in words for part in _PLACEHOLDER.split(word) if part.strip()]
    patterns = [rf"\b{re.escape(part.strip())}" + r"\b" * part.endswith(" ") for part in parts]
    return re.compile("|".join((f"[{re.escape(''.join(sorted(characters - {' '})))}]", *patterns)), re.IGNORECASE)

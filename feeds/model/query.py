"""Define the query behind a feed or page: the selected entries, as spelled in a URL."""

from functools import partial
from typing import Any, Self
from urllib.parse import quote

import msgspec

from feeds.model.expression import Expression, name, parse_expression
from feeds.model.parameter_codec import Parameter, read_query, write_query
from feeds.model.search import Search, parse_search
from feeds.model.values import parse_number

MAX_ENTRIES = 200
MAX_RANK = 1_000
"""The highest minimum quality and minimum heat that a URL may ask for."""

_SIGNS = ",+!"  # the signs of expressions; a path may hold them unescaped (RFC 3986 section 3.3)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The query behind a feed or page, as its URL spells it; without any field, every entry.

    The path gives `topics`, by slug, or `providers`, by domain. The query string gives all other fields; None means
    not given. `from_providers` narrows by domain, `types` by the articles' `type`, casefolded.
    `min_quality` and `min_heat` are minimum quality and minimum peak heat; entries without a figure are below every
    minimum. `search` finds words in an entry's text. `with_related` False selects published articles only. `limit` is
    the maximum number of entries.
    """

    topics: Expression | None = None
    providers: Expression | None = None
    from_providers: Expression | None = None
    types: Expression | None = None
    min_quality: int | None = None
    min_heat: int | None = None
    search: Search | None = None
    with_related: bool | None = None
    limit: int | None = None

    @classmethod
    def for_topic(cls, slug: str) -> Self:
        """Return the query for all entries of a topic."""
        return cls(topics=name(slug))

    @classmethod
    def for_provider(cls, domain: str) -> Self:
        """Return the query for all entries of a provider."""
        return cls(providers=name(domain))

    @property
    def topic(self) -> str:
        """The slug of the topic, if the query names exactly one; else empty."""
        return self.topics.single if self.topics else ""

    @property
    def provider(self) -> str:
        """The domain of the provider, if path and query string together name exactly one; else empty."""
        expressions = self.provider_expressions
        return expressions[0].single if len(expressions) == 1 else ""

    @property
    def provider_expressions(self) -> tuple[Expression, ...]:
        """The expressions over providers that an entry must match, at most two."""
        return tuple(each for each in (self.providers, self.from_providers) if each)

    @property
    def includes_related(self) -> bool:
        """Whether related items are selected (default: yes)."""
        return self.with_related is not False

    @property
    def is_plain(self) -> bool:
        """Whether the path names everything, one topic or one provider, and the query string is empty."""
        names_all = not self.topics and not self.providers
        return (names_all or bool(self.topic or self.provider)) and self.without_path() == EVERYTHING

    @property
    def is_presorted(self) -> bool:
        """Whether the catalog keeps these entries in order: everything, one topic, or one provider."""
        narrowed = (self.types, self.min_quality, self.min_heat, self.search)
        expressions = bool(self.topics) + len(self.provider_expressions)
        is_named = bool(self.topic) + bool(self.provider) == expressions
        return all(each is None for each in narrowed) and is_named and expressions <= 1

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of the catalog whose versions move whenever a selected entry changes.

        Negated names alone do not bound an alternative: `!a` may gain an entry of any topic, and the scope is the whole
        catalog. Names without `!` do: an entry entering or leaving the selection changes in all topics of the entry.
        """
        named = [f"topics/{slug}" for slug in (self.topics.names if self.topics else ())]
        named += [f"providers/{domain}" for each in self.provider_expressions for domain in each.names]
        expressions = (*([self.topics] if self.topics else []), *self.provider_expressions)
        is_bounded = any(all(not terms[0].is_negated for terms in each.alternatives) for each in expressions)
        return tuple(dict.fromkeys(named if is_bounded else ["feed", *named]))

    @property
    def path(self) -> str:
        """The canonical path of the feed, percent-encoded, without an extension."""
        if self.topics:
            return f"/topics/{quote(str(self.topics), safe=_SIGNS)}"
        return f"/providers/{quote(str(self.providers), safe=_SIGNS)}" if self.providers else "/feed"

    @property
    def query_string(self) -> str:
        """The canonical query string of feed and page, percent-encoded, without `?`."""
        return write_query(msgspec.structs.asdict(self), _PARAMETERS)

    def without_path(self) -> Self:
        """Return the part given by the query string."""
        return msgspec.structs.replace(self, topics=None, providers=None)

    def with_defaults(self, defaults: "Query") -> "Query":
        """Return this query with each missing field filled from `defaults`."""
        given = {field: value for field, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(defaults, **given)

    def without_defaults(self, defaults: "Query") -> "Query":
        """Return this query without the fields equal in `defaults`."""
        values = msgspec.structs.asdict(self)
        return Query(**{field: value for field, value in values.items() if value != getattr(defaults, field)})


EVERYTHING = Query()


def parse_query(query_string: str) -> Query:
    """Parse the query string of a URL, percent-encoded; unknown parameters are ignored.

    A parameter without a value is ignored too: browsers send one for each empty form field.

    Raises:
        BadRequestError: a value is invalid, a parameter is given twice, or the query string is too long.
    """
    return Query(**read_query(query_string, _PARAMETERS))


def _read_types(text: str) -> Expression:
    return parse_expression(text).rename(str.casefold)


def _read_related(text: str) -> bool:
    if text.lower() not in _RELATED:
        raise ValueError("expected entries or links")
    return _RELATED[text.lower()]


def _write_related(with_related: Any) -> str:  # noqa: ANN401 as `Parameter.write` has it
    return next(text for text, value in _RELATED.items() if value is with_related)


_RELATED = {"entries": True, "links": False}
_PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("provider", "from_providers", parse_expression),
        Parameter("type", "types", _read_types),
        Parameter("min_quality", "min_quality", partial(parse_number, minimum=0, maximum=MAX_RANK)),
        Parameter("min_heat", "min_heat", partial(parse_number, minimum=0, maximum=MAX_RANK)),
        Parameter("q", "search", parse_search),
        Parameter("related", "with_related", _read_related, _write_related),
        Parameter("limit", "limit", partial(parse_number, minimum=1, maximum=MAX_ENTRIES)),
    )
}

PARAMETERS = tuple(_PARAMETERS)
"""The names of all known parameters, in canonical order."""

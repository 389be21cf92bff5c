"""Read and write what the query of a URL asks of a feed, beside the topics or providers that its path names."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from feeds.model.expression import Expression, parse_expression
from feeds.model.query_string import Parameter, parse_number, read_query, write_query
from feeds.model.search import Search, parse_search

MOST_ENTRIES = 200
HIGHEST_RANK = 1_000
"""The highest least quality and heat that can be asked for."""


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry must be beside its feed's topics, and how many entries there are; None says nothing.

    Entries may be `with_related` ones, or published articles only. `str` gives the canonical query, without `?`.
    """

    providers: Expression | None = None
    types: Expression | None = None
    min_quality: int | None = None
    min_heat: int | None = None
    search: Search | None = None
    with_related: bool | None = None
    limit: int | None = None

    def __str__(self) -> str:
        return write_query(dict(self._list()), _PARAMETERS)

    def over(self, defaults: "Filters") -> "Filters":
        """Take from `defaults` what nothing is said of here."""
        return msgspec.structs.replace(defaults, **{name: value for name, value in self._list() if value is not None})

    def without(self, defaults: "Filters") -> "Filters":
        """Leave out what `defaults` say as well."""
        said = {name: value for name, value in self._list() if value != getattr(defaults, name)}
        return Filters(**said)

    def _list(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in self.__struct_fields__)


NO_FILTERS = Filters()


def read_filters(query: str) -> Filters:
    """Read the query of a URL, still percent-encoded; parameters that we do not know are as good as not there.

    One without a value says nothing: that is what a browser makes of a field that was left empty.

    Raises:
        BadRequestError: a value is not right, a parameter stands twice, or the query is too long.
    """
    return Filters(**read_query(query, _PARAMETERS))


def _read_names(text: str) -> Expression:
    return parse_expression(text).rename(str.casefold)


def _read_related(text: str) -> bool:
    if text.lower() not in _RELATED:
        raise ValueError("write entries or links")
    return _RELATED[text.lower()]


def _write_related(with_related: bool) -> str:  # noqa: FBT001 it is all it takes
    return next(text for text, value in _RELATED.items() if value is with_related)


_RELATED = {"entries": True, "links": False}
_PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("provider", "providers", parse_expression),
        Parameter("type", "types", _read_names),
        Parameter("min_quality", "min_quality", partial(parse_number, 0, HIGHEST_RANK)),
        Parameter("min_heat", "min_heat", partial(parse_number, 0, HIGHEST_RANK)),
        Parameter("q", "search", parse_search),
        Parameter("related", "with_related", _read_related, _write_related),
        Parameter("limit", "limit", partial(parse_number, 1, MOST_ENTRIES)),
    )
}

PARAMETERS = tuple(_PARAMETERS)
"""The names of the parameters that we know, in the order in which a canonical query has them."""

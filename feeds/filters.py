"""Read and write what the query of a URL asks of a feed, beside the topics or providers that its path names."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec

from feeds.errors import BadRequestError
from feeds.expression import Expression, parse_expression
from feeds.search import Search, parse_search
from feeds.setting_values import parse_number

MOST_CHARACTERS = 2_000
"""How long a query may be: more than people compose, and what they paste from campaigns besides."""

MOST_ENTRIES = 200
HIGHEST_RANK = 1_000
"""The highest least quality and heat that can be asked for."""

_SHOWN_CHARACTERS = 40
_READABLE = ",+!*"  # beside letters, digits and `-._~`; a `+` is read as a blank, and written for one


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
        return "&".join(f"{name}={quote(text, safe=_READABLE)}" for name, text in self._write())

    def _write(self) -> Iterator[tuple[str, str]]:
        for parameter in _PARAMETERS:
            value = getattr(self, parameter.field)
            if value is not None:
                yield parameter.name, parameter.write(value).replace(" ", "+")

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


class _Parameter(msgspec.Struct, frozen=True):
    """A parameter of a query, and the field that holds it.

    `read` raises ValueError with what is right instead, or BadRequestError with a whole sentence.
    """

    name: str
    field: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def read_filters(query: str) -> Filters:
    """Read the query of a URL, still percent-encoded; parameters that we do not know are as good as not there.

    One without a value says nothing: that is what a browser makes of a field that was left empty.

    Raises:
        BadRequestError: a value is not right, a parameter stands twice, or the query is too long.
    """
    if len(query) > MOST_CHARACTERS:
        raise BadRequestError(f"What stands after “?” is longer than {MOST_CHARACTERS} characters.")
    values: dict[str, Any] = {}
    for name, text in parse_qsl(query):
        parameter = _BY_NAME.get(name)
        if parameter is None or not text.strip():
            continue
        if not text.isprintable():
            raise BadRequestError(f"“{name}” has control characters; write it without.")
        if parameter.field in values:
            raise BadRequestError(f"“{name}” stands twice; say it once.")
        values[parameter.field] = _read(parameter, text.strip())
    return Filters(**values)


def _read(parameter: _Parameter, text: str) -> Any:  # noqa: ANN401 each parameter has a type of its own
    shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
    try:
        return parameter.read(text)
    except BadRequestError as error:
        raise BadRequestError(f"“{parameter.name}”: {str(error).rstrip('.')}.") from error
    except ValueError as error:
        raise BadRequestError(f"“{parameter.name}” cannot be “{shown}”; {error}.") from error


def _read_names(text: str) -> Expression:
    return parse_expression(text).rename(str.casefold)


def _read_related(text: str) -> bool:
    if text.lower() not in _RELATED:
        raise ValueError("write entries or links")
    return _RELATED[text.lower()]


def _write_related(with_related: bool) -> str:  # noqa: FBT001 it is all it takes
    return next(text for text, value in _RELATED.items() if value is with_related)


_RELATED = {"entries": True, "links": False}
_PARAMETERS = (
    _Parameter("provider", "providers", parse_expression),
    _Parameter("type", "types", _read_names),
    _Parameter("min_quality", "min_quality", partial(parse_number, 0, HIGHEST_RANK)),
    _Parameter("min_heat", "min_heat", partial(parse_number, 0, HIGHEST_RANK)),
    _Parameter("q", "search", parse_search),
    _Parameter("related", "with_related", _read_related, _write_related),
    _Parameter("limit", "limit", partial(parse_number, 1, MOST_ENTRIES)),
)
_BY_NAME = {parameter.name: parameter for parameter in _PARAMETERS}

PARAMETERS = tuple(_BY_NAME)
"""The names of the parameters that we know, in the order in which a canonical query has them."""

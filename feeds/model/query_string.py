"""Read and write the query of a URL, parameter by parameter: each known one at most once, in one canonical spelling."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote

import msgspec

from feeds.model.errors import BadRequestError

MOST_CHARACTERS = 2_000
"""How long a query may be: more than people compose, and what they paste from campaigns besides."""

_SHOWN_CHARACTERS = 40
_READABLE = ",+!*"  # beside letters, digits and `-._~`; a `+` is read as a blank, and written for one


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a query, and the field that holds it.

    `read` raises ValueError with what is right instead, or BadRequestError with a whole sentence.
    """

    name: str
    field: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


Parameters: TypeAlias = Mapping[str, Parameter]
"""All that are known, by name, in the order in which a canonical query has them."""


def read_query(query: str, parameters: Parameters) -> dict[str, Any]:
    """Read the query of a URL, still percent-encoded, as values by field; unknown parameters are as good as not there.

    One without a value says nothing: that is what a browser makes of a field that was left empty.

    Raises:
        BadRequestError: a value is not right, a parameter stands twice, or the query is too long.
    """
    if len(query) > MOST_CHARACTERS:
        raise BadRequestError(f"What stands after “?” is longer than {MOST_CHARACTERS} characters.")
    values: dict[str, Any] = {}
    for name, text in parse_qsl(query):
        parameter = parameters.get(name)
        if parameter is None or not text.strip():
            continue
        if not text.isprintable():
            raise BadRequestError(f"“{name}” has control characters; write it without.")
        if parameter.field in values:
            raise BadRequestError(f"“{name}” stands twice; say it once.")
        values[parameter.field] = _read(parameter, text.strip())
    return values


def write_query(values: Mapping[str, Any], parameters: Parameters) -> str:
    """Write the canonical query, percent-encoded, of values by field; what is None says nothing."""
    return "&".join(f"{name}={quote(text, safe=_READABLE)}" for name, text in _write(values, parameters))


def parse_number(smallest: int, largest: int, text: str) -> int:
    """Read a whole number within bounds."""
    if not re.fullmatch("[0-9]{1,9}", text) or not smallest <= int(text) <= largest:
        raise ValueError(f"write a whole number from {smallest} to {largest}")
    return int(text)


def _read(parameter: Parameter, text: str) -> Any:  # noqa: ANN401 each parameter has a type of its own
    shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
    try:
        return parameter.read(text)
    except BadRequestError as error:
        raise BadRequestError(f"“{parameter.name}”: {str(error).rstrip('.')}.") from error
    except ValueError as error:
        raise BadRequestError(f"“{parameter.name}” cannot be “{shown}”; {error}.") from error


def _write(values: Mapping[str, Any], parameters: Parameters) -> Iterator[tuple[str, str]]:
    for parameter in parameters.values():
        value = values.get(parameter.field)
        if value is not None:
            yield parameter.name, parameter.write(value).replace(" ", "+")

"""Read and write the query string of a URL: each known parameter at most once, in one canonical spelling."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote

import msgspec

from feeds.model.errors import BadRequestError

MAX_CHARACTERS = 2_000
"""The maximum length of a query string: enough for any composed feed with the parameters of a campaign."""

_SHOWN_CHARACTERS = 40
_READABLE = ",+!*"  # unescaped beside letters, digits and `-._~`; `+` stands for a space


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a query string, and the field for its value.

    `read` raises ValueError with the expected value, or BadRequestError with a whole sentence.
    """

    name: str
    field: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


Parameters: TypeAlias = Mapping[str, Parameter]
"""All known parameters by name, in canonical order."""


def read_query(query_string: str, parameters: Parameters) -> dict[str, Any]:
    """Read a percent-encoded query string as values by field; unknown parameters are ignored.

    A parameter without a value is ignored too: browsers send one for each empty form field.

    Raises:
        BadRequestError: a value is invalid, a parameter is given twice, or the query string is too long.
    """
    if len(query_string) > MAX_CHARACTERS:
        raise BadRequestError(f"The query string after “?” exceeds {MAX_CHARACTERS} characters.")
    values: dict[str, Any] = {}
    for name, text in parse_qsl(query_string):
        parameter = parameters.get(name)
        if parameter is None or not text.strip():
            continue
        if not text.isprintable():
            raise BadRequestError(f"“{name}” must not contain control characters.")
        if parameter.field in values:
            raise BadRequestError(f"Duplicate parameter “{name}”; keep one.")
        values[parameter.field] = _read(parameter, text.strip())
    return values


def write_query(values: Mapping[str, Any], parameters: Parameters) -> str:
    """Write values by field as a canonical query string, percent-encoded, without None values."""
    return "&".join(f"{name}={quote(text, safe=_READABLE)}" for name, text in _write(values, parameters))


def _read(parameter: Parameter, text: str) -> Any:  # noqa: ANN401 each parameter has its own type
    shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
    try:
        return parameter.read(text)
    except BadRequestError as error:
        raise BadRequestError(f"“{parameter.name}”: {str(error).rstrip('.')}.") from error
    except ValueError as error:
        raise BadRequestError(f"“{parameter.name}”: invalid value “{shown}”; {error}.") from error


def _write(values: Mapping[str, Any], parameters: Parameters) -> Iterator[tuple[str, str]]:
    for parameter in parameters.values():
        value = values.get(parameter.field)
        if value is not None:
            yield parameter.name, parameter.write(value).replace(" ", "+")

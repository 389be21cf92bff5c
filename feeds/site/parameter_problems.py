"""Find everything that is wrong in the query string of a page, parameter by parameter."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

import msgspec

from feeds.model.errors import BadRequestError
from feeds.model.parameter_codec import MAX_CHARACTERS
from feeds.model.query import MAX_ENTRIES, MAX_RANK, PARAMETERS, parse_query
from feeds.site.find_query import FIND, MAX_FIND_CHARACTERS, read_find
from feeds.site.urls import SORT


class Flaw(StrEnum):
    """What is wrong with the value of a parameter."""

    NAMES = "names"
    NUMBER = "number"
    RELATED = "related"
    SEARCH = "search"
    LENGTH = "length"
    CONTROLS = "controls"
    REPEATED = "repeated"


class ParameterProblem(msgspec.Struct, frozen=True):
    """A parameter with an invalid value; a number, or the length of a text, must lie from `minimum` to `maximum`."""

    name: str
    value: str
    flaw: Flaw
    minimum: int = 0
    maximum: int = 0


class QueryProblems(msgspec.Struct, frozen=True):
    """The problems in a query string, in the order of the parameters, and the values of all its valid parameters.

    `is_too_long` marks a query string that is not even read.
    """

    problems: tuple[ParameterProblem, ...] = ()
    valid: Mapping[str, str] = msgspec.field(default_factory=dict)
    is_too_long: bool = False

    @property
    def valid_query_string(self) -> str:
        """The query string with the valid parameters only, percent-encoded."""
        return urlencode(self.valid, safe=",+!*")


_KNOWN = (*PARAMETERS, SORT, FIND)
_FLAWS = {"provider": Flaw.NAMES, "type": Flaw.NAMES, "related": Flaw.RELATED, "q": Flaw.SEARCH, FIND: Flaw.LENGTH}
_RANGES = {
    FIND: (0, MAX_FIND_CHARACTERS),
    "min_quality": (0, MAX_RANK),
    "min_heat": (0, MAX_RANK),
    "limit": (1, MAX_ENTRIES),
}


def find_query_problems(query_string: str) -> QueryProblems:
    """Find all problems in an encoded query string; unknown parameters and those without a value are ignored."""
    if len(query_string) > MAX_CHARACTERS:
        return QueryProblems(is_too_long=True)
    given: dict[str, list[str]] = {}
    for name, text in parse_qsl(query_string):
        if name in _KNOWN and text.strip():
            given.setdefault(name, []).append(text)
    problems = {problem.name: problem for problem in _find_problems(given)}
    return QueryProblems(
        tuple(problems[name] for name in _KNOWN if name in problems),
        {name: texts[0].strip() for name, texts in given.items() if name not in problems},
    )


def _find_problems(given: Mapping[str, list[str]]) -> Iterator[ParameterProblem]:
    for name, texts in given.items():
        value = texts[0]
        if not value.isprintable():
            yield ParameterProblem(name, value, Flaw.CONTROLS)
        elif not _is_valid(name, value):
            minimum, maximum = _RANGES.get(name, (0, 0))
            yield ParameterProblem(name, value.strip(), _FLAWS.get(name, Flaw.NUMBER), minimum, maximum)
        elif len(texts) > 1:
            yield ParameterProblem(name, value.strip(), Flaw.REPEATED)


def _is_valid(name: str, value: str) -> bool:
    try:
        (read_find if name == FIND else parse_query)(urlencode({name: value}))
    except BadRequestError:
        return False
    return True

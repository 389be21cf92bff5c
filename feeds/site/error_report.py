"""Describe an error at the address of a page: what was asked, what is wrong, and ways on."""

from collections.abc import Callable
from enum import StrEnum
from urllib.parse import quote

import msgspec

from feeds.model.errors import (
    BadRequestError,
    FeedsError,
    GoneError,
    NotFoundError,
    OverloadError,
    UnknownProviderError,
    UnknownTopicError,
)
from feeds.site.parameter_problems import QueryProblems, find_query_problems
from feeds.site.suggestions import Suggestions

_UNESCAPED = "/,+!*:@"


class Cause(StrEnum):
    """Why there is no page."""

    NO_PAGE = "no page"
    NO_TOPIC = "no topic"
    NO_PROVIDER = "no provider"
    ENDED = "ended"
    BAD_NAMES = "bad names"
    BAD_VALUES = "bad values"
    TOO_LONG = "too long"
    OVERLOAD = "overload"
    UNAVAILABLE = "unavailable"


_CAUSES: dict[type[FeedsError], Cause] = {  # special cases first
    UnknownTopicError: Cause.NO_TOPIC,
    UnknownProviderError: Cause.NO_PROVIDER,
    GoneError: Cause.ENDED,
    NotFoundError: Cause.NO_PAGE,
    OverloadError: Cause.OVERLOAD,
}
_STATUSES = {
    **dict.fromkeys((Cause.BAD_NAMES, Cause.BAD_VALUES, Cause.TOO_LONG), 400),
    **dict.fromkeys((Cause.NO_PAGE, Cause.NO_TOPIC, Cause.NO_PROVIDER), 404),
    Cause.ENDED: 410,
    **dict.fromkeys((Cause.OVERLOAD, Cause.UNAVAILABLE), 503),
}


class ErrorReport(msgspec.Struct, frozen=True, kw_only=True):
    """An error at the decoded path `path` with the encoded query string `query_string`.

    `error` is what was raised. `problems` are those of the query string, and `suggestions` other pages.
    """

    cause: Cause
    error: FeedsError
    path: str
    query_string: str
    problems: QueryProblems = QueryProblems()
    suggestions: Suggestions = Suggestions()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUSES[self.cause]

    @property
    def reference(self) -> str:
        """The path and query as requested, percent-encoded."""
        path = quote(self.path, safe=_UNESCAPED)
        return f"{path}?{self.query_string}" if self.query_string else path

    @property
    def path_reference(self) -> str:
        """The path as requested with the valid parameters only, percent-encoded."""
        valid = self.problems.valid_query_string
        path = quote(self.path, safe=_UNESCAPED)
        return f"{path}?{valid}" if valid else path


def describe_error(
    error: FeedsError, *, path: str, query_string: str, suggest: Callable[[], Suggestions]
) -> ErrorReport:
    """Describe an error at a decoded path and an encoded query string; `suggest` is called only if names may help."""
    problems = find_query_problems(query_string) if isinstance(error, BadRequestError) else QueryProblems()
    cause = _find_cause(error, problems)
    report = ErrorReport(cause=cause, error=error, path=path, query_string=query_string, problems=problems)
    if cause in {Cause.BAD_VALUES, Cause.TOO_LONG, Cause.OVERLOAD, Cause.UNAVAILABLE}:
        return report
    return msgspec.structs.replace(report, suggestions=suggest())


def _find_cause(error: FeedsError, problems: QueryProblems) -> Cause:
    if isinstance(error, BadRequestError):
        if problems.is_too_long:
            return Cause.TOO_LONG
        return Cause.BAD_VALUES if problems.problems else Cause.BAD_NAMES
    return next((cause for kind, cause in _CAUSES.items() if isinstance(error, kind)), Cause.UNAVAILABLE)

"""Say what went wrong, where, and what to do about it: every error and report that a user can meet.

FeedsError
├── SettingsError       a setting is unknown or has a bad value
├── ArticleError        a file cannot become an article; carries its Problem
├── CatalogError        the catalog cannot be opened, written, or is not there yet
│   └── CatalogBusyError    another collector holds it
├── ExportError         an export cannot be written
├── HubError            a hub does not take what it is told
├── MassRemovalError    a collect would remove most of the articles
├── BadRequestError     a URL asks for something in a way that cannot be read
├── OverloadError       more is asked for at once than can be made
├── NotFoundError       a URL path names no feed
│   └── GoneError           a URL path names a feed that has been retired
└── MovedError          a URL path is not the canonical one; carries the path and query that are
"""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How bad a problem is: an error costs the file, a warning costs at most a part of it."""

    ERROR = "error"
    WARNING = "warning"


class Problem(msgspec.Struct, frozen=True, order=True):
    """One finding about one file; `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    level: Level
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.level} {self.code} {self.message}"


class FeedsError(Exception):
    """Anything this package raises on purpose; its text is one sentence a user can act on."""


class SettingsError(FeedsError):
    """A setting is unknown or has a bad value."""


class ArticleError(FeedsError):
    """A file cannot become an article."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class CatalogError(FeedsError):
    """The catalog cannot be opened or written, or has not been made yet."""


class CatalogBusyError(CatalogError):
    """Another collector is writing to the catalog."""


class ExportError(FeedsError):
    """An export cannot be written to its folder, or a feed to a file."""


class HubError(FeedsError):
    """A hub has not taken what it was told; `is_away` says that it would hardly have taken anything else either."""

    def __init__(self, hub: str, reason: str, *, is_away: bool) -> None:
        super().__init__(f"The hub {hub} {reason}; what it has not been told of waits for another try.")
        self.is_away = is_away


class MassRemovalError(FeedsError):
    """A collect would remove more than half of the catalog's articles."""

    def __init__(self, *, removed: int, known: int) -> None:
        super().__init__(
            f"this collect would remove {removed} of the {known} articles, as when a folder is not mounted or a"
            " checkout went wrong; nothing was changed. If it is what you want, run it again with --force."
        )
        self.removed = removed
        self.known = known


class BadRequestError(FeedsError):
    """A URL asks for something in a way that cannot be read; the sentence points at the part."""


class OverloadError(FeedsError):
    """More is asked for at once than can be made without keeping others waiting."""


class NotFoundError(FeedsError):
    """A URL path names no feed."""


class GoneError(NotFoundError):
    """A URL path names a feed that has been retired."""


class MovedError(FeedsError):
    """A URL path is another spelling, or an older name, of the canonical one.

    `reference` is that path, percent-encoded, with the canonical query behind `?` if there is one.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(f"this is found at {reference}")
        self.reference = reference

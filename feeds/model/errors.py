"""Define every error and problem that users see: each message names the cause, the place and the fix.

FeedsError
├── SettingsError       a setting is unknown or has a bad value
├── ArticleError        a file cannot become an article; carries its problems
│   └── UnexpectedFailureError  a library failed on the file
├── CatalogError        the catalog does not exist yet, or cannot be opened or written
│   ├── CatalogBusyError    another collector is writing to the catalog
│   ├── CatalogMissingError the catalog does not exist yet, or is from another version of the program
│   ├── CatalogSilentError  the database does not answer
│   ├── ClockError          the catalog is from the future
│   ├── DamagedCatalogError the catalog is a damaged file
│   └── ReadOnlyCatalogError the catalog can be read, but not written
├── AdoptionError       an earlier feed cannot be adopted
├── ComparisonError     two states of a site cannot be compared
├── ExportError         an export cannot be written
├── DeliveryError       a request to another server, to be sent again
│   ├── HubError            a hub does not accept a notification
│   └── PurgeError          a shared cache does not accept a purge
├── MassRemovalError    a collect would remove most of the articles
├── BadRequestError     a part of a URL has no valid meaning
├── OverloadError       too many requests at once to answer all of them
├── NotFoundError       a URL path does not name a feed
│   ├── GoneError           a URL path names a retired feed; carries its topic
│   ├── UnknownTopicError   a URL path names a topic that does not exist; carries the name
│   └── UnknownProviderError a URL names a provider that does not exist; carries the name
└── MovedError          a URL path is not canonical; carries the canonical path and query
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

_SHOWN_CHARACTERS = 60


class Level(StrEnum):
    """The severity of a problem: an error rejects the file, a warning drops at most a part of it."""

    ERROR = "error"
    WARNING = "warning"


class Problem(msgspec.Struct, frozen=True, order=True):
    """A problem in one file; `line` and `column` count from 1.

    `message` starts with a capital letter or a name in backticks, says what to do, and ends with a full stop.
    """

    path: str
    line: int
    column: int
    level: Level
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.level} {self.code} {self.message}"


class FeedsError(Exception):
    """The base of all errors that this package raises on purpose; the message tells users what to do."""


class SettingsError(FeedsError):
    """A setting is unknown or has a bad value."""


class ArticleError(FeedsError):
    """A file cannot become an article; `problems` are all problems found in the file, with at least one error."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class UnexpectedFailureError(ArticleError):
    """Reading a file ended with an exception that nobody expected; reading the file again may succeed."""


class CatalogError(FeedsError):
    """The catalog cannot be opened or written, or does not exist yet."""


class CatalogBusyError(CatalogError):
    """Another collector is writing to the catalog."""


class DamagedCatalogError(CatalogError):
    """The catalog is a damaged file, or no database at all."""


class ReadOnlyCatalogError(CatalogError):
    """The catalog can be read, but this process may not write to it."""


class CatalogMissingError(CatalogError):
    """The catalog does not exist yet, or is from another version of the program; a collect makes a new one."""


class CatalogSilentError(CatalogError):
    """The database of the catalog does not answer in time."""


class ClockError(CatalogError):
    """The catalog was written by a collector whose clock was far ahead, or the clock is behind now."""

    def __init__(self, *, written: datetime, now: datetime) -> None:
        super().__init__(
            f"The catalog was last written at {written:%Y-%m-%dT%H:%M:%SZ}, but the clock of this computer says"
            f" {now:%Y-%m-%dT%H:%M:%SZ}, so nothing was changed. Set the clock. If the clock is right, `feeds collect"
            " --force` rebuilds the catalog."
        )


class AdoptionError(FeedsError):
    """An earlier feed cannot be read, or its ids cannot be written."""


class ComparisonError(FeedsError):
    """Two states of a site cannot be compared: one of them is missing or cannot be read."""


class ExportError(FeedsError):
    """An export cannot be written to its folder, or a feed to a file."""


class DeliveryError(FeedsError):
    """A hub or a shared cache did not accept a request.

    `is_away` means that it would reject other requests too, `patience_seconds` the pause that it asks for.
    """

    receiver = "server"
    requests = "requests"

    def __init__(self, url: str, reason: str, *, is_away: bool, patience_seconds: int = 0) -> None:
        super().__init__(f"The {self.receiver} {url} {reason}; {self.requests} will be sent again later.")
        self.is_away = is_away
        self.patience_seconds = patience_seconds


class HubError(DeliveryError):
    """A hub did not accept a notification."""

    receiver = "hub"
    requests = "notifications"


class PurgeError(DeliveryError):
    """A shared cache did not accept a purge."""

    receiver = "cache"
    requests = "purges"


class MassRemovalError(FeedsError):
    """A collect would remove more than half of the catalog's articles."""

    def __init__(self, *, removed: int, known: int) -> None:
        super().__init__(
            f"This would remove {removed} of {known} articles, so nothing was changed. Is the folder mounted?"
            " Use --force if you mean it."
        )
        self.removed = removed
        self.known = known


class BadRequestError(FeedsError):
    """A part of a URL has no valid meaning; the message names this part."""


class OverloadError(FeedsError):
    """Too many requests arrive at once to answer all of them without delaying other clients."""


class NotFoundError(FeedsError):
    """A URL path does not name a feed."""


class GoneError(NotFoundError):
    """A URL path names the feed of a topic that was `retired`, and has been `closed` since."""

    def __init__(self, name: str, *, description: str, retired: date, closed: date) -> None:
        super().__init__(f"The topic “{name}” was retired on {retired}, and its feed ended on {closed}.")
        self.name = name
        self.description = description
        self.retired = retired
        self.closed = closed


class UnknownTopicError(NotFoundError):
    """A URL path names a topic that does not exist; the message has the beginning of a long name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Topic “{_cut(name)}” not found.")
        self.name = name


class UnknownProviderError(NotFoundError):
    """A URL names a provider that does not exist; the message has the beginning of a long name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Provider “{_cut(name)}” not found.")
        self.name = name


class MovedError(FeedsError):
    """A URL path is another spelling, or an older name, of the canonical path.

    `reference` is the canonical path, percent-encoded, followed by `?` and the canonical query if there is a query.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(f"Moved to {reference}.")
        self.reference = reference


def _cut(name: str) -> str:
    return name if len(name) <= _SHOWN_CHARACTERS else f"{name[:_SHOWN_CHARACTERS]}…"

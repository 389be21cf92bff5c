"""Read requests for feeds from the logs of a server, a proxy or a CDN."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

import msgspec

from feeds.model.errors import FeedsError
from feeds.statistics.combined_log import parse_combined_line
from feeds.statistics.tally import FeedRequest

STANDARD_INPUT = Path("-")

_MAX_LINE_BYTES = 64 * 1024
_GZIP_START = b"\x1f\x8b"

# The names of JSON fields: of this program, of nginx's variables, and of Cloudflare's logs.
_TIME = ("time", "time_iso8601", "timestamp", "EdgeStartTimestamp")
_METHOD = ("method", "request_method", "ClientRequestMethod")
_URL = ("path", "request_uri", "uri", "url", "ClientRequestURI")
_STATUS = ("status", "EdgeResponseStatus")
_USER_AGENT = ("user_agent", "http_user_agent", "ClientRequestUserAgent")
_NANOSECONDS_PER_SECOND = 1_000_000_000
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()  # later days have no datetime in all time zones
_FIRST_NANOSECONDS = 10**12  # a time in seconds stays below for 30,000 years


class LoggedRequest(msgspec.Struct, frozen=True):
    """A request for a feed, with its time in seconds since 1970."""

    request: FeedRequest
    time: float


class LogReader:
    """Reads log files in the combined format of nginx and Apache, or with a JSON object on each line.

    `name_feed` finds the feed behind a URL; empty means no feed. `read` counts the lines, and `unreadable` those in
    another format, or with a time before 1970 or after `latest` (in seconds since 1970), because one line with a wrong
    time would end the period. `first_unreadable` is the place of the first. `knows_conditions` tells whether all lines
    say which requests had a validator.
    """

    def __init__(self, name_feed: Callable[[str], str], *, latest: float = _LATEST) -> None:
        self._name_feed = name_feed
        self._latest = latest
        self.lines = 0
        self.unreadable = 0
        self.first_unreadable = ""
        self.knows_conditions = True

    def read(self, path: Path) -> Iterator[LoggedRequest]:
        """Read the GET requests for feeds in a file, gzipped or not; `-` means standard input.

        Raises:
            FeedsError: the file cannot be read.
        """
        with _opened(path) as file:
            for number, line in enumerate(_split(file), 1):
                if not line.strip():
                    continue
                self.lines += 1
                try:
                    found = self._read_json(line) if line.lstrip().startswith(b"{") else self._read_text(line)
                except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                    self.unreadable += 1
                    self.first_unreadable = self.first_unreadable or f"line {number} of {path}"
                else:
                    if found:
                        yield found

    def _read_text(self, line: bytes) -> LoggedRequest | None:
        found = parse_combined_line(line.decode("latin-1"))
        return self._make(found.method, found.url, status=found.status, time=found.time, user_agent=found.user_agent)

    def _read_json(self, line: bytes) -> LoggedRequest | None:
        fields = msgspec.json.decode(line.decode(errors="replace"), type=dict[str, Any])
        url, query = str(_pick(fields, _URL)), fields.get("query")
        if query is not None:  # this program's own log: the path is decoded
            url = f"{quote(url)}?{query}" if query else quote(url)
        is_conditional = fields.get("conditional")
        return self._make(
            str(_pick(fields, _METHOD)),
            url,
            status=int(_pick(fields, _STATUS)),
            time=_read_time(_pick(fields, _TIME)),
            user_agent=str(_pick(fields, _USER_AGENT, "")),
            is_conditional=is_conditional if isinstance(is_conditional, bool) else None,
        )

    def _make(  # noqa: PLR0913 the fields of a line
        self,
        method: str,
        url: str,
        *,
        status: int,
        time: datetime,
        user_agent: str,
        is_conditional: bool | None = None,
    ) -> LoggedRequest | None:
        seconds = time.timestamp()
        if not 0 <= seconds <= self._latest:
            raise ValueError("expected a time from 1970 on that is not in the future")
        feed = self._name_feed(url) if method == "GET" else ""
        if not feed:
            return None
        self.knows_conditions &= is_conditional is not None
        parts = urlsplit(url)
        requested = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return LoggedRequest(FeedRequest(feed, requested, status, user_agent, is_conditional), seconds)


def _pick(fields: dict[str, Any], names: Iterable[str], default: object = None) -> Any:  # noqa: ANN401 as in the log
    value = next((fields[name] for name in names if fields.get(name) is not None), default)
    if value is None:
        raise KeyError(names)
    return value


def _read_time(value: object) -> datetime:
    if isinstance(value, str) and not value.replace(".", "").isdecimal():
        date = msgspec.convert(value, datetime)
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    seconds = float(str(value))
    return msgspec.convert(
        seconds / _NANOSECONDS_PER_SECOND if seconds > _FIRST_NANOSECONDS else seconds, datetime, strict=False
    )


def _split(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; a very long line is cut, and its rest is left out."""
    while line := file.readline(_MAX_LINE_BYTES):
        yield line
        while not line.endswith(b"\n") and len(line) == _MAX_LINE_BYTES:
            line = file.readline(_MAX_LINE_BYTES)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        if path == STANDARD_INPUT:
            yield sys.stdin.buffer
            return
        with path.open("rb") as file:
            is_gzip = file.peek(2).startswith(_GZIP_START)
            with gzip.open(file) if is_gzip else file as opened:
                yield opened  # type: ignore[misc] # both are binary files
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FeedsError(f"Cannot read {path}: {reason.rstrip('.')}.") from error

"""Parse lines in the combined format of Apache's and nginx's logs."""

import re
from datetime import datetime
from functools import lru_cache

import msgspec

# Every character can match in one way only, and quoted texts never backtrack, so that hostile lines take no longer.
_TEXT = r'"((?:[^"\\]|\\.)*+)"'
_LINE = re.compile(
    # An optional virtual host, address, identity and user; of these, a user alone may contain spaces.
    r"\S+ \S+ .+? "
    rf"\[(\d\d/[A-Z][a-z]{{2}}/\d{{4}}:\d\d:\d\d:\d\d [+-]\d{{4}})\] {_TEXT} (\d{{3}}) (?:\d+|-) {_TEXT} {_TEXT}"
    rf"(?: {_TEXT})?\s*",  # X-Forwarded-For, in nginx's example `main`
    re.ASCII,
)
_TIME = "%d/%b/%Y:%H:%M:%S %z"
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_CONTROLS = {"b": "\b", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class CombinedLine(msgspec.Struct, frozen=True):
    """A line of a log; `url` is the target of the request, empty if the request is no HTTP."""

    method: str
    url: str
    status: int
    time: datetime
    user_agent: str


def parse_combined_line(line: str) -> CombinedLine:
    """Parse a line, with or without the virtual host at its start or `X-Forwarded-For` at its end.

    Raises:
        ValueError: the line has another format.
    """
    found = _LINE.fullmatch(line)
    if not found:
        raise ValueError("expected a line in the combined format")
    time, request, status, _, user_agent, _ = found.groups()
    method, _, rest = _unescape(request).partition(" ")
    url, protocol, more = rest.partition(" ")
    is_http = bool(protocol) and " " not in more
    return CombinedLine(method, url if is_http else "", int(status), _parse_time(time), _unescape(user_agent))


@lru_cache
def _parse_time(text: str) -> datetime:
    return datetime.strptime(text, _TIME)  # noqa: DTZ007 the format has a time zone


def _unescape(text: str) -> str:
    """Undo the escapes of Apache and nginx; a lone dash stands for an empty text."""
    return "" if text == "-" else _ESCAPE.sub(_write_character, text)


def _write_character(escape: re.Match[str]) -> str:
    code, character = escape.groups()
    return chr(int(code, 16)) if code else _CONTROLS.get(character, character)

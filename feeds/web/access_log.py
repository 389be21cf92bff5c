"""Write a line of JSON for each answered request, without full addresses of clients."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from json import dumps

from feeds.web.request_log import AnsweredRequest

# A pipe takes this many bytes at once (PIPE_BUF of POSIX allows 512, Linux and macOS less than this only in part), so
# that the lines of several processes do not mix.
_CHUNK_BYTES = 4_096
_MAX_TEXT_BYTES = 1_000
_MAX_SECONDS_DIGITS = 4
_IPV4_PREFIX, _IPV6_PREFIX = 24, 48


class AccessLog:
    """Writes answered requests to an open file, such as standard output."""

    def __init__(self, file: int) -> None:
        self._file = file

    def add(self, requests: Mapping[AnsweredRequest, int]) -> None:
        """Write a line for each request."""
        lines = (line for request, count in requests.items() for line in [format_line(request)] * count)
        for chunk in _join(lines):
            _write(self._file, chunk)

    def close(self) -> None:
        """Do nothing: every line is written."""


def format_line(request: AnsweredRequest) -> bytes:
    """Return one line of ASCII: control characters and marks of direction of other people's text are escaped."""
    path, query = request.key
    values = {
        "time": datetime.fromtimestamp(request.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "method": _cut(request.method),
        "path": _cut(path),
        "query": _cut(query),
        "kind": request.kind,
        "status": request.status,
        "bytes": request.size,
        "seconds": None if request.seconds is None else round(request.seconds, _MAX_SECONDS_DIGITS),
        "user_agent": _cut(request.user_agent),
        "conditional": request.is_conditional,
        "network": shorten_address(request.address),
    }
    return f"{_escape(values)}\n".encode("ascii")


@lru_cache
def shorten_address(address: str) -> str:
    """Return the network of an address, such as `192.0.2.0/24` or `2001:db8::/48`; empty if there is no address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = _IPV6_PREFIX if isinstance(parsed, IPv6Address) else _IPV4_PREFIX
    return str(ip_network((parsed, prefix), strict=False))


def _escape(value: object) -> str:
    return dumps(value).replace("\x7f", "\\u007f")  # JSON allows DEL, terminals obey it


def _cut(text: str) -> str:
    """Cut a text so that it takes at most `_MAX_TEXT_BYTES` in a line."""
    while (size := len(_escape(text))) > _MAX_TEXT_BYTES:
        text = text[: len(text) * (_MAX_TEXT_BYTES - 10) // size] + "…"
    return text


def _join(lines: Iterable[bytes]) -> Iterator[bytes]:
    chunk = b""
    for line in lines:
        if chunk and len(chunk) + len(line) > _CHUNK_BYTES:
            yield chunk
            chunk = b""
        chunk += line
    if chunk:
        yield chunk


def _write(file: int, chunk: bytes) -> None:
    while chunk:
        chunk = chunk[os.write(file, chunk) :]

"""Be somebody who asks for one composed feed after the other: `python -m benchmarks.flooding PORT FIRST COUNT`.

Sixteen clients do, each over a connection that it keeps, as fast as they are answered; no query is asked twice.
"""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec

from benchmarks.processes import ROOT

_CLIENTS = 16


class Flood(msgspec.Struct, frozen=True):
    """A flood in a process of its own."""

    process: subprocess.Popen[bytes]

    def is_going_on(self) -> bool:
        """Say whether it has not come to its end."""
        return self.process.poll() is None


@contextmanager
def flooding(port: int, *, first: int, count: int) -> Iterator[Flood]:
    """Have `count` queries asked, beginning with a number, until the end of the block."""
    command = [sys.executable, "-m", "benchmarks.flooding", str(port), str(first), str(count)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield Flood(process)
        finally:
            process.kill()


def _write_query(number: int) -> str:
    quality, rest = divmod(number, 1_000)
    heat, limit = divmod(rest, 200)
    return f"/feed.atom?min_quality={quality % 101}&min_heat={heat + 5 * (quality // 101)}&limit={limit + 1}"


def _ask(port: int, numbers: range) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in numbers:
        try:
            connection.request("GET", _write_query(number))
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
    connection.close()


if __name__ == "__main__":
    _, _port, _first, _count = sys.argv
    _start, _stop = int(_first), int(_first) + int(_count)
    with ThreadPoolExecutor(_CLIENTS) as _pool:
        list(_pool.map(lambda offset: _ask(int(_port), range(_start + offset, _stop, _CLIENTS)), range(_CLIENTS)))

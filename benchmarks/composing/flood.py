"""Flood a server with composed feeds: `python -m benchmarks.composing.flood PORT FIRST COUNT`.

Twenty-two clients send distinct queries over kept connections, as fast as a network allows.
"""

import http.client
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec

from benchmarks.processes import ROOT

_CLIENTS = 22  # four more than two workers queue, so four are always rejected and go on with their next query
_NETWORK_SECONDS = 0.01  # stands for the network time of a request and its answer


class Flood(msgspec.Struct, frozen=True):
    """A flood, run by a separate process."""

    process: subprocess.Popen[bytes]

    def count_answers(self) -> dict[str, int]:
        """Wait for the end, and count the answers by status."""
        printed, _ = self.process.communicate()
        return msgspec.json.decode(printed, type=dict[str, int])

    def is_running(self) -> bool:
        """Return whether the flood is still running."""
        return self.process.poll() is None


@contextmanager
def flooding(port: int, *, first: int, count: int) -> Iterator[Flood]:
    """Send `count` queries, beginning with query number `first`, until the end of the block."""
    command = [sys.executable, "-m", "benchmarks.composing.flood", str(port), str(first), str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            yield Flood(process)
        finally:
            process.kill()


def _write_query(number: int) -> str:
    quality, rest = divmod(number, 1_000)
    heat, limit = divmod(rest, 200)
    return f"/feed.atom?min_quality={quality % 101}&min_heat={heat + 5 * (quality // 101)}&limit={limit + 1}"


def _send_queries(port: int, numbers: Iterator[int], counts: Counter[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (number := next(numbers, None)) is not None:
        time.sleep(_NETWORK_SECONDS)
        try:
            connection.request("GET", _write_query(number))
            response = connection.getresponse()
            response.read()
            counts[str(response.status)] += 1
        except (OSError, http.client.HTTPException):
            connection.close()
            counts["none"] += 1
    connection.close()


if __name__ == "__main__":
    _, _port, _first, _count = sys.argv
    # Shared by all clients, so that a rejected client goes on with the next query; `next` is atomic.
    _numbers = iter(range(int(_first), int(_first) + int(_count)))
    _counts: Counter[str] = Counter()
    with ThreadPoolExecutor(_CLIENTS) as _pool:
        list(_pool.map(lambda _: _send_queries(int(_port), _numbers, _counts), range(_CLIENTS)))
    sys.stdout.write(json.dumps(_counts))

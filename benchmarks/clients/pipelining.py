"""Send many requests at once: `python -m benchmarks.clients.pipelining PORT PATH CLIENTS SECONDS`.

Each client connects, sends a thousand requests without waiting, reads all answers, and rests before the next round. The
program prints the numbers of sent and answered requests as JSON.
"""

import asyncio
import sys
import time
from contextlib import suppress

import msgspec

REQUESTS = 1_000
_REST_SECONDS = 2.0
_PATIENCE_SECONDS = 20
_READ_BYTES = 1 << 20


class PipelineCounts(msgspec.Struct):  # clients add to the numbers
    """The numbers of all clients."""

    sent: int = 0
    answered: int = 0


async def _send_at_once(port: int, path: bytes, counts: PipelineCounts) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_READ_BYTES)
    # HEAD: a client that must read a thousand feeds takes the processor from the normal clients.
    request = b"HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path
    writer.write(request * (REQUESTS - 1) + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    counts.sent += REQUESTS
    try:
        answer = await asyncio.wait_for(reader.read(-1), _PATIENCE_SECONDS)
        counts.answered += answer.count(b"HTTP/1.1 200 ")
    finally:
        writer.close()


async def _repeat(port: int, path: bytes, counts: PipelineCounts, *, end: float, delay: float) -> None:
    await asyncio.sleep(delay)
    while time.monotonic() < end:
        with suppress(OSError, TimeoutError):  # the requests count as not answered
            await _send_at_once(port, path, counts)
        await asyncio.sleep(_REST_SECONDS)


async def run_pipelines(port: int, path: str, *, clients: int, seconds: float) -> PipelineCounts:
    """Run `clients` clients for `seconds`."""
    counts = PipelineCounts()
    end = time.monotonic() + seconds
    delays = (number * _REST_SECONDS / clients for number in range(clients))
    await asyncio.gather(*(_repeat(port, path.encode(), counts, end=end, delay=delay) for delay in delays))
    return counts


if __name__ == "__main__":
    _, _port, _path, _clients, _seconds = sys.argv
    _counts = asyncio.run(run_pipelines(int(_port), _path, clients=int(_clients), seconds=float(_seconds)))
    sys.stdout.write(msgspec.json.encode(_counts).decode())

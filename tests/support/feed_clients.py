"""Normal feed readers: `python -m tests.support.feed_clients PORT PATH CLIENTS SECONDS`.

Each client requests a feed now and then, often with the last ETag, and keeps a connection for a few requests. The
program prints the duration of each request and all errors as JSON.
"""

import asyncio
import random
import sys
import time

import msgspec

_LONGEST_PAUSE_SECONDS = 0.2
_MAX_REQUESTS = 8  # per connection
_PATIENCE_SECONDS = 10
_READ_BYTES = 1 << 20


class RequestLog(msgspec.Struct):  # clients append to the lists
    """The requests of all clients: milliseconds of each request, errors, and the number of repeated requests.

    A client repeats a request if the server closes a kept connection before the first byte of the answer (RFC 9112
    section 9.3.1).
    """

    milliseconds: list[float] = []
    errors: list[str] = []
    resent: int = 0


class Client:
    """A client of the server on this machine."""

    def __init__(self, port: int, path: str, log: RequestLog, *, seed: int) -> None:
        self._port = port
        self._path = path
        self._log = log
        self._rng = random.Random(seed)  # noqa: S311 no secret
        self._etag = ""
        self._left = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request_until(self, end: float) -> None:
        """Send requests until `end` of the monotonic clock."""
        while time.monotonic() < end:
            await asyncio.sleep(self._rng.uniform(0, _LONGEST_PAUSE_SECONDS))
            started = time.perf_counter()
            try:
                await asyncio.wait_for(self._request(), _PATIENCE_SECONDS)
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self._log.errors.append(repr(error))
                self._close()
            self._log.milliseconds.append((time.perf_counter() - started) * 1_000)
        self._close()

    async def _request(self) -> None:
        is_kept = self._writer is not None
        try:
            await self._exchange()
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self._close()
            has_started = isinstance(error, asyncio.IncompleteReadError) and error.partial
            if not is_kept or has_started:
                raise
            self._log.resent += 1
            await self._exchange()

    async def _exchange(self) -> None:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=_READ_BYTES)
            self._left = self._rng.randint(1, _MAX_REQUESTS)
        condition = f"If-None-Match: {self._etag}\r\n" if self._etag and self._rng.random() < 0.5 else ""
        request = f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{condition}\r\n"
        self._writer.write(request.encode())
        status, headers = parse_head(await self._reader.readuntil(b"\r\n\r\n"))
        if status not in (200, 304):
            raise ValueError(f"unexpected status {status}")
        await self._reader.readexactly(int(headers.get("content-length", 0)) if status == 200 else 0)
        self._etag = headers["etag"]
        self._left -= 1
        if self._left == 0 or headers.get("connection") == "close":
            self._close()

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of an answer, with header names in lower case."""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}


async def run_clients(port: int, path: str, *, clients: int, seconds: float) -> RequestLog:
    """Run `clients` clients for `seconds`."""
    log = RequestLog([], [])
    end = time.monotonic() + seconds
    await asyncio.gather(*(Client(port, path, log, seed=seed).request_until(end) for seed in range(clients)))
    return log


if __name__ == "__main__":
    _, _port, _path, _clients, _seconds = sys.argv
    _log = asyncio.run(run_clients(int(_port), _path, clients=int(_clients), seconds=float(_seconds)))
    sys.stdout.write(msgspec.json.encode(_log).decode())

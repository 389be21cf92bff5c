"""Be feed readers that ask now and then: `python -m tests.support.feed_clients PORT PATH CLIENTS SECONDS`.

Each takes a feed or is told that it has it, over a connection that it keeps for a few requests. What each request took
is printed as JSON, with what went wrong.
"""

import asyncio
import random
import sys
import time

import msgspec

_LONGEST_PAUSE_SECONDS = 0.2
_MOST_REQUESTS = 8  # over one connection
_PATIENCE_SECONDS = 10
_READ_BYTES = 1 << 20


class Account(msgspec.Struct):  # it is filled while clients go on
    """What clients saw: milliseconds of each request, what went wrong, and how many were sent again.

    Sent again is what finds its kept connection closed before the first byte of an answer, as any client does (RFC 9112
    section 9.3.1).
    """

    milliseconds: list[float] = []
    errors: list[str] = []
    resent: int = 0


class Client:
    """One client of the server on this machine."""

    def __init__(self, port: int, path: str, account: Account, *, seed: int) -> None:
        self._port = port
        self._path = path
        self._account = account
        self._rng = random.Random(seed)  # noqa: S311 no secret
        self._etag = ""
        self._left = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask_until(self, end: float) -> None:
        """Ask until a moment of the monotonic clock."""
        while time.monotonic() < end:
            await asyncio.sleep(self._rng.uniform(0, _LONGEST_PAUSE_SECONDS))
            begun = time.perf_counter()
            try:
                await asyncio.wait_for(self._ask(), _PATIENCE_SECONDS)
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self._account.errors.append(repr(error))
                self._close()
            self._account.milliseconds.append((time.perf_counter() - begun) * 1_000)
        self._close()

    async def _ask(self) -> None:
        is_kept = self._writer is not None
        try:
            await self._exchange()
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self._close()
            has_begun = isinstance(error, asyncio.IncompleteReadError) and error.partial
            if not is_kept or has_begun:
                raise
            self._account.resent += 1
            await self._exchange()

    async def _exchange(self) -> None:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=_READ_BYTES)
            self._left = self._rng.randint(1, _MOST_REQUESTS)
        condition = f"If-None-Match: {self._etag}\r\n" if self._etag and self._rng.random() < 0.5 else ""
        request = f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{condition}\r\n"
        self._writer.write(request.encode())
        status, headers = parse_head(await self._reader.readuntil(b"\r\n\r\n"))
        if status not in (200, 304):
            raise ValueError(f"answered with {status}")
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
    """Give the status and the headers of an answer, their names in lower case."""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}


async def ask(port: int, path: str, *, clients: int, seconds: float) -> Account:
    """Have so many clients ask for so long."""
    account = Account([], [])
    end = time.monotonic() + seconds
    await asyncio.gather(*(Client(port, path, account, seed=seed).ask_until(end) for seed in range(clients)))
    return account


if __name__ == "__main__":
    _, _port, _path, _clients, _seconds = sys.argv
    _found = asyncio.run(ask(int(_port), _path, clients=int(_clients), seconds=float(_seconds)))
    sys.stdout.write(msgspec.json.encode(_found).decode())

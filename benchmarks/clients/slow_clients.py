"""Slow clients: `python -m benchmarks.clients.slow_clients KIND PORT PATH CLIENTS`.

Clients reconnect as soon as the server closes their connection. The program prints a line when all clients are
connected, and runs until stopped.
"""

import asyncio
import os
import random
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

_BYTE_SECONDS = 1.0
_RECONNECT_SECONDS = 0.2
_LINGER_SECONDS = 60
_READ_BYTES = 65_536
_ENDLESS_REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\nX-Endless: " + b"a" * 60
_LAST_REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"

_REQUEST_WITH_BODY = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
_SLOW_BYTES = 1_024

URGENT = "urgent-data"

Client = Callable[[int, bytes], Awaitable[None]]


async def idle(port: int, _path: bytes) -> None:
    """Connect, and send nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _wait_for_end(reader, writer)


async def dribble(port: int, path: bytes) -> None:
    """Send an endless request, one byte per second."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    request = _ENDLESS_REQUEST % path
    try:
        for number in range(1_000_000):
            writer.write(request[number : number + 1] or b"a")
            await writer.drain()
            await asyncio.sleep(_BYTE_SECONDS)
    finally:
        writer.close()


async def dribble_body(port: int, path: bytes) -> None:
    """Send a request with an endless body, one byte per second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_REQUEST_WITH_BODY % path)
    sending = asyncio.create_task(_send_slowly(writer))
    try:
        await _wait_for_end(reader, writer)
    finally:
        sending.cancel()


async def read_slowly(port: int, path: bytes) -> None:
    """Send a request, and read one kilobyte of the answer per second."""
    loop = asyncio.get_running_loop()
    with _open_small() as connection:
        await loop.sock_connect(connection, ("127.0.0.1", port))
        await loop.sock_sendall(connection, _REQUEST % path)
        while await loop.sock_recv(connection, _SLOW_BYTES):  # noqa: ASYNC110 a slow client, not a poll
            await asyncio.sleep(_BYTE_SECONDS)


async def send_urgent_data(port: int, _path: bytes) -> None:
    """Send a byte of urgent data, and nothing else."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    # The transport's own socket sends no urgent data.
    with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as connection:
        connection.send(b"!", socket.MSG_OOB)
    await _wait_for_end(reader, writer)


async def keep_alive(port: int, path: bytes) -> None:
    """Send one request, and keep the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_REQUEST % path)
    await _wait_for_end(reader, writer)


async def stall(port: int, path: bytes) -> None:
    """Send a request, and read nothing of the answer."""
    loop = asyncio.get_running_loop()
    with _open_small() as connection:
        await loop.sock_connect(connection, ("127.0.0.1", port))
        await loop.sock_sendall(connection, _REQUEST % path)
        await asyncio.sleep(_LINGER_SECONDS)


async def linger(port: int, path: bytes) -> None:
    """Send the last request, and do not close the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_LAST_REQUEST % path)
        while await reader.read(_READ_BYTES):
            pass
        await asyncio.sleep(_LINGER_SECONDS)
    finally:
        writer.close()


KINDS: Mapping[str, Client] = {
    "idle": idle,
    "dribbling": dribble,
    "body-dribbling": dribble_body,
    "slowly reading": read_slowly,
    "stalled": stall,
    "keep-alive": keep_alive,
    "lingering": linger,
    URGENT: send_urgent_data,
}


def _open_small() -> socket.socket:
    """Open a socket with a small buffer for received data."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.setblocking(False)  # noqa: FBT003 a parameter of the socket module
    return connection


async def _send_slowly(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(_BYTE_SECONDS)


async def _wait_for_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.read(_READ_BYTES):
            pass
    finally:
        writer.close()


async def _reconnect_forever(client: Client, port: int, path: bytes) -> None:
    while True:
        with suppress(OSError):
            await client(port, path)
        await asyncio.sleep(random.uniform(0, _RECONNECT_SECONDS))  # noqa: S311 no secret


async def _connect_all(kind: str, port: int, path: bytes, clients: int) -> None:
    tasks = []
    for _ in range(clients):
        tasks.append(asyncio.create_task(_reconnect_forever(KINDS[kind], port, path)))
        if len(tasks) % 50 == 0:
            await asyncio.sleep(0.02)  # do not fill the queue of the listening socket
    print("connected", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    _, _kind, _port, _path, _clients = sys.argv
    asyncio.run(_connect_all(_kind, int(_port), _path.encode(), int(_clients)))

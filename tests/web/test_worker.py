"""On a real server, slow clients block nobody, and a restart loses no request."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from feeds.web.worker import HEAD_BYTES
from tests.support.articles import write_article
from tests.support.feed_clients import RequestLog, parse_head, run_clients
from tests.support.paths import ROOT
from tests.support.processes import list_children
from tests.support.servers import find_free_port
from tests.support.waiting import wait_for_answer

MANY = 30  # far more than there are threads
FEW = 6
SOON_SECONDS = 8  # gunicorn's own worker would block for longer in every case
PATH = "/feed.atom"
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
SHORT_REQUEST = b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_REQUEST = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
HURRIED = """
import feeds.web.worker
from feeds.gunicorn_conf import *
feeds.web.worker.HEAD_SECONDS = feeds.web.worker.RESPONSE_SECONDS = 1
"""


@dataclass(frozen=True)
class WorkerServer:
    """A server with one worker."""

    pid: int
    port: int

    def connect(self, data: bytes = b"", *, buffer: int = 0) -> socket.socket:
        """Connect and send data; `buffer` limits the receive buffer of the client."""
        connection = socket.socket()
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(data)
        return connection

    def answers_soon(self) -> bool:
        """Return whether another client gets an answer without delay."""
        begun = time.monotonic()
        with self.connect(SHORT_REQUEST) as connection:
            status, _ = read_answer(connection)
        return status == 200 and time.monotonic() - begun < SOON_SECONDS


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read one response, and no more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise EOFError
        head += byte
    status, headers = parse_head(head)
    body = b""
    while len(body) < int(headers["content-length"]):
        body += connection.recv(int(headers["content-length"]) - len(body))
    return status, body


def read_to_end(connection: socket.socket) -> bytes:
    """Read until the server has closed or reset the connection."""
    parts: list[bytes] = []
    with suppress(ConnectionResetError):
        parts.extend(iter(lambda: connection.recv(65_536), b""))
    return b"".join(parts)


@contextmanager
def running(folder: Path, *, configuration: str = "python:feeds.gunicorn_conf") -> Iterator[WorkerServer]:
    """Run a server in a folder with articles."""
    port = find_free_port()
    environ = {"PORT": str(port), "PYTHONPATH": str(ROOT), "FEEDS_CONTENT": "content", "WEB_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "gunicorn", "--config", configuration, "feeds.wsgi:app"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environ, stdout=log, stderr=log)
        try:
            wait_for_answer(f"http://127.0.0.1:{port}{PATH}", process)
            yield WorkerServer(process.pid, port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of articles with a feed larger than socket buffers."""
    folder = tmp_path_factory.mktemp("publisher")
    for number in range(50):
        write_article(folder / "content", f"story-{number}", excerpt=f'"{"word " * 6_000}"')
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[WorkerServer]:
    with running(folder) as server:
        yield server


@pytest.fixture(scope="module")
def hurried(folder: Path, server: WorkerServer) -> Iterator[WorkerServer]:  # noqa: ARG001 the fixture has collected
    """Give a server with time limits of one second."""
    (folder / "hurried.py").write_text(HURRIED)
    with running(folder, configuration=str(folder / "hurried.py")) as hurried:
        yield hurried


@pytest.mark.parametrize(
    "data",
    [b"", REQUEST[:-3], REQUEST + REQUEST[:9], b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"],
    ids=["idle", "in the head", "in the next head", "in the body"],
)
def test_clients_that_stop_block_nobody(server: WorkerServer, data: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(server.connect(data))
        assert server.answers_soon()


def test_clients_that_dribble_block_nobody(server: WorkerServer) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(MANY)]
        for number in range(len(REQUEST) - 1):
            for client in clients:
                client.sendall(REQUEST[number : number + 1])
        assert server.answers_soon()
        clients[0].sendall(REQUEST[-1:])
        assert read_answer(clients[0])[0] == 200


def test_clients_that_pause_reading_block_nobody_and_may_continue(server: WorkerServer) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect(REQUEST, buffer=4_096)) for _ in range(FEW)]
        time.sleep(0.3)
        assert server.answers_soon()
        with server.connect(REQUEST) as quick:
            expected = read_answer(quick)
        assert len(expected[1]) > 1_000_000
        assert read_answer(clients[0]) == expected
        clients[0].sendall(LAST_REQUEST)
        assert read_answer(clients[0]) == expected
        assert clients[0].recv(1) == b""


def test_clients_that_do_not_disconnect_block_nobody(server: WorkerServer) -> None:
    begun = time.monotonic()
    with ExitStack() as stack:
        for _ in range(MANY):
            client = stack.enter_context(server.connect(LAST_REQUEST))
            assert read_answer(client)[0] == 200
        assert time.monotonic() - begun < SOON_SECONDS
        assert server.answers_soon()


def test_clients_that_disconnect_early_block_nobody(server: WorkerServer) -> None:
    before = list_workers(server.pid)
    for data in (b"", b"GET", REQUEST):
        for _ in range(MANY):
            server.connect(data).close()
    assert server.answers_soon()
    assert list_workers(server.pid) == before


def test_several_requests_at_once_are_answered_in_turn(server: WorkerServer) -> None:
    missing = b"GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect(missing + REQUEST + missing) as client:
        assert [read_answer(client)[0] for _ in range(3)] == [404, 200, 404]


@pytest.mark.parametrize(
    ("data", "beginning"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * HEAD_BYTES, b""),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 "),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\na" + REQUEST, b"HTTP/1.1 405 "),
    ],
    ids=["a head too large", "no head", "a body"],
)
def test_an_invalid_request_ends_the_connection(server: WorkerServer, data: bytes, beginning: bytes) -> None:
    with server.connect(data) as client:
        answered = read_to_end(client)
    assert answered.startswith(beginning)
    assert answered.count(b"HTTP/1.1 ") == (1 if beginning else 0)


@pytest.mark.parametrize("data", [b"", REQUEST[:-3]])
def test_a_client_that_never_continues_is_disconnected(hurried: WorkerServer, data: bytes) -> None:
    with hurried.connect(data) as client:
        assert read_to_end(client) == b""


def test_a_client_that_reads_nothing_is_disconnected(hurried: WorkerServer) -> None:
    with hurried.connect(REQUEST, buffer=4_096) as client, hurried.connect(REQUEST) as quick:
        whole = read_answer(quick)[1]
        time.sleep(2.5)
        assert len(read_to_end(client)) < len(whole)


def ask_meanwhile(server: WorkerServer, seconds: float) -> tuple[Thread, list[RequestLog]]:
    logs: list[RequestLog] = []
    thread = Thread(target=lambda: logs.append(asyncio.run(run_clients(server.port, PATH, clients=8, seconds=seconds))))
    thread.start()
    return thread, logs


@pytest.mark.program
def test_a_restart_loses_no_request(tmp_path: Path) -> None:
    write_article(tmp_path / "content", "one")
    with running(tmp_path) as server, server.connect():
        before = list_workers(server.pid)
        thread, logs = ask_meanwhile(server, seconds=4)
        for _ in range(2):
            time.sleep(0.5)
            os.kill(server.pid, signal.SIGHUP)
        thread.join()
        after = list_workers(server.pid)
    assert not set(before) & set(after)
    assert logs[0].errors == []
    assert len(logs[0].milliseconds) > 100


def list_workers(pid: int) -> Sequence[int]:
    return [
        child for child in list_children(pid) if re.search(rb"gunicorn", Path(f"/proc/{child}/cmdline").read_bytes())
    ]

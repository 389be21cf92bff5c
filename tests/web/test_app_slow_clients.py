"""On a real server, slow clients block nobody, and a restart loses no request."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from tests.support.articles import write_article
from tests.support.feed_clients import RequestLog, parse_head, run_clients
from tests.support.paths import ROOT
from tests.support.postgresql import DatabaseServer
from tests.support.processes import list_children
from tests.support.servers import GUNICORN, find_free_port, make_command
from tests.support.silent_network import connecting
from tests.support.waiting import wait_for_answer, wait_until
from tests.web.conftest import SERVERS

pytestmark = pytest.mark.thorough

MANY = 30  # far more than there are threads
FEW = 6
SOON_SECONDS = 8  # gunicorn's own worker would block for longer in every case
PATH = "/feed.atom"
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
SHORT_REQUEST = b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_REQUEST = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
MANY_REQUESTS = 1_000
POST = b"POST /feed.atom HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
HURRIED = """
import feeds.web.greenlets
from feeds.gunicorn_conf import *
keepalive = 1
feeds.web.greenlets.CLIENT_SECONDS = 1
feeds.web.greenlets.CHECK_SECONDS = 0.1
"""


@dataclass(frozen=True)
class WorkerServer:
    """A server with one worker."""

    name: str
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
def running(folder: Path, *options: str, name: str = GUNICORN, **settings: str) -> Iterator[WorkerServer]:
    """Run a server in a folder with articles; the last options count."""
    port = find_free_port()
    environ = {
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "FEEDS_CONTENT": "content",
        "WEB_CONCURRENCY": "1",
        **settings,
    }
    command = [*make_command(name, port=port, workers=1), *options]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=os.environ | environ, stdout=log, stderr=log)
        try:
            wait_for_answer(f"http://127.0.0.1:{port}{PATH}", process)
            yield WorkerServer(name, process.pid, port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a catalog and articles with a feed larger than socket buffers."""
    folder = tmp_path_factory.mktemp("publisher")
    for number in range(50):
        write_article(folder / "content", f"story-{number}", body="word " * 12_000)
    with closing(Catalog(f"sqlite:///{folder / '.feeds' / 'catalog.sqlite3'}")) as catalog:
        Collector(catalog, [folder / "content"]).collect()
    return folder


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[WorkerServer]:
    """Give each server in turn."""
    with running(folder, name=str(request.param)) as server:
        yield server


@pytest.fixture(scope="module")
def gunicorn(folder: Path) -> Iterator[WorkerServer]:
    """Give the server of the Procfile."""
    with running(folder) as server:
        yield server


@pytest.fixture(scope="module")
def hurried(folder: Path) -> Iterator[WorkerServer]:
    """Give the server of the Procfile with time limits of one second."""
    (folder / "hurried.py").write_text(HURRIED)
    with running(folder, "--config", str(folder / "hurried.py")) as hurried:
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


def test_urgent_data_blocks_nobody(server: WorkerServer) -> None:
    with ExitStack() as stack:
        for _ in range(MANY * 3):
            stack.enter_context(server.connect()).send(b"!", socket.MSG_OOB)
        assert server.answers_soon()


def test_an_endless_body_blocks_nobody(server: WorkerServer) -> None:
    def send_forever(client: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client.sendall(b"a" * 65_536)

    with server.connect(POST + b"Content-Length: 1000000000000\r\n\r\n") as client:
        sending = Thread(target=send_forever, args=(client,))
        sending.start()
        assert server.answers_soon()
        sending.join(20)
        assert not sending.is_alive()


@pytest.mark.parametrize(
    "data", [POST + b"Content-Length: 3\r\n\r\na b", CHUNKED + b"3\r\na b\r\n0\r\n\r\n"], ids=["length", "chunks"]
)
def test_a_body_is_skipped(server: WorkerServer, data: bytes) -> None:
    with server.connect(data + REQUEST) as client:
        assert [read_answer(client)[0] for _ in range(2)] == [405, 200]


def send_many(client: socket.socket, request: bytes) -> Thread:
    """Send a thousand requests at once, beside the reading of the answers."""
    sending = Thread(target=client.sendall, args=(request * MANY_REQUESTS,))
    sending.start()
    return sending


@pytest.mark.parametrize("request_line", [SHORT_REQUEST, REQUEST.replace(PATH.encode(), b"/nope")])
def test_a_thousand_requests_at_once_are_all_answered(server: WorkerServer, request_line: bytes) -> None:
    with server.connect() as client:
        sending = send_many(client, request_line)
        assert server.answers_soon()
        assert len({read_answer(client) for _ in range(MANY_REQUESTS)}) == 1
        sending.join()


def test_several_requests_at_once_are_answered_in_turn(server: WorkerServer) -> None:
    missing = b"GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect(missing + REQUEST + missing) as client:
        assert [read_answer(client)[0] for _ in range(3)] == [404, 200, 404]


@pytest.mark.parametrize(
    ("data", "beginning"),
    [
        (b"GET /" + b"a" * 10_000, b"HTTP/1.1 414 "),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 10_000 + b"\r\n\r\n", b"HTTP/1.1 431 "),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 100 + b"\r\n", b"HTTP/1.1 431 "),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400 "),
        (CHUNKED + b"nonsense\r\n" + REQUEST, b"HTTP/1.1 405 "),
    ],
    ids=["long line", "long header", "many headers", "no head", "no chunk"],
)
def test_an_invalid_request_ends_the_connection(gunicorn: WorkerServer, data: bytes, beginning: bytes) -> None:
    with gunicorn.connect(data) as client:
        answered = read_to_end(client)
    assert answered.startswith(beginning)
    assert answered.count(b"HTTP/1.1 ") == 1


def test_a_client_that_never_ends_a_body_is_disconnected(hurried: WorkerServer) -> None:
    with hurried.connect(POST + b"Content-Length: 9\r\n\r\na") as client:
        assert read_to_end(client).startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize("data", [b"", REQUEST[:-3]])
def test_a_client_that_never_continues_is_disconnected(hurried: WorkerServer, data: bytes) -> None:
    with hurried.connect(data) as client:
        assert read_to_end(client) == b""


def test_a_client_that_reads_nothing_is_disconnected(hurried: WorkerServer) -> None:
    with hurried.connect(REQUEST, buffer=4_096) as client, hurried.connect(REQUEST) as quick:
        whole = read_answer(quick)[1]
        time.sleep(2.5)
        assert len(read_to_end(client)) < len(whole)


def test_slow_readers_leave_no_trace_in_the_log(folder: Path, hurried: WorkerServer) -> None:
    with hurried.connect(REQUEST, buffer=4_096) as client:
        time.sleep(2.5)
        read_to_end(client)
    assert "Error" not in (folder / "server.log").read_text()


@pytest.mark.program
@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("hang", ["stopped server", "lost packets"])
def test_a_hanging_database_is_like_a_missing_database(
    postgresql: DatabaseServer, tmp_path: Path, name: str, hang: str
) -> None:
    url = postgresql.create_database()
    write_article(tmp_path / "content", "one")
    with closing(Catalog(url)) as catalog:
        Collector(catalog, [tmp_path / "content"]).collect()
    with connecting(url) as network:
        hanging = network.losing if hang == "lost packets" else partial(postgresql.hanging, url)
        with running(tmp_path, name=name, DATABASE_URL=network.url) as server:
            with hanging():
                for request in (SHORT_REQUEST, HEALTH):
                    with ExitStack() as stack:
                        clients = [stack.enter_context(server.connect(request)) for _ in range(MANY)]
                        with server.connect(REQUEST) as client:
                            assert read_answer(client)[0] == 200
                        # Before the longest time that a request may take otherwise, or a client would give up.
                        assert {read_answer(client)[0] for client in clients} == {503}
            with server.connect() as client:
                wait_until(lambda: ask(client, HEALTH) == ask(client, SHORT_REQUEST) == 200)


def ask(client: socket.socket, request: bytes) -> int:
    client.sendall(request)
    return read_answer(client)[0]


def ask_meanwhile(server: WorkerServer, seconds: float) -> tuple[Thread, list[RequestLog]]:
    logs: list[RequestLog] = []
    thread = Thread(target=lambda: logs.append(asyncio.run(run_clients(server.port, PATH, clients=8, seconds=seconds))))
    thread.start()
    return thread, logs


@pytest.mark.program
def test_a_restart_loses_no_request(tmp_path: Path) -> None:
    write_article(tmp_path / "content", "one")
    with running(tmp_path, "--graceful-timeout", "2") as server, server.connect():
        before = list_workers(server.pid)
        thread, logs = ask_meanwhile(server, seconds=4)
        for _ in range(2):
            time.sleep(0.5)
            os.kill(server.pid, signal.SIGHUP)
        thread.join()
        # The connection without a request delays the end of the first worker.
        wait_until(lambda: not set(before) & set(list_workers(server.pid)))
    assert logs[0].errors == []
    assert len(logs[0].milliseconds) > 100


@pytest.mark.program
def test_workers_can_be_recycled_without_losing_a_request(tmp_path: Path) -> None:
    write_article(tmp_path / "content", "one")
    with running(tmp_path, "--max-requests", "40") as server:
        before = list_workers(server.pid)
        thread, logs = ask_meanwhile(server, seconds=3)
        thread.join()
        assert set(before) != set(list_workers(server.pid))
    assert logs[0].errors == []


@pytest.mark.program
def test_too_few_open_files_end_the_start_in_a_sentence(tmp_path: Path) -> None:
    port = find_free_port()
    ended = subprocess.run(
        ["bash", "-c", 'ulimit -n 64; exec "$@"', "bash", *make_command(GUNICORN, port=port)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert (ended.stdout, ended.stderr) == (
        "",
        "The limit of 64 open files is too low to serve; raise it to 128 or more (`ulimit -n`).\n",
    )


def list_workers(pid: int) -> Sequence[int]:
    return [
        child
        for child in list_children(pid)
        if re.search(rb"gunicorn|spawn_main", Path(f"/proc/{child}/cmdline").read_bytes())
    ]

"""Whatever bytes arrive, the answer is ours or a plain 4xx or 501 of the server, and repeats nothing of the request."""

import re
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.environment import SOAK
from tests.support.servers import GUNICORN
from tests.web.conftest import Server, ask

pytestmark = pytest.mark.slow

RANDOM = settings(max_examples=SOAK or 60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HOST = "evil.test"
FEED = "/topics/ai.atom"
OURS = b"\r\nx-content-type-options: nosniff\r\n"
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n")


def send(server: Server, data: bytes) -> bytes:
    """Send bytes, close the sending side, and return all bytes that come back."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        received = b""
        try:
            connection.sendall(data)
            if server.name == GUNICORN:  # Granian closes a connection that is half closed
                with suppress(OSError):  # the server may have closed the connection
                    connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionError:
            pass  # the server may close before everything is sent
    return received


def request(target: str, *headers: str, method: str = "GET") -> bytes:
    lines = (f"{method} {target} HTTP/1.1", f"Host: {HOST}", "Connection: close", *headers)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def check(answer: bytes) -> int:
    """Check the first response, and return the status."""
    line = _STATUS_LINE.match(answer)
    assert line, answer[:200]
    status = int(line[1])
    head = answer.partition(b"\r\n\r\n")[0]
    assert status < 500 or status == 501, answer
    assert OURS in head.lower() + b"\r\n" or 400 <= status < 500 or status in {100, 501}, answer[:500]
    assert HOST.encode() not in answer.lower()
    assert b"text/html" not in head or b"<evil" not in answer.lower()
    return status


@pytest.mark.parametrize("year", ["99999", "20202020202020202020", "0000", "-1"])
@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range", "Date"])
def test_impossible_dates_are_ignored(server: Server, header: str, year: str) -> None:
    assert check(send(server, request(FEED, f"{header}: Fri, 13 Nov {year} 10:00:00 GMT"))) == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"http://{HOST}", 200),
        (f"http://{HOST}?x=1", 200),
        (f"http://{HOST}/", 200),
        (f"http://{HOST}{FEED}", 200),
        (f"http://{HOST}/topics/AI.atom", 301),
        (f"//{HOST}{FEED}", 404),
        (f"//{HOST}/..", 404),
        ("/\\other.test", 404),
        ("/other.test", 404),
        ("", 400),
        ("topics/ai.atom", 400),
        ("?x=1", 400),
        ("/" + 9_000 * "a", 414),
        ("/<evil>", 404),
        ("/compose?topic=<evil>", 400),
    ],
)
def test_odd_targets(gunicorn: Server, target: str, status: int) -> None:
    assert check(send(gunicorn, request(target))) == status


@pytest.mark.parametrize(
    ("method", "status"),
    [("POST", 405), ("TRACE", 405), ("CONNECT", 405), ("FOO", 405), ("foo", 400), ("<evil>", 400)],
)
def test_odd_methods(gunicorn: Server, method: str, status: int) -> None:
    assert check(send(gunicorn, request("/", method=method))) == status


@pytest.mark.parametrize(
    "headers",
    [
        ("SCRIPT_NAME: /topics",),
        ("PATH_INFO: /feed.atom",),
        ("Script-Name: /topics", "Path-Info: /feed.atom"),
        (
            "X-Forwarded-Host: other.test",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Prefix: /x",
            "X-Forwarded-For: 1.2.3.4",
        ),
        ("X-Forwarded-Protocol: ssl", "X-Forwarded-Proto: http", "X-Forwarded-Ssl: on"),
        ("Forwarded: host=other.test;proto=https",),
        ("X-Original-URL: /feed.atom", "X-Rewrite-URL: /feed.atom", "X-HTTP-Method-Override: DELETE"),
    ],
    ids=lambda headers: headers[0],
)
def test_headers_of_proxies_change_nothing(server: Server, headers: tuple[str, ...]) -> None:
    answer = send(server, request(FEED, *headers))
    assert check(answer) == 200
    assert answer.partition(b"\r\n\r\n")[2] == ask(server, FEED)[1]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((f"X: {9_000 * 'a'}",), 431),
        (tuple(f"X-{number}: a" for number in range(200)), 431),
        ((f"If-None-Match: {3_000 * chr(34)}",), 200),
        (("Host: second",), 400),
        (("Transfer-Encoding: foo",), 501),
        (("Content-Length: 1", "Transfer-Encoding: chunked"), 400),
        (("Content-Length: -1",), 400),
        (("Expect: the-unexpected",), 417),
        (("Range: bytes=0-0",), 200),
        ((" folded: line",), 400),
    ],
    ids=lambda value: value[0][:24] if isinstance(value, tuple) else str(value),
)
def test_odd_headers(gunicorn: Server, headers: tuple[str, ...], status: int) -> None:
    assert check(send(gunicorn, request("/", *headers))) == status


@pytest.mark.program
@example(data=b"\x16\x03\x01\x00\xff\r\n\r\n")
@example(data=b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n")
@example(data=b"GET / HTTP/9.9\r\n\r\n")
@given(data=st.binary(min_size=1, max_size=300))
@RANDOM
def test_random_bytes(gunicorn: Server, data: bytes) -> None:
    answer = send(gunicorn, data + b"\r\n\r\n")
    if answer:
        check(answer)


_TOKENS = st.sampled_from(
    [
        "/",
        FEED,
        "?",
        "#",
        "%",
        "%2f",
        "..",
        "//",
        ";",
        "\\",
        "@",
        "host.test",
        "<evil>",
        "http:",
        " ",
        "\t",
        "é",
        "\x7f",
    ]
)


@pytest.mark.program
@given(target=st.lists(_TOKENS, max_size=8).map("".join), names=st.lists(st.text(max_size=20), max_size=4))
@RANDOM
def test_random_targets_and_headers(gunicorn: Server, target: str, names: list[str]) -> None:
    known = ("If-None-Match", "If-Modified-Since", "Accept-Encoding", "X-Forwarded-Host")
    headers = [f"{name}: {value}" for name, value in zip(known, names, strict=False)]
    data = "".join(f"{line}\r\n" for line in (f"GET {target} HTTP/1.1", f"Host: {HOST}", *headers, ""))
    answer = send(gunicorn, data.encode("utf-8", "surrogatepass"))
    if answer:
        check(answer)

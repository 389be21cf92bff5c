"""An earlier feed is fetched within limits, and each failure says what to do."""

import gzip
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest

from feeds.audit import client
from feeds.migrate import fetching
from feeds.migrate.fetching import MAX_REDIRECTS, read_source
from feeds.model.errors import AdoptionError
from tests.migrate.old_site import Reply, serving_bytes, serving_old_site


def redirect(location: str, status: int = 301) -> Reply:
    return status, {"Location": location}, b""


def test_a_url_is_fetched_through_redirects() -> None:
    replies = {
        "/feed": redirect("/a", 308),
        "/a": redirect("b#part", 302),
        "/b": (200, {"Content-Type": "text/xml"}, b"<rss/>"),
    }
    with serving_old_site(replies) as url:
        source = read_source(f"{url}/feed")
    assert source.urls == (f"{url}/feed", f"{url}/a", f"{url}/b")
    assert (source.data, source.content_type) == (b"<rss/>", "text/xml")


def test_gzip_is_undone(tmp_path: Path) -> None:
    compressed = gzip.compress(b"<rss/>")
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(compressed)
    replies = {"/sent": (200, {"Content-Encoding": "gzip"}, compressed), "/saved": (200, {}, compressed)}
    with serving_old_site(replies) as url:
        for name in (f"{url}/sent", f"{url}/saved", str(path)):
            assert read_source(name).data == b"<rss/>"


@pytest.mark.parametrize(
    ("compressed", "message"),
    [
        (gzip.compress(bytes(10_000), mtime=0), "is larger than"),
        (gzip.compress(b"<rss/>", mtime=0)[:-9], "has no end"),
        (b"\x1f\x8b" + bytes(20), "cannot be undone"),
    ],
    ids=["large", "cut", "damaged"],
)
def test_gzip_is_limited(compressed: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 9_999)
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(compressed)
    with pytest.raises(AdoptionError, match=message):
        read_source(str(path))


def test_redirects_are_limited() -> None:
    def reply(path: str) -> Reply:
        number = int(path[1:])
        return redirect(f"/{number + 1}") if number < MAX_REDIRECTS else (200, {}, b"<rss/>")

    with serving_old_site(reply) as url:
        assert len(read_source(f"{url}/0").urls) == MAX_REDIRECTS + 1
        with pytest.raises(AdoptionError, match="more than 5 times"):
            read_source(f"{url}/-1")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.example/", "", "http://user:word@x.example/feed"])
def test_a_redirect_leads_to_a_plain_url(location: str) -> None:
    replies = {"/a": redirect(location), "/": (404, {}, b"")}
    with serving_old_site(replies) as url, pytest.raises(AdoptionError, match=r"redirects to|more than 5"):
        read_source(f"{url}/a")


def test_the_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BYTES", 1_000)
    with serving_old_site({"/": (200, {}, b"x" * 1_001)}) as url, pytest.raises(AdoptionError, match="exceeds"):
        read_source(f"{url}/")


def test_the_size_of_a_file_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 1_000)
    path = tmp_path / "feed.xml"
    path.write_bytes(b"x" * 1_000)
    assert read_source(str(path)).urls == ()
    path.write_bytes(b"x" * 1_001)
    with pytest.raises(AdoptionError, match="is larger than"):
        read_source(str(path))


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_the_time_is_limited_wherever_a_server_dawdles(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then never lets a socket time out."""
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.3)

    def dawdle(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(start)
            for _ in range(100):
                connection.sendall(b"x")
                time.sleep(0.05)

    with serving_bytes(dawdle) as url, pytest.raises(AdoptionError, match="takes longer than"):
        read_source(f"{url}/")


def test_all_redirects_together_are_limited_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0)
    with serving_old_site({"/": redirect("/")}) as url, pytest.raises(AdoptionError, match="takes longer than"):
        read_source(f"{url}/")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((404, {}, b""), "answers with status 404"),
        ((204, {}, b""), "answers with status 204"),
        ((200, {"Content-Encoding": "br"}, b"x"), "in the coding br without being asked"),
        ((200, {"Content-Length": "9"}, b"x"), "Save the feed as a file"),
    ],
)
def test_another_answer_is_an_error(reply: Reply, message: str) -> None:
    with serving_old_site({"/": reply}) as url, pytest.raises(AdoptionError, match=message):
        read_source(f"{url}/")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("http://user:word@blog.example/feed", "without a password"),
        ("http://", "is not an http"),
        ("http://127.0.0.1:1/feed", "request failed"),
        ("no-such-file.xml", "No such file"),
        (".", "Is a directory"),
    ],
)
def test_an_unusable_name_is_an_error(name: str, message: str) -> None:
    with pytest.raises(AdoptionError, match=message):
        read_source(name)

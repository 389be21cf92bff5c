"""The audit finds no problem in our server, and names each problem of another server."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

from feeds.audit.site_audit import Finding, audit_site
from feeds.catalog.catalog import Catalog
from feeds.cli import main
from feeds.web.app import create_app
from tests.support.app import CLOCK, collected, make_settings
from tests.support.paths import SEEDS
from tests.support.servers import find_free_port, serving
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FEED = "/topics/ai.atom"

Reply: TypeAlias = tuple[str, Headers, bytes]
Spoil: TypeAlias = Callable[["WSGIApplication", "WSGIEnvironment"], Reply]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def reply(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    return status, headers, b"".join(body)


@contextmanager
def serving_spoiled(catalog: Catalog, spoil: Spoil = reply) -> Iterator[str]:
    """Serve the app on loopback, with spoiled responses."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        status, headers, body = spoil(app, environ)
        start_response(status, headers.to_wsgi_list())
        return [body]

    with make_server("127.0.0.1", 0, answer, handler_class=Quiet) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        app = create_app(make_settings(FEEDS_SITE_URL=url), catalog, clock=CLOCK)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with collected(SEEDS, tmp_path_factory.mktemp("audit") / "catalog.sqlite3") as seeded:
        yield seeded


def setting(name: str, value: str | None, *, only: str = "") -> Spoil:
    """Spoil a header of responses with a status that begins with `only`; None removes the header."""

    def spoil(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
        status, headers, body = reply(app, environ)
        if status.startswith(only):
            headers.remove(name)
            headers.extend([(name, value)] if value is not None else [])
        return status, headers, body

    return spoil


def hiding(name: str, when: Callable[[str, "WSGIEnvironment"], bool] = lambda _value, _environ: True) -> Spoil:
    """Hide a request header from the app."""

    def spoil(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
        if name in environ and when(environ[name], environ):
            del environ[name]
        return reply(app, environ)

    return spoil


def editing(old: bytes, new: bytes) -> Spoil:
    """Replace text in uncompressed bodies."""

    def spoil(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
        status, headers, body = reply(app, environ)
        body = body.replace(old, new)
        if environ["REQUEST_METHOD"] == "GET" and body:
            headers["Content-Length"] = str(len(body))
        return status, headers, body

    return spoil


def counting(name: str) -> Spoil:
    """Give a header a new value in each response."""
    numbers = iter(range(1_000))

    def spoil(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
        status, headers, body = reply(app, environ)
        headers[name] = f'"{next(numbers)}"'
        return status, headers, body

    return spoil


def refuse_head(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    if environ["REQUEST_METHOD"] == "HEAD":
        return "405 METHOD NOT ALLOWED", Headers(), b""
    return reply(app, environ)


def invent_feeds(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    status, headers, body = reply(app, environ)
    return ("200 OK" if status.startswith("404") else status), headers, body


def share_the_tag(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    status, headers, body = reply(app, environ)
    headers["ETag"] = headers.get("ETag", "").replace("-gzip", "").replace("-br", "")
    return status, headers, body


def damage_gzip(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    status, headers, body = reply(app, environ)
    is_gzip = headers.get("Content-Encoding") == "gzip"
    return status, headers, body[:10] + bytes(len(body) - 10) if is_gzip and len(body) > 10 else body


def break_off(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    status, headers, body = reply(app, environ)
    return status, headers, body[:-100]


def stamp_the_body(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    status, headers, body = reply(app, environ)
    NUMBERS.append(len(NUMBERS))
    if body.rstrip().endswith(b"</feed>"):
        body += f"<!-- {len(NUMBERS):6} -->".encode()
        headers["Content-Length"] = str(len(body))
    return status, headers, body


def swell(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    status, headers, body = reply(app, environ)
    if environ["PATH_INFO"] != "/feeds.opml":
        body = bytes(17 * 1024 * 1024)
        headers["Content-Length"] = str(len(body))
    return status, headers, body


def lose_the_list(app: "WSGIApplication", environ: "WSGIEnvironment") -> Reply:
    if environ["PATH_INFO"].endswith("feeds.opml"):
        environ["PATH_INFO"] = "/nope"
    return reply(app, environ)


NUMBERS: list[int] = []
SPOILED = {
    "status is 500; expected 200": lambda _app, _environ: ("500 OOPS", Headers(), b""),
    "body is not well-formed XML": editing(b"</feed>", b""),
    'media type of Atom is "text/xml"; expected application/atom+xml': setting(
        "Content-Type", "text/xml; charset=utf-8", only="200"
    ),
    'charset in Content-Type is ""; expected utf-8': setting("Content-Type", "application/atom+xml", only="200"),
    'self URL is "http://other.example': editing(b"http://127.0.0.1", b"http://other.example"),
    "ETag is missing; expected a strong tag": setting("ETag", None),
    "ETag is abc; expected a strong tag in quotes": setting("ETag", "abc"),
    'ETag is W/"abc"; expected a strong tag': setting("ETag", 'W/"abc"'),
    "ETag differs between identical requests": counting("ETag"),
    "body differs between identical requests": stamp_the_body,
    "status is 200 for If-None-Match with its ETag; expected 304": hiding("HTTP_IF_NONE_MATCH"),
    "for If-None-Match with its ETag, weakened; expected 304": hiding(
        "HTTP_IF_NONE_MATCH", lambda tag, _: tag.startswith("W/")
    ),
    "for If-None-Match with its ETag in a list; expected 304": hiding("HTTP_IF_NONE_MATCH", lambda tag, _: "," in tag),
    "for If-None-Match with *; expected 304": hiding("HTTP_IF_NONE_MATCH", lambda tag, _: tag == "*"),
    "for If-None-Match with its ETag and -gzip; expected 304": hiding(
        "HTTP_IF_NONE_MATCH", lambda tag, _: "-gzip" in tag
    ),
    'status is 304 for If-None-Match with "x" and a matching date; expected 200': hiding(
        "HTTP_IF_NONE_MATCH", lambda _, environ: "HTTP_IF_MODIFIED_SINCE" in environ
    ),
    "status is 200 for If-Modified-Since with its date; expected 304": hiding("HTTP_IF_MODIFIED_SINCE"),
    "headers differ between 304 and 200: Cache-Control": setting("Cache-Control", None, only="304"),
    "headers differ between 304 and 200: Last-Modified": setting("Last-Modified", None, only="304"),
    'Last-Modified is ""; expected a date': setting("Last-Modified", None),
    "1970 00:00:00 GMT, implausibly old": setting("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "2100 00:00:00 GMT, in the future": setting("Last-Modified", "Fri, 01 Jan 2100 00:00:00 GMT"),
    'Cache-Control is "no-cache, max-age=900"': setting("Cache-Control", "no-cache, max-age=900"),
    'Cache-Control is ""': setting("Cache-Control", None),
    "response sets a cookie": setting("Set-Cookie", "a=b"),
    "Vary includes cookie": setting("Vary", "Accept-Encoding, Cookie"),
    "Access-Control-Allow-Origin is not *": setting("Access-Control-Allow-Origin", None),
    "X-Content-Type-Options is not nosniff": setting("X-Content-Type-Options", None),
    "status is 405 for HEAD, 200 for GET": refuse_head,
    "body is not compressed for Accept-Encoding: gzip": hiding("HTTP_ACCEPT_ENCODING"),
    "Vary lacks Accept-Encoding: caches may send gzip": setting("Vary", None),
    "decoded gzip body differs from the uncompressed body": damage_gzip,
    "gzip and uncompressed bodies have the same strong ETag": share_the_tag,
    "bytes before its Content-Length": break_off,
    "status is 200 for a missing feed; expected 404": invent_feeds,
    'media type of status 404 is "application/atom+xml"': setting("Content-Type", "application/atom+xml", only="404"),
    'Cache-Control of status 404 is "max-age=86400"; expected no-store': setting(
        "Cache-Control", "max-age=86400", only="404"
    ),
}


def read_version(url: str) -> int:
    with urlopen(f"{url}/healthz", timeout=10) as response:  # noqa: S310 our own server
        return int(json.load(response)["catalog_version"])


@pytest.mark.program
def test_our_server_passes(tmp_path: Path) -> None:
    done: list[tuple[int, int]] = []
    with collected(SEEDS, tmp_path / "catalog.sqlite3"), serving(tmp_path) as url:
        home = url.replace("127.0.0.1", "localhost")
        # The server collects at startup, and its feeds have another site URL than after the first collect.
        wait_until(lambda: read_version(url) > 1)
        assert audit_site(f"{home}/", progress=lambda number, total: done.append((number, total))) == []
        assert audit_site(f"{home}/topics/computer-vision.json") == []
        assert audit_site(f"{home}/feeds.opml") == []
        assert audit_site(f"{home}/topics/ai+computer-vision.rss?provider=!masslive.com&min_heat=0") == []
    assert done[-1] == (len(done), len(done))
    assert len(done) >= 5


@pytest.mark.parametrize("message", SPOILED)
def test_names_each_problem(catalog: Catalog, message: str) -> None:
    with serving_spoiled(catalog, SPOILED[message]) as url:
        found = [str(finding) for finding in audit_site(f"{url}{FEED}")]
    assert any(message in line for line in found), found
    assert all("\n" not in line for line in found)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (editing(b"</feed>", b""), ".atom: body is not well-formed XML"),
        (editing(b'.atom" htmlUrl', b'" htmlUrl'), "/topics/ai: body is HTML; expected a feed"),
        (swell, ".atom: response exceeds 16 MiB"),
    ],
)
def test_names_problems_of_feeds_in_a_list(catalog: Catalog, spoil: Spoil, message: str) -> None:
    with serving_spoiled(catalog, spoil) as url:
        found = [str(finding) for finding in audit_site(f"{url}/feeds.opml")]
    assert any(message in line for line in found), found


def test_a_page_without_opml_still_has_feeds(catalog: Catalog) -> None:
    with serving_spoiled(catalog, lose_the_list) as url:
        assert audit_site(f"{url}/topics/ai") == []


def test_an_app_on_another_server_passes(catalog: Catalog) -> None:
    with serving_spoiled(catalog) as url:
        assert audit_site(f"{url}{FEED}") == []
        assert audit_site(f"{url}/topics/ai.rss") == []


def test_reports_feeds_on_another_server(catalog: Catalog) -> None:
    with serving_spoiled(catalog, editing(b"http://127.0.0.1", b"http://other.example")) as url:
        found = audit_site(f"{url}/feeds.opml")
    assert found
    assert all(
        "feed is on another server" in str(finding) or "no feed found on this server" in str(finding)
        for finding in found
    )


def test_reports_a_reached_limit(catalog: Catalog) -> None:
    with serving_spoiled(catalog) as url:
        (finding,) = audit_site(f"{url}{FEED}", max_seconds=-1)
    assert "limit of time or requests reached" in finding.message


@pytest.mark.parametrize("path", ["/nope", "/favicon.ico", "/healthz"])
def test_reports_a_url_without_feeds(catalog: Catalog, path: str) -> None:
    with serving_spoiled(catalog) as url:
        (finding,) = audit_site(f"{url}{path}")
    assert finding.url == f"{url}{path}"


def test_reports_a_refused_connection() -> None:
    url = f"http://127.0.0.1:{find_free_port()}/"
    (finding,) = audit_site(url)
    assert str(finding).endswith(f"{url}: request failed: Connection refused")


def test_reports_a_server_without_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def babble() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = Thread(target=babble)
        thread.start()
        assert [finding.message.split(":")[0] for finding in audit_site(url)] == ["request failed"]
        thread.join()


def test_the_command_prints_a_line_for_each_finding(catalog: Catalog) -> None:
    with serving_spoiled(catalog, setting("Vary", None)) as url:
        result = CliRunner().invoke(main, ["audit", f"{url}{FEED}"])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines
    assert all(line.startswith(f"{url}/topics/") for line in lines)
    assert result.stderr == f"{len(lines)} findings\n"


def test_the_command_accepts_a_good_server(catalog: Catalog) -> None:
    with serving_spoiled(catalog) as url:
        result = CliRunner().invoke(main, ["audit", f"{url}{FEED}"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "0 findings\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("localhost:8000",),
        ("ftp://news.example/",),
        ("http://news.example:x/",),
        ("http:///feed",),
        ("http://news.example/", "seeds"),
        ("http://news.example/", "--format", "json"),
        (),
    ],
)
def test_the_command_rejects_other_arguments(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, ["audit", *arguments]).exit_code == 2


def test_a_finding_is_a_line() -> None:
    assert str(Finding("http://news.example/feed.atom", "is wrong")) == "http://news.example/feed.atom: is wrong"

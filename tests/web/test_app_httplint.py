"""httplint finds nothing wrong in any kind of response."""

import http.client
import time
from urllib.parse import urlsplit

import pytest
from httplint import HttpRequestLinter, HttpResponseLinter, levels

from tests.web.conftest import Server

FEED = "/topics/ai.atom"
PREFLIGHT = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
ACCEPTED = {
    # `public` is redundant, but old caches need it.
    "STORE_PUBLIC_UNNECESSARY",
    # The 400 is intended.
    "STATUS_BAD_REQUEST",
}
COMPOSED = "/topics/ai+computer-vision.atom?min_quality=0&limit=2"
REQUESTS = [
    *(("GET", COMPOSED, {"Accept-Encoding": coding}, 200) for coding in ("identity", "gzip", "br")),
    ("HEAD", COMPOSED, {}, 200),
    ("GET", COMPOSED, {"If-None-Match": "*"}, 304),
    ("GET", "/latest?limit=2", {"Accept-Encoding": "gzip"}, 200),
    ("GET", "/topics/computer-vision+ai.atom?limit=2", {}, 301),
    *(("GET", path, {}, 400) for path in ("/topics/ai,,b.atom", "/feed.atom?limit=0")),
    *(("GET", FEED, {"Accept-Encoding": coding}, 200) for coding in ("identity", "gzip", "br")),
    *(("GET", path, {}, 200) for path in ("/topics/ai.rss", "/feed.json", "/feeds.opml", "/feed.xml")),
    *(("GET", path, {"Accept-Encoding": "gzip"}, 200) for path in ("/", "/topics/ai", "/providers/govtech.com")),
    *(("GET", path, {}, 200) for path in ("/favicon.ico", "/static/style.css", "/robots.txt", "/healthz")),
    *(("GET", path, {"If-None-Match": "*"}, 304) for path in (FEED, "/", "/favicon.ico")),
    ("GET", FEED, {"If-None-Match": "*", "Accept-Encoding": "gzip"}, 304),
    *(("HEAD", path, {}, 200) for path in (FEED, "/", "/favicon.ico")),
    ("HEAD", FEED, {"Accept-Encoding": "br"}, 200),
    *(("GET", path, {}, 301) for path in ("/topics/AI.atom", "/topics/ai/")),
    *((method, "/topics/nope.atom", {}, 404) for method in ("GET", "HEAD")),
    ("POST", FEED, {}, 405),
    ("OPTIONS", FEED, {}, 200),
    ("OPTIONS", FEED, PREFLIGHT, 200),
]


def lint(server: Server, method: str, path: str, headers: dict[str, str]) -> tuple[int, set[str]]:
    """Send a request; return the status and the names of all notes except praise."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    request = HttpRequestLinter(start_time=time.time())
    request.process_request_topline(method.encode(), f"{server.url}{path}".encode(), b"1.1")
    request.process_headers([(name.encode(), value.encode()) for name, value in headers.items()])
    request.finish_content(complete=True)
    linter = HttpResponseLinter(start_time=time.time())
    linter.request = request
    linter.is_head_response = method == "HEAD"
    linter.process_response_topline(b"1.1", str(response.status).encode(), response.reason.encode())
    linter.process_headers([(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders()])
    linter.feed_content(body)
    linter.finish_content(complete=True)
    return response.status, {type(note).__name__ for note in linter.notes if note.level in {levels.WARN, levels.BAD}}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    REQUESTS,
    ids=[f"{method} {path} {number}" for number, (method, path, *_) in enumerate(REQUESTS)],
)
def test_responses_follow_the_http_rules(
    server: Server, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answered, notes = lint(server, method, path, headers)
    assert answered == status
    assert notes <= ACCEPTED

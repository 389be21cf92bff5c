"""nginx, configured as in the docs, serves the export with the app's bytes and headers."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.export.exporter import Exporter
from feeds.site.compression import Encoding
from feeds.web.app import create_app
from tests.export.publisher import serve_static
from tests.support.app import CLOCK, NOW, SITE_URL, make_settings
from tests.support.articles import write_article
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.site import Response, stopping
from tests.support.waiting import wait_for_answer

STORIES = 230  # two archive blocks; the second still grows
HUB = "https://push.example/"
SETTINGS = make_settings(FEEDS_HUBS=HUB, FEEDS_LIMIT="2")
WITH_HUBS = {'#! "~': '"~', "https://feeds.example.org": SITE_URL, "https://hub.example/": HUB}
EXAMPLE = ROOT / "docs" / "nginx.conf"
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/feeds.conf;
}}
"""
FEEDS = ("/feed.atom", "/feed.rss", "/feed.json", "/topics/tides.atom", "/topics/%E9%B7%97.rss", "/feeds.opml")
DIGESTS = ("/feed/daily.atom", "/topics/tides/weekly.json", "/providers/gazeta.com.br/daily.rss")
ARCHIVES = ("/feed/archive/1.atom", "/feed/archive/1.json", "/topics/tides/archive/1.rss")
GROWING = ("/feed/archive/2.atom", "/topics/%E9%B7%97/archive/2.json")
PAGES = (
    *("/", "/topics", "/providers", "/feed/archive/1"),
    *("/topics/tides", "/topics/%E9%B7%97", "/providers/gazette.example", "/providers/gazeta.com.br"),
)
ASSETS = ("/static/style.css", "/static/icon.png", "/static/icon.svg", "/favicon.ico", "/robots.txt")
ALIASES = ("/feed.xml", "/atom.xml", "/index.xml", "/rss.xml", "/feed/")
MISSING = (
    *(
        "/nope",
        "/topics/nope.atom",
        "/topics/tides.html",
        "/index.html",
        "/topics/tides.atom.gz",
        "/topics/tides.html.br",
        "/static/nope.css",
        "/feed/archive/2.atom.growing",
        "/feed/archive/1.atom.gz",
        "/feed/archive/9.atom",
        "/feed/archive/",
    ),
    *("/.feeds-export.json", "/topics/", "/static/", "//feed.atom", "/topics/%2e%2e/.feeds-export.json"),
)
# Other headers differ: nginx makes ETags from a file's date and size, and dates the program's own files by the export.
SAME = (
    *("content-type", "cache-control", "vary", "content-encoding", "content-length", "x-content-type-options"),
    *("access-control-allow-origin", "access-control-expose-headers", "content-security-policy", "referrer-policy"),
    "link",
)


class Nginx:
    """A running nginx."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def request(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Response:
        """Send a request."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=10)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, names, answer.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("content")
    lead = {"title": "One", "webUrl": "https://gazette.example/one", "topics": "[Tides, 鷗]"}
    for start in range(0, STORIES, 200):  # a file has at most 200 related items, and both files are one story
        items = map(invent_story, range(start, min(start + 200, STORIES)))
        write_article(folder, f"one-{start}", related=f"[{', '.join(items)}]", **lead)
    write_article(folder, "two", publishedDateTime="2024-05-07T08:09:10Z", provider="{domain: gazeta.com.br}")
    catalog = Catalog(f"sqlite:///{folder / 'catalog.sqlite3'}")
    Collector(catalog, [folder], shown=SETTINGS.shown, clock=CLOCK).collect()
    yield catalog
    catalog.close()


def invent_story(number: int) -> str:
    date = f"2024-05-06T{number // 60:02}:{number % 60:02}:00Z"
    return f"{{title: Story {number}, webUrl: https://gazette.example/story-{number}, publishedDateTime: {date}}}"


@pytest.fixture(scope="module")
def app(catalog: Catalog) -> FlaskClient:
    return create_app(SETTINGS, catalog, clock=CLOCK).test_client()


@pytest.fixture(scope="module")
def nginx(catalog: Catalog, program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    with catalog.reading() as reader:
        Exporter(reader, folder / "site", settings=SETTINGS, now=NOW).export()
    with running_nginx(program("nginx"), folder, **WITH_HUBS) as nginx:
        yield nginx


@contextmanager
def running_nginx(found: str, folder: Path, **changes: str) -> Iterator[Nginx]:
    """Run nginx with the changed example; the export is in the folder `site`."""
    port = find_free_port()
    with (folder / "nginx.log").open("wb") as log:
        configuration = write_configuration(folder, port, **changes)
        server = subprocess.Popen(make_command(found, folder, configuration), stdout=log, stderr=log)
        with stopping(server):
            wait_for_answer(f"http://127.0.0.1:{port}/robots.txt", server)
            yield Nginx(port)


def write_configuration(folder: Path, port: int, **changes: str) -> Path:
    """Write the example as a publisher does, with its placeholders replaced."""
    example = EXAMPLE.read_text()
    own = {"listen 80;": f"listen 127.0.0.1:{port};", "root /var/www/feeds;": f"root {folder}/site;"}
    for old, new in (own | changes).items():
        assert old in example
        example = example.replace(old, new)
    (folder / "feeds.conf").write_text(example)
    main = folder / "nginx.conf"
    # As root, nginx switches to another user, who cannot read the test's files.
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(user + MAIN.format(folder=folder))
    return main


def make_command(nginx: str, folder: Path, configuration: Path) -> list[str]:
    return [nginx, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]


def pick(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in SAME if name in headers}


def request_app(app: FlaskClient, path: str, headers: Mapping[str, str] | None = None) -> Response:
    answer = app.get(path, headers=dict(headers or {}))
    return Response(answer.status_code, {name.lower(): value for name, value in answer.headers}, answer.data)


def test_the_example_is_valid_with_just_a_folder(program: Callable[[str], str], tmp_path: Path) -> None:
    configuration = write_configuration(tmp_path, find_free_port())
    subprocess.run([*make_command(program("nginx"), tmp_path, configuration), "-t"], check=True, capture_output=True)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("path", [*FEEDS, *DIGESTS, *ARCHIVES, *GROWING, *PAGES, *ASSETS, *ALIASES])
def test_bytes_and_headers_are_those_of_the_app(nginx: Nginx, app: FlaskClient, path: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    served, ours = nginx.request(path, headers), request_app(app, path, headers)
    body = serve_static(app, path, Encoding(encoding))
    assert (served.status, served.body) == (200, body)
    assert pick(served.headers) == {**pick(ours.headers), "content-length": str(len(body))}


@pytest.mark.parametrize("path", [*FEEDS, *ARCHIVES, *GROWING, *PAGES, *ALIASES])
def test_last_modified_is_that_of_the_app(nginx: Nginx, app: FlaskClient, path: str) -> None:
    modified = request_app(app, path).headers["last-modified"]
    for encoding in ("", "gzip"):
        assert nginx.request(path, {"Accept-Encoding": encoding}).headers["last-modified"] == modified


def find_archive(nginx: Nginx, feed: str) -> str:
    """Return the path of a feed's latest archive document."""
    (found,) = re.findall(rb'href="[a-z]+://[^"/]*([^"]*)" rel="prev-archive"', nginx.request(feed).body)
    return bytes(found).decode()


def test_the_latest_archive_document_may_be_cached_for_a_day(nginx: Nginx, app: FlaskClient) -> None:
    path = find_archive(nginx, "/topics/tides.atom")
    served, ours = nginx.request(path), request_app(app, path)
    assert (served.status, served.body, pick(served.headers)) == (200, ours.body, pick(ours.headers))
    assert served.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(("paths", "seconds"), [(ARCHIVES, 86_400), (GROWING, 900)])
def test_only_growing_archive_documents_expire_soon(nginx: Nginx, paths: tuple[str, ...], seconds: int) -> None:
    for path in paths:
        whole = nginx.request(path, {"Accept-Encoding": "gzip"})
        short = nginx.request(path, {"Accept-Encoding": "gzip", "If-None-Match": whole.headers["etag"]})
        assert (whole.status, short.status) == (200, 304)
        assert {whole.headers["cache-control"], short.headers["cache-control"]} == {f"public, max-age={seconds}"}


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("path", ["/topics/tides.atom", "/topics/tides", "/feed.xml", "/static/style.css"])
@pytest.mark.parametrize(
    ("condition", "validator"), [("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")]
)
def test_unchanged_files_are_answered_with_304(
    nginx: Nginx, path: str, encoding: str, condition: str, validator: str
) -> None:
    whole = nginx.request(path, {"Accept-Encoding": encoding})
    short = nginx.request(path, {"Accept-Encoding": encoding, condition: whole.headers[validator]})
    assert (short.status, short.body) == (304, b"")
    kept = {"etag", "last-modified", *SAME} - {"content-type", "content-length", "content-encoding"}
    assert {name: short.headers.get(name) for name in kept} == {name: whole.headers.get(name) for name in kept}


def test_changed_files_are_sent(nginx: Nginx) -> None:
    assert nginx.request("/feed.atom", {"If-None-Match": '"x"'}).status == 200
    assert nginx.request("/feed.atom", {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}).status == 200
    assert nginx.request("/feed.atom", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status == 304


def test_contradictory_conditions_get_the_whole_feed(nginx: Nginx) -> None:
    whole = nginx.request("/feed.atom")
    stale = {"If-None-Match": whole.headers["etag"], "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}
    assert nginx.request("/feed.atom", stale).status == 200
    fresh = {"If-None-Match": '"x"', "If-Modified-Since": whole.headers["last-modified"]}
    assert nginx.request("/feed.atom", fresh).status == 200
    both = {"If-None-Match": f'W/"y", {whole.headers["etag"]}', "If-Modified-Since": whole.headers["last-modified"]}
    assert nginx.request("/feed.atom", both).status == 304


def test_each_coding_has_a_different_etag(nginx: Nginx) -> None:
    tags = {nginx.request("/feed.atom", {"Accept-Encoding": encoding}).headers["etag"] for encoding in ("", "gzip")}
    assert len(tags) == 2
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("path", [*FEEDS, *PAGES, *ASSETS, *ALIASES, "/nope"])
def test_head_is_get_without_a_body(nginx: Nginx, path: str) -> None:
    whole, head = nginx.request(path), nginx.request(path, method="HEAD")
    assert (head.status, head.body) == (whole.status, b"")
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


@pytest.mark.parametrize("path", MISSING)
def test_missing_pages_get_the_page_of_the_export(nginx: Nginx, app: FlaskClient, path: str) -> None:
    served = nginx.request(path)
    assert served.status == 404
    assert b"<h1>Page not found</h1>" in served.body
    page = {**pick(request_app(app, "/").headers), "cache-control": "no-store"}
    assert {**pick(served.headers), "content-length": ""} == {**page, "content-length": ""}


@pytest.mark.parametrize("path", ["/feed.atom", "/", "/nope"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused(nginx: Nginx, method: str, path: str) -> None:
    served = nginx.request(path, method=method)
    assert served.status == 405
    assert served.headers["allow"] == "GET, HEAD, OPTIONS"
    assert served.headers["cache-control"] == "no-store"
    assert served.headers["content-type"] == "text/plain; charset=utf-8"
    assert served.headers["access-control-allow-origin"] == "*"


def test_preflight_requests_are_answered(nginx: Nginx, app: FlaskClient) -> None:
    headers = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    served = nginx.request("/feed.atom", headers, method="OPTIONS")
    ours = app.options("/feed.atom", headers=headers)
    assert (served.status, served.body) == (200, b"")
    names = [name for name in ours.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118 not a dict
    assert len(names) == 5
    assert {name: served.headers[name.lower()] for name in names} == {name: ours.headers[name] for name in names}

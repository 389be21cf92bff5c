"""nginx serves the export, by the configuration in the docs, with the bytes and headers that the app sends."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.export.exporter import Exporter
from feeds.web.app import create_app
from tests.support.app import CLOCK, NOW, SITE_URL, make_settings
from tests.support.articles import write_article
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.site import Response, stopping
from tests.support.waiting import wait_for_answer

STORIES = 230  # two blocks of an archive, of which the second still grows
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
ARCHIVES = ("/feed/archive/1.atom", "/feed/archive/1.json", "/topics/tides/archive/1.rss")
GROWING = ("/feed/archive/2.atom", "/topics/%E9%B7%97/archive/2.json")
PAGES = ("/", "/topics/tides", "/topics/%E9%B7%97", "/providers/gazette.example", "/providers/gazeta.com.br")
ASSETS = ("/static/style.css", "/static/icon.png", "/static/icon.svg", "/favicon.ico", "/robots.txt")
ALIASES = ("/feed.xml", "/atom.xml", "/index.xml", "/rss.xml", "/feed/")
NOWHERE = (
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
        "/feed/archive/1",
        "/feed/archive/",
    ),
    *("/.feeds-export.json", "/topics/", "/static/", "//feed.atom", "/topics/%2e%2e/.feeds-export.json"),
)
# The rest is nginx's own: its ETag is made of a file's date and size, and the date of the program's own files is that
# of the export.
SAME = (
    *("content-type", "cache-control", "vary", "content-encoding", "content-length", "x-content-type-options"),
    *("access-control-allow-origin", "access-control-expose-headers", "content-security-policy", "referrer-policy"),
    "link",
)


class Nginx:
    """An nginx that runs."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Response:
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
    write_article(folder, "one", topics="[Tides, 鷗]", related=f"[{', '.join(map(invent_story, range(STORIES)))}]")
    write_article(folder, "two", publishedDateTime="2024-05-07T08:09:10Z", provider="{domain: gazeta.com.br}")
    catalog = Catalog(f"sqlite:///{folder / 'catalog.sqlite3'}")
    Collector(catalog, [folder], settings_fingerprint=SETTINGS.settings_fingerprint, clock=CLOCK).collect()
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
    found = program("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    with catalog.reading() as reader:
        Exporter(reader, folder / "site", settings=SETTINGS, now=NOW).export()
    port = find_free_port()
    with (folder / "nginx.log").open("wb") as log:
        configuration = write_configuration(folder, port, **WITH_HUBS)
        server = subprocess.Popen(compose(found, folder, configuration), stdout=log, stderr=log)
        with stopping(server):
            wait_for_answer(f"http://127.0.0.1:{port}/robots.txt", server)
            yield Nginx(port)


def write_configuration(folder: Path, port: int, **changes: str) -> Path:
    """Write the example as a publisher would, changing what it says is to be changed."""
    example = EXAMPLE.read_text()
    own = {"listen 80;": f"listen 127.0.0.1:{port};", "root /var/www/feeds;": f"root {folder}/site;"}
    for old, new in (own | changes).items():
        assert old in example
        example = example.replace(old, new)
    (folder / "feeds.conf").write_text(example)
    main = folder / "nginx.conf"
    # Started by root, it would give up its rights, and could not read what the test has written.
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(user + MAIN.format(folder=folder))
    return main


def compose(nginx: str, folder: Path, configuration: Path) -> list[str]:
    return [nginx, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]


def pick(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in SAME if name in headers}


def ask_app(app: FlaskClient, path: str, headers: Mapping[str, str] | None = None) -> Response:
    answer = app.get(path, headers=dict(headers or {}))
    return Response(answer.status_code, {name.lower(): value for name, value in answer.headers}, answer.data)


def test_the_example_needs_no_more_than_a_folder(program: Callable[[str], str], tmp_path: Path) -> None:
    configuration = write_configuration(tmp_path, find_free_port())
    subprocess.run([*compose(program("nginx"), tmp_path, configuration), "-t"], check=True, capture_output=True)


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("path", [*FEEDS, *ARCHIVES, *GROWING, *PAGES, *ASSETS, *ALIASES])
def test_bytes_and_headers_are_those_of_the_app(nginx: Nginx, app: FlaskClient, path: str, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    served, ours = nginx.ask(path, headers), ask_app(app, path, headers)
    assert (served.status, served.body) == (200, ours.body)
    assert pick(served.headers) == pick(ours.headers)


@pytest.mark.parametrize("path", [*FEEDS, *ARCHIVES, *GROWING, *PAGES, *ALIASES])
def test_last_modified_is_that_of_the_app(nginx: Nginx, app: FlaskClient, path: str) -> None:
    modified = ask_app(app, path).headers["last-modified"]
    for encoding in ("", "gzip"):
        assert nginx.ask(path, {"Accept-Encoding": encoding}).headers["last-modified"] == modified


def find_archive(nginx: Nginx, feed: str) -> str:
    """Give the path of the document of its archive that a feed leads to."""
    (found,) = re.findall(rb'href="[a-z]+://[^"/]*([^"]*)" rel="prev-archive"', nginx.ask(feed).body)
    return bytes(found).decode()


def test_the_archive_that_a_feed_leads_to_may_be_kept(nginx: Nginx, app: FlaskClient) -> None:
    path = find_archive(nginx, "/topics/tides.atom")
    served, ours = nginx.ask(path), ask_app(app, path)
    assert (served.status, served.body, pick(served.headers)) == (200, ours.body, pick(ours.headers))
    assert served.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize(("paths", "seconds"), [(ARCHIVES, 86_400), (GROWING, 900)])
def test_only_what_still_grows_is_asked_for_again_soon(nginx: Nginx, paths: tuple[str, ...], seconds: int) -> None:
    for path in paths:
        whole = nginx.ask(path, {"Accept-Encoding": "gzip"})
        short = nginx.ask(path, {"Accept-Encoding": "gzip", "If-None-Match": whole.headers["etag"]})
        assert (whole.status, short.status) == (200, 304)
        assert {whole.headers["cache-control"], short.headers["cache-control"]} == {f"public, max-age={seconds}"}


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("path", ["/topics/tides.atom", "/topics/tides", "/feed.xml", "/static/style.css"])
@pytest.mark.parametrize(
    ("condition", "validator"), [("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")]
)
def test_what_a_client_has_is_not_sent_again(
    nginx: Nginx, path: str, encoding: str, condition: str, validator: str
) -> None:
    whole = nginx.ask(path, {"Accept-Encoding": encoding})
    short = nginx.ask(path, {"Accept-Encoding": encoding, condition: whole.headers[validator]})
    assert (short.status, short.body) == (304, b"")
    kept = {"etag", "last-modified", *SAME} - {"content-type", "content-length", "content-encoding"}
    assert {name: short.headers.get(name) for name in kept} == {name: whole.headers.get(name) for name in kept}


def test_what_a_client_has_not_is_sent(nginx: Nginx) -> None:
    assert nginx.ask("/feed.atom", {"If-None-Match": '"x"'}).status == 200
    assert nginx.ask("/feed.atom", {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}).status == 200
    assert nginx.ask("/feed.atom", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status == 304


def test_a_stale_date_beside_a_good_tag_costs_a_feed_and_nothing_worse(nginx: Nginx) -> None:
    whole = nginx.ask("/feed.atom")
    stale = {"If-None-Match": whole.headers["etag"], "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}
    assert nginx.ask("/feed.atom", stale).status == 200
    fresh = {"If-None-Match": '"x"', "If-Modified-Since": whole.headers["last-modified"]}
    assert nginx.ask("/feed.atom", fresh).status == 200
    both = {"If-None-Match": f'W/"y", {whole.headers["etag"]}', "If-Modified-Since": whole.headers["last-modified"]}
    assert nginx.ask("/feed.atom", both).status == 304


def test_each_coding_has_an_etag_of_its_own(nginx: Nginx) -> None:
    tags = {nginx.ask("/feed.atom", {"Accept-Encoding": encoding}).headers["etag"] for encoding in ("", "gzip")}
    assert len(tags) == 2
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("path", [*FEEDS, *PAGES, *ASSETS, *ALIASES, "/nope"])
def test_head_is_get_without_a_body(nginx: Nginx, path: str) -> None:
    whole, head = nginx.ask(path), nginx.ask(path, method="HEAD")
    assert (head.status, head.body) == (whole.status, b"")
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


@pytest.mark.parametrize("path", NOWHERE)
def test_nothing_is_said_in_short(nginx: Nginx, app: FlaskClient, path: str) -> None:
    served = nginx.ask(path)
    assert (served.status, served.body) == (404, b"Page not found.\n")
    expected = {**pick(ask_app(app, "/nope").headers), "content-length": str(len(served.body))}
    assert pick(served.headers) == expected


@pytest.mark.parametrize("path", ["/feed.atom", "/", "/nope"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused(nginx: Nginx, method: str, path: str) -> None:
    served = nginx.ask(path, method=method)
    assert served.status == 405
    assert served.headers["allow"] == "GET, HEAD, OPTIONS"
    assert served.headers["cache-control"] == "no-store"
    assert served.headers["content-type"] == "text/plain; charset=utf-8"
    assert served.headers["access-control-allow-origin"] == "*"


def test_a_browser_may_ask_first(nginx: Nginx, app: FlaskClient) -> None:
    headers = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    served = nginx.ask("/feed.atom", headers, method="OPTIONS")
    ours = app.options("/feed.atom", headers=headers)
    assert (served.status, served.body) == (200, b"")
    names = [name for name in ours.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118 not a dict
    assert len(names) == 5
    assert {name: served.headers[name.lower()] for name in names} == {name: ours.headers[name] for name in names}

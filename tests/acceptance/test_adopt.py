"""A blog built by Hugo moves here: with `feeds adopt`, no subscriber sees a story twice, and none misses one."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from flask import Flask
from reader import Reader
from werkzeug.serving import make_server

from feeds.catalog.catalog import Catalog
from feeds.cli import main
from feeds.collector.collect import Collector
from feeds.web.app import create_app
from tests.acceptance.proxy import Proxy, proxying
from tests.support.app import make_settings
from tests.support.newsboat import Newsboat
from tests.support.rss2email import Rss2Email

pytestmark = pytest.mark.slow

POSTS = 12
CONFIG = 'baseURL = "http://blog.example/"\ntitle = "Old blog"\ndisableKinds = ["sitemap", "robotsTXT", "404"]\n'
ARTICLES_URL = "https://blog.example"  # the blog moved from http to https
TAG = "Tides"
FEEDS = ("/index.xml", "/tags/tides/index.xml")


def date_of(number: int) -> str:
    return datetime(2026, 1, number, 8, tzinfo=UTC).isoformat()


class QuietHandler(SimpleHTTPRequestHandler):
    """A static host: with an ETag, as most have."""

    def end_headers(self) -> None:
        self.send_header("ETag", '"old"')
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@contextmanager
def serving_files(folder: Path) -> Iterator[str]:
    """Serve the files of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        yield from run(server.serve_forever, server.shutdown, port=server.server_port)


@contextmanager
def serving_app(app: Flask) -> Iterator[str]:
    """Serve an app in this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    yield from run(server.serve_forever, server.shutdown, port=server.server_port)
    server.server_close()


def run(serve: Callable[[], None], stop: Callable[[], None], *, port: int) -> Iterator[str]:
    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stop()
        thread.join()


def write_post(folder: Path, number: int) -> None:
    """Write a post as Hugo's users do."""
    tags = f'["{TAG}"]' if number % 3 == 0 else "[]"
    front = f'title = "Story {number}"\ndate = {date_of(number)}\ntags = {tags}\n'
    (folder / "content" / "posts" / f"story-{number}.md").write_text(f"+++\n{front}+++\nText {number}.\n")


def write_blog(folder: Path) -> None:
    """Write the old blog, with a configuration and posts."""
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    for number in range(1, POSTS + 1):
        write_post(folder, number)


def build_blog(hugo: str, folder: Path) -> Path:
    """Build the old blog, and return the folder to serve."""
    write_blog(folder)
    # Hugo builds its default feeds only beside pages.
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    for name in ("single", "list"):
        (layouts / f"{name}.html").write_text("{{ .Title }}")
    subprocess.run([hugo, "--quiet"], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "public"


@dataclass
class Subscribers:
    """Three feed readers: all subscribe to the feed at the first path below a URL, `reader` also to the others."""

    reader: Reader
    newsboat: Newsboat
    rss2email: Rss2Email
    url: str
    paths: Sequence[str]

    @property
    def first(self) -> str:
        """The URL of the feed to which all subscribe."""
        return f"{self.url}{self.paths[0]}"

    def subscribe(self) -> None:
        """Subscribe, and read everything."""
        for path in self.paths:
            self.reader.add_feed(f"{self.url}{path}")
        self.newsboat.subscribe(self.first)
        with ThreadPoolExecutor() as pool:
            pending = [pool.submit(self.newsboat.reload), pool.submit(self.rss2email.subscribe, self.first)]
            self.reader.update_feeds(scheduled=False)
            for each in pending:
                each.result()
        for entry in self.reader.get_entries():
            self.reader.mark_entry_as_read(entry)
        self.newsboat.mark_all_read()

    def update(self) -> dict[str, int]:
        """Update all, and count what each shows as new: messages and unread entries, those of `reader` by path."""
        with ThreadPoolExecutor() as pool:
            messages = pool.submit(self.rss2email.update)
            loaded = pool.submit(self.newsboat.reload)
            self.reader.update_feeds(scheduled=False)
            loaded.result()
            unread = {path: self.reader.get_entries(feed=f"{self.url}{path}", read=False) for path in self.paths}
            found = {path: len(list(entries)) for path, entries in unread.items()}
            found |= {"newsboat": self.newsboat.count_unread(), "rss2email": messages.result()}
        for entry in self.reader.get_entries(read=False):
            self.reader.mark_entry_as_read(entry)
        self.newsboat.mark_all_read()
        return found


@dataclass
class Blog:
    """The blog as this program publishes it: the same files, below another URL than before."""

    content: Path
    catalog: Catalog

    def collect(self) -> None:
        """Collect, without a problem."""
        assert Collector(self.catalog, [self.content], articles_url=ARTICLES_URL).collect().problems == ()


@pytest.fixture
def proxies() -> Iterator[tuple[Proxy, Proxy]]:
    """Run two addresses of a site, whose server can be exchanged."""
    with proxying() as first, proxying() as second:
        yield first, second


def test_a_blog_of_hugo_moves(
    program: Callable[[str], str],
    new_reader: Callable[[], Reader],
    proxies: tuple[Proxy, Proxy],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hugo, newsboat, r2e = program("hugo"), program("newsboat"), program("r2e")
    public = build_blog(hugo, tmp_path / "hugo")
    monkeypatch.chdir(tmp_path)
    found = {}
    for proxy, name in zip(proxies, ("adopted", "plain"), strict=True):
        folder = tmp_path / name
        folder.mkdir()
        blog = Blog(folder / "blog", Catalog(f"sqlite:///{folder}/catalog.sqlite3"))
        subscribers = Subscribers(
            new_reader(),
            Newsboat(newsboat, folder / "newsboat"),
            Rss2Email(r2e, folder / "rss2email"),
            url=proxy.url,
            paths=FEEDS,
        )
        write_blog(blog.content)
        with serving_files(public) as url:
            proxy.upstream = url
            subscribers.subscribe()
            if name == "adopted":
                output = adopt(blog, [f"{proxy.url}{path}" for path in FEEDS])
                assert f"{POSTS} of {POSTS} entries keep their ids" in output
                assert "served from now on by /topics/tides.rss" in output
        blog.collect()
        app = create_app(make_settings(FEEDS_SITE_URL="https://blog.example"), blog.catalog)
        with serving_app(app) as url:
            proxy.upstream = url
            moved = subscribers.update()
            write_post(blog.content, POSTS + 3)
            blog.collect()
            app.extensions["poller"].poll()
            found[name] = moved, subscribers.update()
        blog.catalog.close()
    names = (*FEEDS, "newsboat", "rss2email")
    assert found["adopted"] == (dict.fromkeys(names, 0), dict.fromkeys(names, 1))
    # Without it, every story comes again, and the feed of the tag ends.
    no_tag = {FEEDS[1]: 0}
    assert found["plain"] == (dict.fromkeys(names, POSTS) | no_tag, dict.fromkeys(names, 1) | no_tag)


def adopt(blog: Blog, urls: list[str]) -> str:
    environ = {"FEEDS_CONTENT": str(blog.content), "FEEDS_ARTICLES_URL": ARTICLES_URL}
    result = CliRunner().invoke(main, ["adopt", *urls], env=environ)
    assert result.exit_code == 0, result.output
    return result.stdout


def make_rss(*guids: str) -> str:
    """Write an RSS feed with an item for each guid, which may be missing."""
    items = (
        f"<item><title>Story {number}</title><link>http://blog.example/posts/story-{number}/</link>{guid}"
        f"<pubDate>{format_datetime(datetime.fromisoformat(date_of(number)))}</pubDate></item>"
        for number, guid in enumerate(guids, start=1)
    )
    return f'<rss version="2.0"><channel><title>Old</title>{"".join(items)}</channel></rss>'


ODD_FEEDS = {
    "/sub/feed.xml": make_rss(
        "<guid>/posts/1</guid>",
        "<guid>2</guid>",  # a relative URL, by the specification
        "",
        '<guid isPermaLink="false">\n      tag:blog.example,2026:4\n    </guid>',
        '<guid isPermaLink="false">a &amp; b</guid>',
        "<guid>http://other.example/?p=6&amp;a=&lt;b></guid>",
        '<guid isPermaLink="false"><![CDATA[Grüße & 7]]></guid>',
    ),
    "/sub/atom.xml": (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:old</id><title>Old</title><updated>2026-01-02T08:00:00Z'
        "</updated><entry><id>tag:blog.example,2026:first</id><title>Story 1</title><updated>2026-01-01T08:00:00Z"
        '</updated><link href="http://blog.example/posts/story-1/"/></entry><entry><id>urn:uuid:0F81-2</id><title>2'
        '</title><updated>2026-01-02T08:00:00Z</updated><link href="http://blog.example/posts/story-2"/></entry></feed>'
    ),
    "/sub/feed.json": (
        '{"version": "https://jsonfeed.org/version/1", "title": "Old", "items": [{"id": 1, "content_text": "1",'
        '"url": "http://blog.example/posts/story-1/"}, {"id": "Ü 2", "content_text": "2",'
        '"url": "http://blog.example/posts/story-2/"}]}'
    ),
}


def test_odd_ids_move(
    program: Callable[[str], str],
    new_reader: Callable[[], Reader],
    proxies: tuple[Proxy, Proxy],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Relative ids, missing ids, white space and markup characters stay as each feed reader knows them."""
    monkeypatch.chdir(tmp_path)
    proxy, _ = proxies
    old = tmp_path / "old"
    (old / "sub").mkdir(parents=True)
    for path, text in ODD_FEEDS.items():
        (old / path[1:]).write_text(text, encoding="utf-8")
    blog = Blog(tmp_path / "blog", Catalog(f"sqlite:///{tmp_path}/catalog.sqlite3"))
    write_blog(blog.content)
    blog.collect()
    subscribers = Subscribers(
        new_reader(),
        Newsboat(program("newsboat"), tmp_path / "newsboat"),
        Rss2Email(program("r2e"), tmp_path / "rss2email"),
        url=proxy.url,
        paths=tuple(ODD_FEEDS),
    )
    with serving_files(old) as url:
        proxy.upstream = url
        subscribers.subscribe()
        output = adopt(blog, [f"{proxy.url}{path}" for path in ODD_FEEDS])
    assert "7 of 7 entries keep their ids" in output
    assert output.count("2 of 2 entries keep their ids") == 2
    blog.collect()
    with serving_app(create_app(make_settings(FEEDS_SITE_URL="https://blog.example"), blog.catalog)) as url:
        proxy.upstream = url
        found = subscribers.update()
    blog.catalog.close()
    # The other stories of the blog are new to the old feeds. For an item without an id, newsboat takes the link and the
    # date, and rss2email a hash.
    assert found == {
        "/sub/feed.xml": POSTS - 7,
        "/sub/atom.xml": POSTS - 2,
        "/sub/feed.json": POSTS - 2,
        "newsboat": POSTS - 6,
        "rss2email": POSTS - 6,
    }

"""A blog built by Hugo moves here: with `feeds adopt`, no subscriber sees a story twice, and none misses one."""

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
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
    """Three feed readers that subscribe to the blog at one address."""

    reader: Reader
    newsboat: Newsboat
    rss2email: Rss2Email
    url: str

    def subscribe(self) -> None:
        """Subscribe, and read everything."""
        for path in FEEDS:
            self.reader.add_feed(f"{self.url}{path}")
        self.newsboat.subscribe(f"{self.url}{FEEDS[0]}")
        with ThreadPoolExecutor() as pool:
            pending = [
                pool.submit(self.newsboat.reload),
                pool.submit(self.rss2email.subscribe, f"{self.url}{FEEDS[0]}"),
            ]
            self.reader.update_feeds(scheduled=False)
            for each in pending:
                each.result()
        for entry in self.reader.get_entries():
            self.reader.mark_entry_as_read(entry)
        self.newsboat.mark_all_read()

    def update(self) -> dict[str, int]:
        """Update all, and count what each shows as new: unread entries of the blog and of the tag, and messages."""
        with ThreadPoolExecutor() as pool:
            messages = pool.submit(self.rss2email.update)
            loaded = pool.submit(self.newsboat.reload)
            self.reader.update_feeds(scheduled=False)
            loaded.result()
            found = {
                "reader": len(list(self.reader.get_entries(feed=f"{self.url}{FEEDS[0]}", read=False))),
                "reader, tag": len(list(self.reader.get_entries(feed=f"{self.url}{FEEDS[1]}", read=False))),
                "newsboat": self.newsboat.count_unread(),
                "rss2email": messages.result(),
            }
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
            new_reader(), Newsboat(newsboat, folder / "newsboat"), Rss2Email(r2e, folder / "rss2email"), proxy.url
        )
        write_blog(blog.content)
        with serving_files(public) as url:
            proxy.upstream = url
            subscribers.subscribe()
            if name == "adopted":
                adopt(blog, [f"{proxy.url}{path}" for path in FEEDS])
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
    nothing, one = (dict.fromkeys(("reader", "reader, tag", "newsboat", "rss2email"), count) for count in (0, 1))
    assert found["adopted"] == (nothing, one)
    # Without it, every story comes again, and the feed of the tag ends.
    doubled = {"reader": POSTS, "reader, tag": 0, "newsboat": POSTS, "rss2email": POSTS}
    assert found["plain"] == (doubled, one | {"reader, tag": 0})


def adopt(blog: Blog, urls: list[str]) -> None:
    result = CliRunner().invoke(
        main, ["adopt", *urls], env={"FEEDS_CONTENT": str(blog.content), "FEEDS_ARTICLES_URL": ARTICLES_URL}
    )
    assert result.exit_code == 0, result.output
    assert f"{POSTS} of {POSTS} entries keep their ids" in result.stdout
    assert "served from now on by /topics/tides.rss" in result.stdout

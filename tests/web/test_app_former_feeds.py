"""The addresses of earlier feeds answer with feeds of this site, directly, and before aliases of the same path."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from feeds.collector.collect import Collector
from feeds.model.feed import Format
from feeds.web.app import create_app
from feeds.web.fast_path import FastPath
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom, url_of

Get = Callable[[str], TestResponse]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "content", f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    newsroom.write("a", topics=["Tides"])
    newsroom.write("b", topics=["Boats"])
    return newsroom


def adopt(newsroom: Newsroom, feeds: Mapping[str, str]) -> None:
    lines = (f"- url: https://blog.example{path}\n  feed: {feed}\n" for path, feed in feeds.items())
    (newsroom.folder / "adopted.yaml").write_text("feeds:\n" + "".join(lines))
    newsroom.collect()


def serve(newsroom: Newsroom) -> Get:
    app = create_app(make_settings(), newsroom.catalog, clock=newsroom.clock)

    def get(path: str) -> TestResponse:
        app.extensions["poller"].poll()
        return app.test_client().get(path)

    return get


def assert_same(get: Get, path: str, canonical: str) -> None:
    found, expected = get(path), get(canonical)
    assert (found.status_code, found.data) == (200, expected.data), path
    assert found.headers["ETag"] == expected.headers["ETag"]
    assert found.headers["Content-Type"] == expected.headers["Content-Type"]


def test_old_addresses_answer_directly(newsroom: Newsroom) -> None:
    adopt(
        newsroom,
        {"/index.xml": "/feed.rss", "/tags/tides/index.xml": "/topics/tides.rss", "/?feed=atom": "/feed.atom"},
    )
    get = serve(newsroom)
    assert_same(get, "/index.xml", "/feed.rss")
    assert_same(get, "/tags/tides/index.xml", "/topics/tides.rss")
    assert_same(get, "/tags/tides/index.xml?utm_source=x", "/topics/tides.rss")
    assert_same(get, "/?feed=atom", "/feed.atom")
    assert_same(get, "/atom.xml", "/feed.atom")  # an alias stays
    assert get("/").headers["Content-Type"].startswith("text/html")
    assert get("/tags/boats/index.xml").status_code == 404


def test_a_new_address_answers_without_a_restart(newsroom: Newsroom) -> None:
    newsroom.collect()
    get = serve(newsroom)
    assert get("/old.xml").status_code == 404
    assert get("/index.xml").headers["Content-Type"].startswith("application/atom+xml")
    adopt(newsroom, {"/old.xml": "/feed.rss", "/index.xml": "/feed.rss"})
    assert_same(get, "/old.xml", "/feed.rss")
    assert_same(get, "/index.xml", "/feed.rss")


def test_an_alias_answers_for_the_earlier_feed_from_the_first_request_on(newsroom: Newsroom) -> None:
    adopt(newsroom, {"/index.xml": "/feed.rss"})
    app = create_app(make_settings(), newsroom.catalog, clock=newsroom.clock)
    assert app.test_client().get("/index.xml").headers["Content-Type"].startswith("application/rss+xml")


def test_own_documents_come_first(newsroom: Newsroom) -> None:
    adopt(newsroom, {"/topics/tides.rss": "/feed.rss", "/topics/nope.rss": "/topics/tides.rss", "/latest": "/feed.rss"})
    get = serve(newsroom)
    assert b"Story b" not in get("/topics/tides.rss").data
    assert_same(get, "/topics/nope.rss", "/topics/tides.rss")
    assert get("/latest").headers["Content-Type"].startswith("text/html")


def test_the_address_follows_a_renamed_topic_and_ends_with_it(newsroom: Newsroom) -> None:
    folder = newsroom.folder / "topics"
    folder.mkdir()
    adopt(newsroom, {"/old.xml": "/topics/tides.rss"})
    (folder / "tides.yaml").write_text("name: Seas\nrenamed_from: Tides\n")
    newsroom.collect()
    get = serve(newsroom)
    assert_same(get, "/old.xml", "/topics/seas.rss")
    (folder / "tides.yaml").write_text("name: Seas\nrenamed_from: Tides\nretired: 2020-01-01\n")
    newsroom.collect()
    assert get("/old.xml").status_code == 410


def test_collecting_is_the_only_way_in(newsroom: Newsroom) -> None:
    """A damaged file keeps the addresses of its last good version."""
    adopt(newsroom, {"/old.xml": "/feed.rss"})
    (newsroom.folder / "adopted.yaml").write_text("feeds: [")
    Collector(newsroom.catalog, [newsroom.folder], clock=newsroom.clock).collect()
    assert_same(serve(newsroom), "/old.xml", "/feed.rss")


def test_only_formats_with_another_id_change(newsroom: Newsroom) -> None:
    newsroom.collect()
    get = serve(newsroom)
    newsroom.wait(hours=1)
    paths = [f"/feed.{format}" for format in Format] + [f"/topics/boats.{format}" for format in Format]
    before = {path: get(path).headers for path in paths}
    (newsroom.folder / "adopted.yaml").write_text(f"entries:\n- url: {url_of('a')}\n  rss: '17'\n")
    newsroom.collect()
    after = {path: get(path).headers for path in paths}
    for name in ("ETag", "Last-Modified"):
        assert [path for path in paths if before[path][name] != after[path][name]] == ["/feed.rss"]
    assert b'<guid isPermaLink="false">17</guid>' in get("/topics/tides.rss").data


def test_the_fast_path_knows_old_addresses_until_the_next_change(newsroom: Newsroom) -> None:
    adopt(newsroom, {"/old.xml": "/feed.rss", "/index.xml": "/feed.rss"})
    app = create_app(make_settings(), newsroom.catalog, clock=newsroom.clock)
    client, poll = app.test_client(), app.extensions["poller"].poll
    fast = app.wsgi_app
    assert isinstance(fast, FastPath)
    assert [fast.cache.find((path, "")) for path in ("/old.xml", "/index.xml")] == [None, None]
    for path in ("/old.xml", "/index.xml", "/old.xml?a=b"):
        assert client.get(path).status_code == 200
    found = fast.cache.find(("/feed.rss", ""))
    assert [fast.cache.find((path, "")) for path in ("/old.xml", "/index.xml")] == [found, found]
    assert fast.cache.find(("/old.xml", "a=b")) is None
    assert client.get("/old.xml").headers["ETag"] == client.get("/feed.rss").headers["ETag"]
    newsroom.write("c")
    newsroom.collect()
    poll()
    assert fast.cache.find(("/old.xml", "")) is None
    assert b"Story c" in client.get("/old.xml").data
    adopt(newsroom, {"/old.xml": "/topics/tides.rss"})
    poll()
    assert b"Story c" not in client.get("/old.xml").data
    assert client.get("/index.xml").headers["Content-Type"].startswith("application/atom+xml")


def test_an_outdated_document_is_not_kept_at_an_old_address(newsroom: Newsroom) -> None:
    adopt(newsroom, {"/old.xml": "/feed.rss"})
    app = create_app(make_settings(), newsroom.catalog, clock=newsroom.clock)
    assert app.test_client().get("/old.xml").status_code == 200
    assert isinstance(app.wsgi_app, FastPath)
    cache = app.wsgi_app.cache
    outdated = cache.find(("/old.xml", ""))
    assert outdated
    newsroom.write("c")
    newsroom.collect()
    app.extensions["poller"].poll()
    cache.add_former(("/old.xml", ""), outdated)
    assert cache.find(("/old.xml", "")) is None

"""A bundle, an OPML list of chosen feeds, follows topics that are renamed, merged and retired."""

import re
from urllib.parse import quote

import listparser
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from lxml import etree

from feeds.web.app import create_app
from tests.collector.test_topics_lifecycle import Step, ask, describe, steps
from tests.support.app import SITE_URL, make_settings
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, open_newsroom
from tests.support.postgresql import DatabaseServer
from tests.support.properties import PHASES
from tests.support.validity import check_xml

FEEDS = {
    "a": "/topics/a.atom",
    "/topics/b": "/topics/b.atom",
    "/topics/C.rss": "/topics/c.rss",
    "/topics/a+b?min_heat=0": "/topics/a+b.atom?min_heat=0",
    "/topics/a,!c": "/topics/a,!c.atom",
    "/topics/b/daily.json": "/topics/b/daily.json",
}
"""References as people write them, and the paths and queries of the feeds."""


def write_url(*references: str) -> str:
    return f"/feeds.opml?{'&'.join(f'feed={quote(reference)}' for reference in references)}"


def list_urls(opml: bytes) -> list[str]:
    """List the feeds of a valid list, as two parsers read them."""
    read = listparser.parse(opml)
    assert not read.bozo
    assert check_xml(opml) == []
    urls = [outline.get("xmlUrl", "") for outline in etree.fromstring(opml).iter("outline")]
    assert [feed.url for feed in read.feeds] == urls
    return [url.removeprefix(SITE_URL) for url in urls]


def read_comment(opml: bytes) -> str:
    (comment,) = re.findall(r"<!--(.*?)-->", opml.decode(), re.DOTALL)
    return str(comment)


def follow(newsroom: Newsroom, path: str) -> str:
    """Follow the redirects of a feed, and return its path and query; empty if the feed does not exist."""
    while (response := ask(newsroom, path)).status_code == 301:
        path = response.headers["Location"]
    return path if response.status_code == 200 else ""


@pytest.fixture
def boats(newsroom: Newsroom) -> Newsroom:
    newsroom.write("a", topics=["Boats"])
    newsroom.write("b", topics=["Tides", "Boats"])
    describe(newsroom, "tides", "name: Tides", "description: High & low.")
    newsroom.collect()
    return newsroom


def test_a_bundle_lists_chosen_feeds(boats: Newsroom) -> None:
    response = ask(boats, write_url("/topics/tides", "boats+tides?limit=5", "/topics/boats/daily.rss", "/feed.json"))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/x-opml; charset=utf-8"
    assert list_urls(response.data) == [
        "/feed.json",
        "/topics/boats+tides.atom?limit=5",
        "/topics/boats/daily.rss",
        "/topics/tides.atom",
    ]
    root = etree.fromstring(response.data)
    assert root.findtext("head/title") == "Selected feeds — Harbour News"
    names = ["Harbour News", "Boats and Tides", "Boats, daily", "Tides"]
    assert [outline.get("text") for outline in root.iter("outline")] == names
    assert root[1][-1].get("htmlUrl") == f"{SITE_URL}/topics/tides"
    assert root[1][-1].get("description") == "High & low."
    own = f"{SITE_URL}/feeds.opml?feed=/feed.json&feed=/topics/boats+tides.atom?limit=5&feed=/topics/boats/daily.rss"
    assert f"Its address: {own}&feed=/topics/tides.atom\n" in read_comment(response.data)


def test_a_bundle_is_the_same_in_any_spelling(boats: Newsroom) -> None:
    canonical = ask(boats, "/feeds.opml?feed=/topics/boats.atom&feed=/topics/tides.atom")
    for spelling in ("feed=TIDES&feed=/topics/Boats&feed=tides&utm_source=x", "feed=%2Ftopics%2Ftides&feed=boats"):
        response = ask(boats, f"/feeds.opml?{spelling}")
        assert (response.data, response.headers["ETag"]) == (canonical.data, canonical.headers["ETag"])
    assert ask(boats, "/FEEDS.opml?feed=tides&feed=").headers["Location"] == "/feeds.opml?feed=/topics/tides.atom"


def test_a_bundle_leaves_out_feeds_that_do_not_exist(boats: Newsroom) -> None:
    response = ask(boats, write_url("tides", "ti--des", "/providers/nobody.example"))
    assert list_urls(response.data) == ["/topics/tides.atom"]
    comment = read_comment(response.data)
    assert "Left out: /providers/nobody.example.atom. There is no such feed.\n" in comment
    assert "Left out: /topics/ti-%2Ddes.atom. There is no such feed.\n" in comment
    assert ask(boats, write_url("nope", "/providers/nobody.example")).status_code == 404
    boats.write("c", topics=["ti--des"])
    describe(boats, "renamed", "name: ti--des", "renamed_from: [nope]")
    boats.collect()
    assert list_urls(ask(boats, write_url("tides", "nope")).data) == ["/topics/ti-des.atom", "/topics/tides.atom"]


def test_a_bundle_follows_its_topics(boats: Newsroom) -> None:
    path = write_url("boats", "tides", "boats+tides")
    describe(boats, "boats", "name: Ships", "renamed_from: Boats", "retired: 2021-03-05", "successor: Tides")
    boats.collect()
    assert list_urls(ask(boats, path).data) == ["/topics/ships+tides.atom", "/topics/ships.atom", "/topics/tides.atom"]
    boats.wait(days=40)  # the feed of the retired topic is closed
    assert list_urls(ask(boats, path).data) == ["/topics/tides.atom"]
    describe(boats, "boats", "name: Ships", "renamed_from: Boats", "retired: 2021-03-05")
    boats.collect()
    response = ask(boats, path)
    assert list_urls(response.data) == ["/topics/tides.atom"]
    ended = "The topic “Ships” was retired on 2021-03-05, and its feed ended on 2021-04-04."
    assert f"Left out: /topics/boats.atom. {ended}\n" in read_comment(response.data)
    assert ask(boats, write_url("boats")).status_code == 410
    assert ask(boats, write_url("boats", "nope")).status_code == 404


def test_the_validator_of_a_bundle_follows_its_own_bytes(boats: Newsroom) -> None:
    path = write_url("tides", "boats")
    first = ask(boats, path)
    assert "Last-Modified" not in first.headers
    assert first.headers["Cache-Control"] == ask(boats, "/topics/boats+tides.atom").headers["Cache-Control"]
    boats.write("c", topics=["Boats", "Moons"])
    boats.collect()
    assert ask(boats, path, {"If-None-Match": first.headers["ETag"]}).status_code == 304
    describe(boats, "tides", "name: Tides", "description: Low & high.")
    boats.collect()
    changed = ask(boats, path, {"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.data != first.data) == (200, True)


def make_client(newsroom: Newsroom) -> FlaskClient:
    return create_app(make_settings(), newsroom.catalog, clock=newsroom.clock).test_client()


def check(newsroom: Newsroom, client: FlaskClient) -> None:
    """Check a bundle against the redirects of its feeds, and a server with a cache against a new server."""
    path = write_url(*FEEDS)
    client.application.extensions["poller"].poll()
    cached, fresh = client.get(path), ask(newsroom, path)
    assert (cached.status_code, cached.data) == (fresh.status_code, fresh.data)
    ends = {path: follow(newsroom, path) for path in FEEDS.values()}
    expected = sorted({end for end in ends.values() if end})
    if not expected:
        assert fresh.status_code in {404, 410}
        return
    assert list_urls(fresh.data) == expected
    missing = re.findall("Left out: ([^ ]+)[.] ", read_comment(fresh.data))
    assert sorted(path.lower() for path in missing) == sorted({path for path, end in ends.items() if not end})


def run(newsroom: Newsroom, history: list[Step]) -> None:
    newsroom.write("x", topics=["A", "B"])
    newsroom.collect()
    client = make_client(newsroom)
    for seconds, files, articles in history:
        newsroom.wait(seconds=seconds * 60)  # past the ends of retired topics too
        check(newsroom, client)
        for name, lines in files.items():
            describe(newsroom, name, f"name: {name}", *lines)
        for name, topic in articles.items():
            newsroom.write(name, topics=[topic])
        newsroom.collector().collect()
        check(newsroom, client)


@pytest.mark.slow
@pytest.mark.timeout(120 + 10 * SOAK)
@settings(deadline=None, max_examples=SOAK or 3, phases=PHASES, derandomize=not SOAK)
@given(steps())
def test_a_bundle_leads_where_its_feeds_redirect(history: list[Step]) -> None:
    with open_newsroom() as newsroom:
        run(newsroom, history)


@pytest.mark.timeout(120 + 10 * SOAK)
@settings(deadline=None, max_examples=SOAK or 1, phases=PHASES, derandomize=not SOAK)
@given(history=steps())
def test_a_bundle_leads_where_its_feeds_redirect_on_postgresql(postgresql: DatabaseServer, history: list[Step]) -> None:
    with open_newsroom(postgresql.create_schema()) as newsroom:
        run(newsroom, history)

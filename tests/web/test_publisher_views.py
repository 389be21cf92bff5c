"""The publisher's page shows what happened, in the words of articles but not in their markup."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from feeds.catalog.collect_history import CollectRecord
from feeds.catalog.outbox import Notification
from feeds.model.clock import to_seconds
from feeds.web.app import create_app
from tests.support.app import TOKEN, make_settings
from tests.support.newsroom import Newsroom

SECTIONS = ("rejections", "warnings", "collects", "outbox", "slowest", "topics")


@pytest.fixture
def sqlite_newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    yield newsroom
    newsroom.catalog.close()


def make_client(newsroom: Newsroom) -> FlaskClient:
    return create_app(make_settings(FEEDS_TOKEN=TOKEN), newsroom.catalog, clock=newsroom.clock).test_client()


def read(client: FlaskClient) -> dict[str, list[str]]:
    """Return the text of the rows of each section, without a table of the sentences."""
    response = client.get("/publisher", auth=("", TOKEN))
    assert response.status_code == 200
    page: Any = html.fromstring(response.data.decode())
    assert "noindex" in page.xpath("string(//meta[@name='robots']/@content)")
    texts = {"title": [" ".join(page.xpath("string(//div[@class='title'])").split())]}
    for name in SECTIONS:
        section = page.xpath(f"//section[@aria-labelledby='{name}-heading']")[0]
        rows = section.xpath(".//h2 | .//tbody/tr") if section.xpath(".//table") else section.xpath(".//h2 | ./p")
        texts[name] = [" ".join(" ".join(row.itertext()).split()) for row in rows]
    return texts


def test_a_site_without_problems(sqlite_newsroom: Newsroom) -> None:
    newsroom = sqlite_newsroom
    newsroom.write("a", topics=["Tides"])
    newsroom.collect()
    texts = read(make_client(newsroom))
    assert texts["title"][0].startswith("Publisher Quiet: the last collect was 0 seconds ago")
    assert texts["rejections"] == ["Rejected files: 0", "None."]
    assert texts["warnings"][:2] == ["Warnings: 0", "None."]
    assert texts["collects"][:2] == ["Last collects", "None recorded."]
    assert texts["outbox"] == ["Outbox", "Nothing is pending."]
    assert texts["slowest"][:2] == ["Slowest feeds and pages", "None rendered yet."]
    assert texts["topics"] == ["Quiet topics: 0", "Every topic has had an entry in the last 30 days."]


def test_a_site_with_problems(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Tides"], publishedDateTime="2021-01-01T00:00:00Z")
    newsroom.write("b", topics=["<b>Gulls</b>"], publishedDateTime="2021-01-02T00:00:00Z")
    newsroom.write("c", topics=["Boats"])
    newsroom.write_text("bad\x1b<i>", "title: [oops\n")
    newsroom.write("warned", exerpt="A typing error")
    newsroom.collect()
    since = to_seconds(newsroom.now)
    with newsroom.catalog.writing_outbox() as outbox:
        due = [
            Notification(path, "x", since, attempts, since + 60) for path, attempts in (("/a.atom", 0), ("/b.atom", 4))
        ]
        outbox.put("https://hub.example/", due)
    with newsroom.catalog.writing_history() as history:
        history.add(CollectRecord(time=newsroom.now, read=5, added=4, rejected=1, warnings=1, feeds=7, seconds=1.25))
        history.add(CollectRecord(time=newsroom.now + timedelta(minutes=1), error="It <i>failed</i>.\x1b[31m"))
    client = make_client(newsroom)
    client.get("/topics/boats.atom")
    client.get("/topics/boats.atom")
    texts = read(client)
    heading, rejected = texts["rejections"]
    assert heading == "Rejected files: 1"
    assert "bad\\x1b<i>.md:3:1 A list" in rejected
    assert "`]`" in rejected
    assert "exerpt" in texts["warnings"][1]
    assert texts["collects"][1:] == [
        "4 March 2021, 12:02 UTC Failed: It <i>failed</i>.\\x1b[31m",
        "4 March 2021, 12:01 UTC 5 0 1 1 4 0 0 7 1.250 s",
    ]
    assert texts["outbox"][1:] == ["https://hub.example/ 2 4 4 March 2021, 12:01 UTC 4 March 2021, 12:02 UTC"]
    (slow,) = texts["slowest"][1:]
    assert slow.startswith("/topics/boats.atom 0.")
    assert slow.endswith(" s 1")
    assert texts["topics"] == ["Quiet topics: 2", "Tides 1 1 January 2021", "<b>Gulls</b> 1 2 January 2021"]


def test_a_stale_site_asks_for_the_collector(sqlite_newsroom: Newsroom) -> None:
    sqlite_newsroom.collect()
    sqlite_newsroom.wait(hours=30)
    (title,) = read(make_client(sqlite_newsroom))["title"]
    assert title.startswith("Publisher Stale: the last collect was 1 day ago")
    assert title.endswith("Is feeds collect --watch running?")


def test_long_lists_are_cut(sqlite_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.site.publisher_state.MAX_PROBLEMS", 3)
    monkeypatch.setattr("feeds.site.publisher_state.MAX_TOPICS", 2)
    newsroom = sqlite_newsroom
    for number in range(5):
        newsroom.write_text(f"bad{number}", "title: [oops\n")
        newsroom.write(f"good{number}", topics=[f"Topic {number}"], publishedDateTime="2020-01-01T00:00:00Z")
    newsroom.collect()
    texts = read(make_client(newsroom))
    assert (texts["rejections"][0], len(texts["rejections"])) == ("Rejected files: 5", 4)
    assert (texts["topics"][0], len(texts["topics"])) == ("Quiet topics: 5", 3)


def test_without_a_catalog_the_page_is_503(sqlite_newsroom: Newsroom) -> None:
    response = make_client(sqlite_newsroom).get("/publisher", auth=("", TOKEN))
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"

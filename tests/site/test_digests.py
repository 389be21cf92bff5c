"""Digest feeds: an entry per day or week, in every format, which never changes."""

import json
from datetime import UTC, datetime

import feedparser
import pytest
from flask.testing import FlaskClient

from feeds.model.document import Document
from feeds.model.errors import NotFoundError
from feeds.model.feed import Format
from feeds.site.documents import make_document, parse_and_resolve
from feeds.site.feeds import make_id
from feeds.web.app import create_app
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom

SETTINGS = make_settings()
HUB = "https://hub.example"


def get(newsroom: Newsroom, path: str, query_string: str = "", **settings: str) -> Document:
    with newsroom.catalog.reading() as reader:
        address = parse_and_resolve(
            path, reader, query_string=query_string, defaults=SETTINGS.defaults, now=newsroom.now
        )
        return make_document(address, reader, settings=make_settings(**settings), now=newsroom.now)


@pytest.fixture
def week(newsroom: Newsroom) -> Newsroom:
    """Collect two days of stories, on the next morning."""
    newsroom.now = datetime(2021, 3, 3, 8, tzinfo=UTC)
    picture = [{"url": "https://images.example/a.jpg", "width": 600, "height": 400}]
    hour = "2021-03-01T08:00:00Z"
    newsroom.write("a", title="Calm & cool", publishedDateTime=hour, topics=["AI"], heat=5, images=picture)
    newsroom.write("b", title="Hot", publishedDateTime="2021-03-01T07:00:00Z", topics=["AI", "Tides"], heat=50)
    newsroom.write("c", title="Good", publishedDateTime="2021-03-02T07:00:00Z", topics=["AI"], quality=90)
    newsroom.collect()
    return newsroom


def test_every_format_has_an_entry_for_each_day(week: Newsroom) -> None:
    for format in Format:
        check_entries(week, format)


def check_entries(week: Newsroom, format: Format) -> None:
    representation = get(week, f"/topics/ai/daily.{format}")
    if format is Format.JSON:
        feed = json.loads(representation.body)
        titles = [item["title"] for item in feed["items"]]
        content = feed["items"][1]["content_html"]
        title = feed["title"]
    else:
        parsed = feedparser.parse(representation.body)
        assert not parsed.bozo
        titles = [entry.title for entry in parsed.entries]
        content = parsed.entries[1].content[0].value
        title = parsed.feed.title
    assert title == f"AI, daily — {SETTINGS.site.title}"
    assert titles == ["AI, 2021-03-02", "AI, 2021-03-01"]
    assert content.index("Hot") < content.index("Calm &amp; cool")
    assert 'src="https://images.example/a.jpg"' in content
    assert 'href="https://gazette.example/a"' in content


def test_ids_are_the_same_in_every_format_and_differ_between_feeds(week: Newsroom) -> None:
    atom = feedparser.parse(get(week, "/topics/ai/daily.atom").body)
    rss = feedparser.parse(get(week, "/topics/ai/daily.rss").body)
    tides = feedparser.parse(get(week, "/topics/tides/daily.atom").body)
    weekly = feedparser.parse(get(week, "/topics/ai/weekly.atom").body)
    ids = [entry.id for entry in atom.entries]
    assert ids == [entry.id for entry in rss.entries]
    assert len({*ids, tides.entries[0].id, atom.feed.id, tides.feed.id, weekly.feed.id}) == 6


def test_ids_are_those_of_the_first_addresses(week: Newsroom) -> None:
    """The link of an entry may change, but then its id must not: subscribers would see every issue again."""
    for digest, issues in {"/topics/ai/daily": ("2021-03-02", "2021-03-01"), "/feed/weekly": ()}.items():
        entries = feedparser.parse(get(week, f"{digest}.atom").body).entries
        assert [entry.id for entry in entries] == [make_id(f"{digest}#{issue}", site_id="") for issue in issues]
        assert [entry.link for entry in entries] == [f"{SETTINGS.site_url}{digest}/{issue}" for issue in issues]


def test_entries_are_dated_at_the_end_of_their_day(week: Newsroom) -> None:
    parsed = feedparser.parse(get(week, "/topics/ai/daily.atom").body)
    assert [entry.published for entry in parsed.entries] == ["2021-03-03T00:00:00Z", "2021-03-02T00:00:00Z"]


def test_composed_feeds_have_digests(week: Newsroom) -> None:
    parsed = feedparser.parse(get(week, "/topics/ai+!tides/daily.atom", "min_heat=1").body)
    (entry,) = parsed.entries
    assert "Calm" in entry.content[0].value
    assert "Hot" not in entry.content[0].value
    (own,) = (link.href for link in parsed.feed.links if link.rel == "self")
    assert own.endswith("/topics/ai+!tides/daily.atom?min_heat=1")
    assert len(feedparser.parse(get(week, "/feed/daily.rss", "limit=1").body).entries) == 1
    assert len(feedparser.parse(get(week, "/providers/gazette.example/daily.rss").body).entries) == 2


def test_a_digest_changes_only_when_a_day_is_closed(week: Newsroom) -> None:
    before = get(week, "/topics/ai/daily.atom")
    assert before.last_modified == week.now.replace(minute=1)  # the duration of a collect in a newsroom
    week.write("d", title="New", publishedDateTime="2021-03-03T08:00:00Z", topics=["AI"])
    week.write("b", title="Cold", publishedDateTime="2021-03-01T07:00:00Z", topics=["AI"], heat=50)
    week.collect()
    assert get(week, "/topics/ai/daily.atom") == before
    week.wait(days=1)
    week.collect()
    after = get(week, "/topics/ai/daily.atom")
    assert feedparser.parse(after.body).entries[0].title == "AI, 2021-03-03"
    assert after.last_modified is not None
    assert before.last_modified < after.last_modified
    assert feedparser.parse(after.body).entries[1:] == feedparser.parse(before.body).entries


def test_a_digest_without_stories_is_empty(newsroom: Newsroom) -> None:
    newsroom.write("a", publishedDateTime="2021-03-04T11:00:00Z", topics=["AI"])
    newsroom.collect()
    representation = get(newsroom, "/topics/ai/weekly.atom")
    assert (feedparser.parse(representation.body).entries, representation.last_modified) == ([], None)


def test_a_digest_names_no_hub(week: Newsroom) -> None:
    digest = get(week, "/feed/daily.atom", FEEDS_HUBS=HUB)
    assert digest.links == ()
    assert HUB.encode() not in digest.body


def test_other_paths_are_not_found(week: Newsroom) -> None:
    for path in ("/topics/ai/hourly.atom", "/topics/ai/daily.xml", "/topics/daily.xml", "/x/y/daily.atom"):
        with pytest.raises(NotFoundError):
            get(week, path)


def test_a_digest_is_not_modified_until_the_day_is_closed(week: Newsroom) -> None:
    client: FlaskClient = create_app(SETTINGS, week.catalog, clock=week.clock).test_client()
    first = client.get("/topics/ai/daily.atom")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/topics/ai/daily.atom", headers=tag).status_code == 304
    assert client.get("/topics/AI/Daily.atom").headers["Location"] == "/topics/ai/daily.atom"

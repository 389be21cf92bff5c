"""The ids of earlier feeds are read as feed readers read them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from feeds.migrate.fetching import FeedSource
from feeds.migrate.old_feed import OldEntry, OldFeed, read_old_feed
from feeds.model.errors import AdoptionError
from feeds.model.feed import Format

URL = "https://blog.example/sub/index.xml"
NOON = datetime(2020, 5, 1, 12, tzinfo=UTC)
DATE = "<pubDate>Fri, 01 May 2020 14:00:00 +0200</pubDate>"


def read(text: str, *, url: str = URL) -> OldFeed:
    return read_old_feed(FeedSource(name="old", data=text.encode(), urls=(url,) if url else ()))


def read_rss(*items: str) -> tuple[OldEntry, ...]:
    body = "".join(f"<item>{item}</item>" for item in items)
    feed = read(f'<rss version="2.0"><channel><title>Old</title>{body}</channel></rss>')
    assert feed.format is Format.RSS
    return feed.entries


def make_entry(**fields: Any) -> OldEntry:  # noqa: ANN401 fields of several types
    return OldEntry(**({"title": "One", "links": ("https://blog.example/1",), "published": None} | fields))


ONE = "<title>One</title><link>https://blog.example/1</link>"


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        ("<guid>https://blog.example/1</guid>", make_entry(id="https://blog.example/1", is_permalink=True)),
        ('<guid isPermaLink="false">17</guid>', make_entry(id="17", is_permalink=False)),
        ('<guid isPermaLink="False">17 at x</guid>', make_entry(id="17 at x", is_permalink=False)),
        # Some readers resolve a relative guid at the URL of the feed, others take the text.
        ("<guid>../1</guid>", make_entry(id="../1", is_permalink=True)),
        ("<guid>17</guid>", make_entry(id="17", is_permalink=True)),
        # newsboat knows the text with its white space.
        ('<guid isPermaLink="false">\n  17 </guid>', make_entry(id="\n  17 ", is_permalink=False)),
        ('<guid isPermaLink="false"><![CDATA[a&b]]></guid>', make_entry(id="a&b", is_permalink=False)),
        # Without an id, readers take the link.
        ("", make_entry(id="https://blog.example/1")),
        ("<guid> </guid>", make_entry(id="https://blog.example/1")),
    ],
)
def test_rss(guid: str, expected: OldEntry) -> None:
    assert read_rss(ONE + guid) == (expected,)
    assert read_rss(guid + ONE) == (expected,)


def test_the_page_may_be_named_in_other_elements() -> None:
    first, second, third = read_rss(
        '<guid isPermaLink="false">https://blog.example/?p=1</guid><link>https://track.example/1</link>',
        "<link>/sub/a</link>",
        "<title>Nothing</title>",
    )
    assert first.links == ("https://track.example/1", "https://blog.example/?p=1")
    assert (second.id, second.links) == ("https://blog.example/sub/a", ("https://blog.example/sub/a",))
    assert (third.id, third.links) == ("", ())


def test_rss_dates_are_in_utc() -> None:
    assert [entry.published for entry in read_rss(ONE + DATE, ONE + "<pubDate>soon</pubDate>")] == [NOON, None]


def test_atom() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="https://blog.example/atom.xml"/>'
        '<entry><id>tag:blog.example,2020:1</id><title type="html">A &lt;b&gt;title&lt;/b&gt;</title>'
        '<link href="/1"/><updated>2020-05-01T12:00:00Z</updated></entry>'
        '<entry><link href="/2"/></entry></feed>',
        url="",
    )
    assert (feed.format, feed.urls) == (Format.ATOM, ("https://blog.example/atom.xml",))
    assert feed.entries == (
        make_entry(id="tag:blog.example,2020:1", title="A <b>title</b>", published=NOON),
        make_entry(id="https://blog.example/2", title="", links=("https://blog.example/2",)),
    )


def test_rss_1() -> None:
    feed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<channel rdf:about="x"><title>Old</title></channel><item rdf:about="https://blog.example/about/1">'
        "<title>One</title><link>https://blog.example/1</link></item></rdf:RDF>"
    )
    assert feed.format is Format.RSS
    assert [entry.id for entry in feed.entries] == ["https://blog.example/about/1"]


def test_json() -> None:
    feed = read(
        '\ufeff{"version": "https://jsonfeed.org/version/1", "feed_url": "https://blog.example/feed.json", "items": ['
        '{"id": 17, "url": "https://blog.example/1", "title": "One", "date_published": "2020-05-01T12:00:00Z"},'
        '{"url": "https://blog.example/2", "id": true}, 5]}',
        url="",
    )
    assert (feed.format, feed.urls) == (Format.JSON, ("https://blog.example/feed.json",))
    assert feed.entries == (
        make_entry(id="17", published=NOON),
        make_entry(id="https://blog.example/2", title="", links=("https://blog.example/2",)),
    )


def test_relative_urls_in_json() -> None:
    feed = read(
        '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "url": "/1"}, {"url": "http://["}]}'
    )
    assert [(entry.id, entry.links) for entry in feed.entries] == [("1", ("https://blog.example/1",)), ("http://[", ())]


def test_a_damaged_feed_is_read_as_far_as_possible() -> None:
    feed = read(f'<rss version="2.0"><channel><title>A & B</title><item>{ONE}<guid>17</guid></item><item>{ONE}')
    assert [entry.id for entry in feed.entries][:1] == ["17"]


def test_a_bomb_is_harmless() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    text = (
        f'<!DOCTYPE rss [<!ENTITY e0 "x">{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f'<rss version="2.0"><channel><item>'
        "<title>&e9;&f;</title><link>https://blog.example/1</link><guid>1</guid></item></channel></rss>"
    )
    (entry,) = read(text).entries
    assert len(entry.title) < 100
    assert "root" not in entry.title


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a feed"),
        ("<html><body>Hello</body></html>", "is not a feed"),
        ("{", "its JSON is damaged"),
        ("{" + '"a":{' * 100_000, "its JSON is damaged"),
        ('{"items": []}', "not JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": {}}', "not JSON Feed"),
    ],
)
def test_anything_else_is_an_error(text: str, message: str) -> None:
    with pytest.raises(AdoptionError, match=message):
        read(text)

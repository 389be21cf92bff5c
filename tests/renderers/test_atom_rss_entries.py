import msgspec
import pytest

from feeds.model.entry import AdoptedIds, Category
from feeds.model.feed import Feed, Format, LinkChoice
from feeds.renderers.atom_rss_entries import write_atom_entries, write_rss_items
from feeds.renderers.feed import render
from tests.support.sample_feeds import make_entry, make_feed, make_full_feed

XML_FORMATS = pytest.mark.parametrize("format", [Format.ATOM, Format.RSS])


@XML_FORMATS
@pytest.mark.parametrize(
    "change",
    [{"title": "Gulls again"}, {"url": "https://gazette.example/new"}, {"body": "<p>New.</p>"}, {"language": "fr"}],
)
def test_a_changed_entry_is_written_again(format: Format, change: dict[str, str]) -> None:
    old, new = make_entry(1), msgspec.structs.replace(make_entry(1), **change)
    before = render(make_feed(old), format)
    assert render(make_feed(new), format) != before
    assert render(make_feed(old), format) == before


@XML_FORMATS
def test_feeds_with_other_links_or_language_share_no_elements(format: Format) -> None:
    entry = make_entry(1, amp_url="https://amp.example/1", language="en", categories=(Category("a", "A"),))
    feed = make_feed(entry)
    french = msgspec.structs.replace(feed, site=msgspec.structs.replace(feed.site, language="fr"))
    elsewhere = msgspec.structs.replace(feed, site=msgspec.structs.replace(feed.site, url="https://other.example"))
    amp = msgspec.structs.replace(feed, link_choice=LinkChoice.AMP)
    write = write_atom_entries if format is Format.ATOM else write_rss_items
    assert len({write(each) for each in (feed, french, elsewhere, amp)}) == 4


@XML_FORMATS
@pytest.mark.parametrize("body", ["<p>Short.</p>", "<p>" + "Long. " * 2_000 + "</p>"])
def test_written_elements_are_equal_whether_kept_or_not(format: Format, body: str) -> None:
    feed = make_feed(*(make_entry(number, body=body) for number in range(3)))
    assert render(feed, format) == render(feed, format)
    assert render(_copy(feed), format) == render(feed, format)


@pytest.mark.parametrize(
    ("adopted", "guid"),
    [
        (AdoptedIds(every="urn:1"), '<guid isPermaLink="false">urn:1</guid>'),
        (AdoptedIds(every="https://gazette.example/1"), '<guid isPermaLink="true">https://gazette.example/1</guid>'),
        (AdoptedIds(atom="urn:1", rss="a & b"), '<guid isPermaLink="false">a &amp; b</guid>'),
        (AdoptedIds(atom="urn:1", rss="/1", is_permalink=True), '<guid isPermaLink="true">/1</guid>'),
        (AdoptedIds(atom="urn:1", rss="\n 1 "), '<guid isPermaLink="false">\n 1 </guid>'),
    ],
)
def test_an_entry_shows_the_ids_of_earlier_feeds(adopted: AdoptedIds, guid: str) -> None:
    feed = make_feed(make_entry(1, url="https://gazette.example/1", adopted=adopted))
    assert guid in write_rss_items(feed).decode()
    assert f"<id>{adopted.every or adopted.atom}</id>" in write_atom_entries(feed).decode()


def test_elements_stand_on_lines_of_their_own() -> None:
    feed = make_full_feed()
    for lines, margin, name in (
        (write_atom_entries(feed).decode(), "  ", "entry"),
        (write_rss_items(feed).decode(), "    ", "item"),
    ):
        assert lines.startswith(f"{margin}<{name}")
        assert lines.count(f"\n{margin}</{name}>\n") == len(feed.entries)


def _copy(feed: Feed) -> Feed:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(feed), type=Feed)

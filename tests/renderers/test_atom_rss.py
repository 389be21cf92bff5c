from collections.abc import Callable
from html import unescape
from pathlib import Path

import atoma
import feedparser
import pytest
from hypothesis import assume, given
from lxml import etree

from feeds.model.entry import Category, Provider
from feeds.model.feed import Feed, Format, LinkChoice, Site, entry_url
from feeds.renderers.feed import render
from tests.renderers.documents import parse, select, select_texts, texts
from tests.support.sample_feeds import make_archive, make_entry, make_feed, make_full_feed, make_lead

XML_FORMATS = pytest.mark.parametrize("format", [Format.ATOM, Format.RSS])
FULL = make_full_feed()


def read_title(entry: feedparser.FeedParserDict) -> str:
    """Return the title as shown by a reader: feedparser reports whether the title is parsed as HTML."""
    title = str(entry.title)
    return unescape(title) if entry.title_detail.type == "text/html" else title


def is_decoded_again_by_feedparser(text: str) -> bool:
    """Return whether feedparser would decode the text again, as UTF-8 once read as Latin-1."""
    try:
        return text.encode("latin-1").decode() != text
    except UnicodeError:
        return False


@XML_FORMATS
def test_a_full_feed_matches_the_golden_file(format: Format, golden: Callable[[str, bytes], None]) -> None:
    golden(f"full.{format}", render(FULL, format))


@XML_FORMATS
def test_an_archive_matches_the_golden_file(format: Format, golden: Callable[[str, bytes], None]) -> None:
    golden(f"archive.{format}", render(make_archive(), format))


@XML_FORMATS
def test_an_archive_is_marked_and_linked_to_its_neighbours(format: Format) -> None:
    base = "https://news.example/topics/gulls"
    root = parse(make_archive(), format)
    assert len(select(root, "//fh:archive")) == 1
    assert select(parse(FULL, format), "//fh:archive") == []
    links = feedparser.parse(render(make_archive(), format)).feed.links
    assert {link.rel: link.href for link in links if link.rel != "alternate"} == {
        "self": f"{base}/archive/2.{format}",
        "current": f"{base}.{format}",
        "prev-archive": f"{base}/archive/1.{format}",
        "next-archive": f"{base}/archive/3.{format}",
    }
    assert {link.type for link in links if link.rel != "alternate"} == {format.media_type}


@XML_FORMATS
def test_an_empty_feed_matches_the_golden_file(format: Format, golden: Callable[[str, bytes], None]) -> None:
    golden(f"empty.{format}", render(make_feed(), format))


@pytest.mark.parametrize("feed", [FULL, make_archive(), make_feed()], ids=["full", "archive", "empty"])
def test_atom_follows_the_grammar(schemas: Path, feed: Feed) -> None:
    grammar = etree.RelaxNG(etree.parse(schemas / "atom.rng"))
    grammar.assertValid(parse(feed, Format.ATOM))


@XML_FORMATS
def test_readers_recognise_the_format_from_the_start(format: Format) -> None:
    document = render(FULL, format)
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<")
    assert (b"<feed" if format is Format.ATOM else b"<rss") in document[:512]


@XML_FORMATS
def test_title_and_description_come_first(format: Format) -> None:
    root = parse(FULL, format)
    channel = root if format is Format.ATOM else root[0]
    names = [etree.QName(child).localname for child in list(channel.iterchildren("*"))[:3]]
    assert sorted(names) == sorted(["title", "link", "subtitle" if format is Format.ATOM else "description"])
    assert b">\n  <" in render(FULL, format)


@XML_FORMATS
def test_feedparser_reads_back_what_was_written(format: Format) -> None:
    document = feedparser.parse(render(FULL, format))
    assert not document.bozo
    assert len(document.entries) == len(FULL.entries)
    for read, entry in zip(document.entries, FULL.entries, strict=True):
        assert read.id == entry.id
        assert read_title(read) == entry.title
        assert read.link == entry.url
        assert tuple(read.published_parsed[:6]) == entry.published.timetuple()[:6]
        assert [tag.label or tag.term for tag in read.get("tags", [])] == [c.label for c in entry.categories]
    assert tuple(document.feed.updated_parsed[:6]) == FULL.updated.timetuple()[:6]
    assert (document.feed.link, document.feed.language) == (FULL.page_url, "en")


def test_atoma_reads_back_what_was_written_as_atom() -> None:
    document = atoma.parse_atom_bytes(render(FULL, Format.ATOM))
    assert (document.id_, document.title.value, document.updated) == (FULL.id, FULL.title, FULL.updated)
    for read, entry in zip(document.entries, FULL.entries, strict=True):
        assert (read.id_, read.title.value) == (entry.id, entry.title)
        assert (read.published, read.updated) == (entry.published, entry.updated)
        assert [link.href for link in read.links if link.rel == "alternate"] == [entry.url]
        assert [link.href for link in read.links if link.rel == "related"] == [
            reference.url for reference in (*entry.coverage, *entry.leads)
        ]


def test_atoma_reads_back_what_was_written_as_rss() -> None:
    document = atoma.parse_rss_bytes(render(FULL, Format.RSS))
    assert (document.title, document.link, document.last_build_date) == (FULL.title, FULL.page_url, FULL.updated)
    for read, entry in zip(document.items, FULL.entries, strict=True):
        assert (read.guid, read.link, read.pub_date) == (entry.id, entry.url, entry.published)
        assert unescape(read.title) == entry.title


def test_readers_find_no_tags_in_names() -> None:
    name = "<b>Gulls</b> & &lt;terns&gt;"
    category = Category(term="gulls", label=name)
    entry = make_entry(authors=(name,), categories=(category,), provider=Provider(name, "gazette.example"))
    document = render(make_feed(entry), Format.RSS)
    (read,) = feedparser.parse(document).entries
    (item,) = atoma.parse_rss_bytes(document).items
    names = [read.tags[0].term, read.author, read.source.title, *item.categories, item.source and item.source.title]
    assert all("<" not in text and unescape(text) == name for text in names)


@XML_FORMATS
@pytest.mark.parametrize("choice", LinkChoice)
def test_entries_link_to_the_chosen_address(format: Format, choice: LinkChoice) -> None:
    document = feedparser.parse(render(make_feed(make_lead(), link_choice=choice), format))
    assert document.entries[0].link == entry_url(make_lead(), choice)
    assert document.entries[0].id == make_lead().id


@XML_FORMATS
def test_categories_name_term_or_label_under_one_scheme(format: Format) -> None:
    root = parse(make_feed(make_lead()), format)
    assert set(select_texts(root, "//atom:category/@scheme|//category/@domain")) == {"https://news.example/topics/"}
    assert select_texts(root, "//atom:category/@label|//category") == ["Gulls & terns", "Tides"]


def test_an_rss_channel_has_a_description_generator_and_docs() -> None:
    root = parse(make_feed(subtitle=""), Format.RSS)
    assert select_texts(root, "channel/description") == select_texts(root, "channel/title")
    assert select_texts(root, "channel/generator") == ["topic-feeds"]
    assert select_texts(root, "channel/docs") == ["https://www.rssboard.org/rss-specification"]


def test_an_rss_item_names_its_source() -> None:
    source = select(parse(make_feed(make_entry()), Format.RSS), "channel/item/source")[0]
    assert (source.get("url"), source.text) == ("https://gazette.example/", "The Gazette")


def test_an_rss_channel_shows_the_first_picture_that_rss_allows() -> None:
    root = parse(make_feed(image="https://img.example/gulls.webp"), Format.RSS)
    assert [child.text for child in select(root, "channel/image")[0]] == [
        "https://news.example/logo.png",
        *select_texts(root, "channel/title"),
        *select_texts(root, "channel/link"),
    ]


def test_a_site_without_pictures_has_none() -> None:
    feed = make_feed(site=Site(url="https://news.example", title="Harbour News"))
    assert select(parse(feed, Format.RSS), "channel/image") == []
    assert select(parse(feed, Format.ATOM), "atom:icon|atom:logo") == []


def test_an_atom_feed_prefers_its_own_picture() -> None:
    root = parse(make_feed(image="https://img.example/gulls.webp"), Format.ATOM)
    assert select_texts(root, "atom:logo") == ["https://img.example/gulls.webp"]
    assert select_texts(root, "atom:icon") == ["https://news.example/icon.png"]


@XML_FORMATS
@given(text=texts())
def test_any_text_makes_a_well_formed_document(format: Format, text: str) -> None:
    entry = make_entry(title=text, summary=text, body=text, authors=(text,), language=text)
    assert parse(make_feed(entry, title=text, subtitle=text), format) is not None


@XML_FORMATS
@given(text=texts())
def test_any_text_gives_the_same_bytes_again(format: Format, text: str) -> None:
    assert render(make_feed(make_entry(title=text)), format) == render(make_feed(make_entry(title=text)), format)


@XML_FORMATS
@given(text=texts())
def test_any_title_survives_a_reader_of_html(format: Format, text: str) -> None:
    assume(not is_decoded_again_by_feedparser(text))
    document = feedparser.parse(render(make_feed(make_entry(title=text)), format))
    assert read_title(document.entries[0]) == text


def test_no_other_module_imports_feedgen() -> None:
    modules = (Path(__file__).parents[2] / "feeds").rglob("*.py")
    assert [path.name for path in modules if "from feedgen" in path.read_text()] == ["atom_rss.py"]

"""A test for each error of feedgen 1.0, named after the effect on subscribers."""

import locale
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from lxml import etree

from feeds.model.entry import Category, Image, Provider
from feeds.model.feed import Format, Link
from feeds.renderers.feed import render
from feeds.renderers.plain_text import escape_ambiguous
from tests.renderers.documents import NAMESPACES, parse, select, select_texts, texts
from tests.support.sample_feeds import make_entry, make_feed, make_full_feed, make_lead, make_related, make_video

XML_FORMATS = pytest.mark.parametrize("format", [Format.ATOM, Format.RSS])
HUB = Link("hub", "https://hub.example/")
ARCHIVE = Link("prev-archive", "https://news.example/archive/1.atom", "application/atom+xml")
OWN = Link("https://rels.example/own", "https://news.example/own")


def links_of(node: etree._Element, path: str) -> list[dict[str, str]]:
    return [{str(name): str(value) for name, value in link.attrib.items()} for link in select(node, path)]


def test_atom_entry_links_keep_all_their_attributes() -> None:
    assert links_of(parse(make_feed(make_lead()), Format.ATOM), "atom:entry/atom:link") == [
        {"rel": "alternate", "type": "text/html", "href": "https://gazette.example/story-9"},
        {"rel": "related", "title": "Pies <gone>", "href": "https://post.example/a?x=1&y=2"},
        {"rel": "related", "title": "No pies & no chips", "href": "https://times.example/b"},
        {"rel": "via", "title": "The Gazette", "href": "https://wire.example/9?a=1&b=2"},
    ]


@XML_FORMATS
def test_an_entry_links_to_its_leads(format: Format) -> None:
    root = parse(make_feed(make_related()), format)
    assert links_of(root, "(atom:entry|channel/item)/atom:link[@rel='related']") == [
        {"rel": "related", "title": "Gulls & chips", "href": "https://gazette.example/story-9"}
    ]


def test_via_is_left_out_where_it_is_the_alternate_link() -> None:
    entry = make_entry(via_url="https://gazette.example/story-1")
    assert links_of(parse(make_feed(entry), Format.ATOM), "//atom:link[@rel='via']") == []


@XML_FORMATS
def test_a_feed_may_have_links_unknown_to_feedgen(format: Format) -> None:
    root = parse(make_feed(links=(HUB, ARCHIVE, OWN)), format)
    assert links_of(root, "//atom:link[not(@rel='self' or @rel='alternate')]") == [
        {"rel": "hub", "href": HUB.href},
        {"rel": "prev-archive", "href": ARCHIVE.href, "type": ARCHIVE.type},
        {"rel": OWN.rel, "href": OWN.href},
    ]


@XML_FORMATS
def test_a_feed_has_one_link_to_itself(format: Format) -> None:
    root = parse(make_feed(links=(HUB,), query_string="limit=5"), format)
    assert links_of(root, "//atom:link[@rel='self']") == [
        {"rel": "self", "href": f"https://news.example/topics/gulls.{format}?limit=5", "type": format.media_type}
    ]


def test_an_rss_channel_links_to_its_page_despite_other_links() -> None:
    root = parse(make_feed(links=(HUB, ARCHIVE)), Format.RSS)
    assert select_texts(root, "channel/link") == ["https://news.example/topics/gulls"]


@XML_FORMATS
def test_no_date_comes_from_the_clock(format: Format) -> None:
    this_year = str(datetime.now(UTC).year)
    assert this_year not in render(make_full_feed(), format).decode()
    assert this_year not in render(make_feed(), format).decode()


def test_an_empty_feed_has_a_date_in_atom_only() -> None:
    assert select_texts(parse(make_feed(), Format.ATOM), "atom:updated") == ["2005-12-01T00:00:00Z"]
    assert select(parse(make_feed(), Format.RSS), "//lastBuildDate|//pubDate") == []


def test_an_entry_without_a_summary_has_no_summary_element() -> None:
    entry = make_entry(summary="", body="<p>Gulls.</p>")
    assert select(parse(make_feed(entry), Format.ATOM), "//atom:summary") == []


def test_markup_in_names_is_text_for_readers_of_html() -> None:
    name = "<b>R&D</b> &lt;"
    entry = make_entry(
        authors=(name,), provider=Provider(name, "gazette.example"), categories=(Category(term="r", label=name),)
    )
    root = parse(make_feed(entry), Format.RSS)
    read = select_texts(root, "//item/category|//item/source|//item/dc:creator")
    assert read == ["&lt;b>R&amp;D&lt;/b> &amp;lt;"] * 3
    assert [unescape(text) for text in read] == [name] * 3
    document = render(make_feed(entry), Format.RSS).decode()
    assert document.count("&#x26;lt;b&gt;R&#x26;amp;D&#x26;lt;/b&gt; &#x26;amp;lt;<") == 3
    atom = parse(make_feed(entry), Format.ATOM)
    assert select_texts(atom, "//atom:category/@label|//atom:entry/atom:author/atom:name") == [name] * 2


def test_names_without_markup_stay_as_written() -> None:
    entry = make_entry(provider=Provider("R&D", "gazette.example"), categories=(Category(term="r", label="R&D"),))
    document = render(make_feed(entry, subtitle="R&D <b>"), Format.RSS).decode()
    assert document.count(">R&amp;D<") == 3
    assert "<description>R&#x26;amp;D &#x26;lt;b&gt;</description>" in document


def test_a_guid_is_a_permalink_only_if_it_is_the_link() -> None:
    iri = make_entry(id="https://gazette.example/möwe", url="https://gazette.example/m%C3%B6we")
    for entry, is_permalink in ((make_entry(), "true"), (iri, "false"), (make_lead(), "false")):
        guid = select(parse(make_feed(entry), Format.RSS), "//guid")[0]
        assert (guid.text, guid.get("isPermaLink")) == (entry.id, is_permalink)


def test_atom_dates_end_in_z() -> None:
    root = parse(make_feed(make_lead()), Format.ATOM)
    assert select_texts(root, "atom:updated") == ["2021-03-05T05:06:07Z"]
    assert select_texts(root, "atom:entry/atom:published") == ["2021-03-04T14:06:07Z"]
    assert select_texts(root, "atom:entry/atom:updated") == ["2021-03-05T05:06:07Z"]


def test_rss_dates_are_in_gmt_and_appear_once() -> None:
    root = parse(make_feed(make_lead()), Format.RSS)
    assert select_texts(root, "//lastBuildDate") == ["Fri, 05 Mar 2021 05:06:07 GMT"]
    assert select_texts(root, "//pubDate") == ["Thu, 04 Mar 2021 14:06:07 GMT"]


@XML_FORMATS
def test_the_process_keeps_its_locale(format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("a renderer touched the locale of the process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert render(make_full_feed(), format)


@pytest.mark.parametrize("format", Format)
def test_threads_render_at_once(format: Format) -> None:
    feed = make_full_feed()
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(render, [feed] * 64, [format] * 64))) == 1


@XML_FORMATS
def test_entries_keep_their_order(format: Format) -> None:
    root = parse(make_feed(make_entry(3), make_entry(2), make_entry(1)), format)
    titles = select_texts(root, "(atom:entry/atom:title|channel/item/title)")
    assert titles == ["Story number 3", "Story number 2", "Story number 1"]


@XML_FORMATS
def test_pictures_are_children_of_their_entry_with_their_sizes(format: Format) -> None:
    root = parse(make_feed(make_lead()), format)
    sizes = {"url": "https://img.example/gull.JPG?w=640&h=360", "width": "640", "height": "360"}
    entry = "(atom:entry|channel/item)"
    assert links_of(root, f"{entry}/media:content") == [{"medium": "image", "type": "image/jpeg"} | sizes]
    assert links_of(root, f"{entry}/media:thumbnail") == [sizes]
    assert select(root, "//media:group") == []


@XML_FORMATS
def test_a_picture_of_unknown_size_and_type_has_neither(format: Format) -> None:
    root = parse(make_feed(make_entry(image=Image("https://img.example/1"))), format)
    assert links_of(root, "//media:content") == [{"url": "https://img.example/1", "medium": "image"}]


@XML_FORMATS
def test_media_is_declared_once_with_the_usual_prefix(format: Format) -> None:
    document = render(make_full_feed(), format).decode()
    assert document.count(f'xmlns:media="{NAMESPACES["media"]}"') == 1
    assert "ns0" not in document


def test_atom_texts_have_a_type() -> None:
    root = parse(make_feed(make_lead()), Format.ATOM)
    types = {"title": "text", "subtitle": "text", "summary": "text", "content": "html"}
    for name, kind in types.items():
        assert set(select_texts(root, f"//atom:{name}/@type")) == {kind}
        assert len(select(root, f"//atom:{name}[@type]")) == len(select(root, f"//atom:{name}"))


def test_html_that_is_not_xml_breaks_nothing() -> None:
    body = "<p>One&nbsp;two<br>three]]&gt;<p>]]>"
    root = parse(make_feed(make_entry(body=body)), Format.ATOM)
    assert body in select_texts(root, "//atom:content")[0]
    root = parse(make_feed(make_entry(body=body)), Format.RSS)
    assert body in select_texts(root, "//content:encoded")[0]


def test_rss_names_authors_without_mail_addresses() -> None:
    root = parse(make_full_feed(), Format.RSS)
    assert select_texts(root, "channel/item[1]/dc:creator") == ["Ada Möwe", "Bo 鴎"]
    assert select_texts(root, "channel/item[2]/dc:creator") == ["The Gazette"]
    unwanted = ("author", "managingEditor", "webMaster", "dc:title", "dc:date", "enclosure")
    assert [name for name in unwanted if select(root, f"//{name}")] == []


def test_every_atom_entry_and_feed_has_an_author() -> None:
    root = parse(make_full_feed(), Format.ATOM)
    names = [select_texts(entry, "atom:author/atom:name") for entry in select(root, "//atom:entry")]
    assert names == [["Ada Möwe", "Bo 鴎"], *[["The Gazette"]] * 3]
    assert select_texts(root, "atom:author/atom:name") == ["Harbour News"]


def test_a_guid_is_a_permalink_exactly_when_it_is_the_link() -> None:
    root = parse(make_feed(make_lead(), make_entry(1)), Format.RSS)
    assert select_texts(root, "//guid/@isPermaLink") == ["false", "true"]


def test_rss_ttl_is_in_minutes_and_never_zero() -> None:
    assert select_texts(parse(make_feed(ttl_seconds=3599), Format.RSS), "channel/ttl") == ["59"]
    assert select_texts(parse(make_feed(ttl_seconds=0), Format.RSS), "channel/ttl") == ["1"]


def test_rss_uses_no_syndication_module() -> None:
    assert b"syndication" not in render(make_full_feed(), Format.RSS)


def test_an_entry_in_another_language_names_its_language() -> None:
    feed = make_feed(make_lead(), make_entry(1), make_entry(2, language="en"))
    assert select_texts(parse(feed, Format.ATOM), "//@xml:lang") == ["en", "de"]
    assert select_texts(parse(feed, Format.RSS), "//language|//dc:language") == ["en", "de"]


def test_rendering_does_not_change_the_feed() -> None:
    feed = make_full_feed()
    for format in Format:
        render(feed, format)
    assert feed == make_full_feed()


def test_a_summary_equal_to_the_content_is_left_out() -> None:
    entries = (make_entry(1, body="<p>Same  text.</p>", summary="Same text."), make_video(), make_entry(2))
    root = parse(make_feed(*entries), Format.ATOM)
    assert [len(select(entry, "atom:summary")) for entry in select(root, "//atom:entry")] == [0, 0, 1]


def test_a_plain_description_comes_before_the_content() -> None:
    root = parse(make_feed(make_lead()), Format.RSS)
    item = select(root, "channel/item")[0]
    assert [child.tag for child in list(item)[:4]] == [
        "title",
        "link",
        "description",
        f"{{{NAMESPACES['content']}}}encoded",
    ]
    assert unescape(item[2].text or "") == "Chips < pies & peas, say gulls."


def test_rss_titles_are_written_with_numeric_references() -> None:
    document = render(make_feed(make_entry(title="AT&T <3 R&D"), make_entry(title="Q&A")), Format.RSS).decode()
    assert "<title>AT&#x26;amp;T &#x26;lt;3 R&#x26;amp;D</title>" in document
    assert "<title>Q&#x26;A</title>" in document


@pytest.mark.parametrize("text", ["AT&T", "R & D", "1 > 0", "", "&unknown;"])
def test_text_without_markup_is_not_escaped(text: str) -> None:
    assert escape_ambiguous(text) == text


@given(texts())
def test_any_text_reads_the_same_as_html(text: str) -> None:
    assert unescape(escape_ambiguous(text)) == text
    assert not re.search("<", escape_ambiguous(text))

from collections.abc import Callable
from html import unescape

import listparser
from hypothesis import given
from lxml import etree

from feeds.renderers.opml import Outline, render_opml
from tests.renderers.documents import texts
from tests.support.sample_feeds import START

GULLS = Outline(
    text="Gulls & terns",
    xml_url="https://news.example/topics/gulls.atom?a=1&b=2",
    html_url="https://news.example/topics/gulls",
    description='All about "gulls".',
)
TIDES = Outline(text="Tides", xml_url="https://news.example/topics/tides.atom")
COAST = Outline(text="Coast", xml_url="https://news.example/topics/coast.atom", children=(GULLS, TIDES))
TREE = (Outline(text="Topics", children=(COAST,)),)


def test_a_tree_of_feeds_matches_the_golden_file(golden: Callable[[str, bytes], None]) -> None:
    golden("feeds.opml", render_opml("Harbour News", TREE, modified=START))


def test_listparser_reads_back_what_was_written() -> None:
    read = listparser.parse(render_opml("Harbour News", TREE, modified=START))
    assert not read.bozo
    assert read.meta.title == "Harbour News"
    assert [(feed.title, feed.url) for feed in read.feeds] == [
        ("Coast", COAST.xml_url),
        (GULLS.text, GULLS.xml_url),
        ("Tides", TIDES.xml_url),
    ]
    assert read.feeds[1].categories == [["Topics", "Coast"]]


def test_feeds_have_the_attributes_for_importing() -> None:
    root = etree.fromstring(render_opml("Harbour News", (GULLS,), modified=START))
    assert {str(name): str(value) for name, value in root[1][0].attrib.items()} == {
        "type": "rss",
        "text": GULLS.text,
        "title": GULLS.text,
        "xmlUrl": GULLS.xml_url,
        "htmlUrl": GULLS.html_url,
        "description": GULLS.description,
    }


def test_the_date_comes_from_data_and_unknown_fields_are_left_out() -> None:
    root = etree.fromstring(render_opml("Harbour News", (), modified=START))
    assert [(child.tag, child.text) for child in root[0]] == [
        ("title", "Harbour News"),
        ("dateModified", "Thu, 04 Mar 2021 05:06:07 GMT"),
    ]


@given(texts())
def test_any_text_is_read_back(text: str) -> None:
    root = etree.fromstring(render_opml(text, (Outline(text=text, xml_url="https://a.example/"),), modified=START))
    assert (unescape(root[0][0].text or ""), unescape(root[1][0].get("text") or "")) == (text, text)


def test_markup_in_names_is_text_for_readers_of_html() -> None:
    outline = Outline(text="<b>R&D</b>", xml_url="https://a.example/", description="&lt;", children=(GULLS,))
    group = etree.fromstring(render_opml("A", (outline,)))[1][0]
    assert [group.get("text"), group[0].get("title"), group[0].get("description")] == [
        "&lt;b>R&amp;D&lt;/b>",
        "&lt;b>R&amp;D&lt;/b>",
        "&amp;lt;",
    ]
    assert group[1].get("text") == GULLS.text
    titles = [feed.title for feed in listparser.parse(render_opml("A", (outline,))).feeds]
    assert titles == ["&lt;b>R&amp;D&lt;/b>", GULLS.text]


def test_every_outline_has_a_type() -> None:
    root = etree.fromstring(render_opml("Harbour News", TREE))
    assert {outline.get("type") for outline in root.iter("outline") if outline.get("xmlUrl")} == {"rss"}
    assert {outline.get("type") for outline in root.iter("outline") if not outline.get("xmlUrl")} == {"folder"}


def test_a_comment_for_people_comes_first() -> None:
    plain = render_opml("A", (GULLS,))
    commented = render_opml("A", (GULLS,), comment=("Two -- or ---", "\x00three-"))
    assert commented == plain.replace(b"<opml", b"<!--\n  Two -%2D or -%2D-\n  three-\n-->\n<opml", 1)
    assert listparser.parse(commented).feeds[0].url == GULLS.xml_url

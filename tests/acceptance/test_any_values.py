"""Any values in any fields cost at most their own file: all documents stay valid, and other entries stay the same."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from feeds.articles.field_names import KNOWN_NAMES, TOPIC_FIELDS
from feeds.model.feed import Format
from feeds.site.documents import make_document
from feeds.site.file_urls import AssetAddress
from feeds.site.walk import list_addresses
from tests.support.app import make_settings
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, open_newsroom, related, url_of
from tests.support.properties import PHASES
from tests.support.validity import check_json, check_xml

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

SETTINGS = make_settings()
EXAMPLES = max(10, SOAK)
FIXED_ID = "urn:fixed:b"
FIXED_URLS = {url_of("a"), url_of("b")}
FIXED_TOPIC = "Fixed Harbour"

MARKUP = [
    "<b>",
    "</title>",
    "]]>",
    "<script>alert(1)</script>",
    "&lt;",
    "<!--",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
]
CHARACTERS = [
    "\0",
    "\x1b[31m",
    "\ud7ff",
    "\ufeff",
    "\u202e",
    "\u200b",
    "\u2028",
    "🚀",
    "\U0010ffff",
    "e\u0301",
    "図書館",
    "\x85",
]
URLS = [
    url_of("d"),
    "http://x",
    "https://möwen.example/ü b|[c]?d=<e>#f",
    "https://x.example/" + "y" * 1_990,
    "https://" + "x." * 120 + "example/",
    "javascript:alert(1)",
    "//x.example/",
    "https://user:word@x.example/",
    "https://[::1]/",
    "https://x.example:99999/",
    "https://💩.example/%zz",
]
DATES = [
    "2021-03-02T12:00:00Z",
    "0001-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "2021-03-02T12:00:60Z",
    "2999-01-01",
    "1969-12-31T23:59:59Z",
    "20210302",
]
WORDS = [
    "true",
    "False",
    "no",
    "0",
    "-1",
    "70",
    "999999999",
    "1e999",
    "9" * 400,
    "en",
    "pt_BR",
    "x-" * 60,
    "news.example",
]
IDS = ["urn:x:1", "tag:x.example,2021:<|>", "x:", url_of("a"), FIXED_ID]
PLAYERS = ['<iframe src="https://www.youtube.com/embed/x"></iframe>', "<![a[", "<iframe srcdoc=x>"]

texts = (
    st.text(max_size=20)
    | st.lists(st.sampled_from([*MARKUP, *CHARACTERS]) | st.text(max_size=5), max_size=5).map("".join)
    | st.sampled_from([*URLS, *DATES, *WORDS, *IDS, *PLAYERS])
    | st.sampled_from(["x" * 300, "é" * 3_000, "a " * 2_000])
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
names = st.sampled_from(sorted(KNOWN_NAMES)) | st.text(max_size=12)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=8
)
images = st.lists(st.dictionaries(st.sampled_from(["url", "width", "height", "title"]), values) | values, max_size=2)
providers = st.dictionaries(st.sampled_from(["name", "domain", "authors", "images"]), values)


@st.composite
def stories(draw: st.DrawFn) -> dict[str, Any]:
    """Generate a related item: fields with fitting values, and some with any others."""
    story: dict[str, Any] = {"title": draw(texts), "webUrl": draw(st.sampled_from(URLS) | texts)}
    fitting = {"publishedDateTime": st.sampled_from(DATES), "images": images, "provider": providers}
    for name in draw(st.sets(st.sampled_from(sorted(fitting)))):
        story[name] = draw(fitting[name])
    return story | draw(st.dictionaries(names, values, max_size=3))


@st.composite
def articles(draw: st.DrawFn) -> dict[str, Any]:
    """Generate an article, often one that is published."""
    article = {"publishedDateTime": draw(st.sampled_from(DATES))} | draw(stories())
    fitting = {
        "topics": st.lists(values, max_size=4),
        "related": st.lists(stories() | values, max_size=3),
        "id": st.sampled_from(IDS),
        "featuredContent": st.sampled_from(PLAYERS),
        "expiryDate": st.sampled_from(DATES),
    }
    for name in draw(st.sets(st.sampled_from(sorted(fitting)))):
        article[name] = draw(fitting[name])
    if "related" in article and draw(st.booleans()):
        article["related"].append({"title": "Fixed", "webUrl": url_of("a"), "id": FIXED_ID, "topics": ["x"]})
    return article | draw(st.dictionaries(names, values, max_size=2))


topic_files = st.builds(
    lambda named, others: named | others,
    st.fixed_dictionaries({"name": texts}),
    st.dictionaries(st.sampled_from(sorted(TOPIC_FIELDS.names)), values, max_size=5),
)


@contextmanager
def open_fixed() -> Iterator[Newsroom]:
    """Open a newsroom with two collected articles about a topic of their own."""
    with open_newsroom() as newsroom:
        fixed = {"provider": {"name": "Fixed", "domain": "fixed.example"}, "topics": [FIXED_TOPIC]}
        newsroom.write("a", related=related("c"), **fixed)
        newsroom.write("b", id=FIXED_ID, excerpt="Fixed <b>", **fixed)
        newsroom.collect()
        yield newsroom


def read_documents(newsroom: Newsroom, prefixes: tuple[str, ...] = ("/",)) -> dict[str, bytes]:
    """Return the documents of the site by URL path, but no static files."""
    with newsroom.catalog.reading() as reader:
        addresses = list(list_addresses(reader, settings=SETTINGS, now=newsroom.now))
        chosen = [each for each in addresses if not isinstance(each, AssetAddress) and each.path.startswith(prefixes)]
        return {each.path: make_document(each, reader, settings=SETTINGS, now=newsroom.now).body for each in chosen}


def read_fixed(newsroom: Newsroom) -> dict[str, bytes]:
    """Return the feeds in which only the fixed articles appear."""
    return read_documents(newsroom, ("/topics/fixed-harbour.", "/providers/fixed.example."))


def check_page(document: bytes) -> list[str]:
    """List what could be executed in a page."""
    root = html.fromstring(document.decode())
    complaints = [f"script {element.text}" for element in root.iter("script") if (element.text or "").strip()]
    for element in root.iter("*"):
        complaints += [name for name in map(str, element.keys()) if name.startswith("on") or name == "srcdoc"]
        values = (str(element.get(name, "")) for name in ("href", "src", "action", "formaction"))
        complaints += [value for value in values if value.strip().lower().startswith(("javascript:", "vbscript:"))]
    return complaints


def check_documents(documents: dict[str, bytes]) -> list[str]:
    """List what is not valid, or could be executed, in all documents."""
    complaints = []
    for path, body in documents.items():
        if path.endswith((".atom", ".rss", ".opml", ".xml")):
            complaints += check_xml(body)
        elif path.endswith(".json"):
            complaints += check_json(body)
        elif not path.endswith(".txt"):
            complaints += check_page(body)
    return complaints


def claims_fixed_id(article: dict[str, Any]) -> bool:
    """Return whether an article wants an id of a fixed article; an older one would get the id."""
    return str(article.get("id")).strip() in {FIXED_ID, *FIXED_URLS}


@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES)
@given(article=articles(), body=st.text(max_size=40) | texts, is_ascii=st.booleans())
def test_any_article_costs_at_most_itself(article: dict[str, Any], body: str, *, is_ascii: bool) -> None:
    if claims_fixed_id(article):
        article |= {"publishedDateTime": "2021-03-02"}
    if str(article["webUrl"]).strip() in FIXED_URLS:  # files at one URL are one entry
        article |= {"webUrl": url_of("d")}
    with open_fixed() as newsroom:
        before = read_fixed(newsroom)
        front = json.dumps(article, ensure_ascii=is_ascii, default=str)
        (newsroom.folder / "any.md").write_text(f"---\n{front}\n---\n{body}", encoding="utf-8")
        newsroom.collect()
        assert check_documents(read_documents(newsroom)) == []
        assert read_fixed(newsroom) == before
        newsroom.delete("any")
        newsroom.collect()
        assert read_fixed(newsroom) == before
    assert len(before) == 2 * len(Format)


@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES)
@given(file=topic_files, is_ascii=st.booleans())
def test_any_topic_file_costs_at_most_itself(file: dict[str, Any], *, is_ascii: bool) -> None:
    with open_fixed() as newsroom:
        before = read_fixed(newsroom)
        newsroom.write("t", topics=["x", file["name"]])
        folder = newsroom.folder / "topics"
        folder.mkdir()
        (folder / "any.yaml").write_text(json.dumps(file, ensure_ascii=is_ascii), encoding="utf-8")
        newsroom.collect()
        assert check_documents(read_documents(newsroom)) == []
        assert read_fixed(newsroom) == before


@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES)
@given(articles())
def test_any_article_follows_the_schema(schemas: Path, article: dict[str, Any]) -> None:
    relaxng = etree.RelaxNG(etree.parse(schemas / "atom.rng"))
    with open_fixed() as newsroom:
        (newsroom.folder / "any.md").write_text(f"---\n{json.dumps(article)}\n---\n")
        newsroom.collect()
        for path, body in read_documents(newsroom).items():
            if path.endswith(".atom"):
                relaxng.assertValid(etree.fromstring(body))

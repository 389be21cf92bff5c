import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from feeds.model.feed import DocumentLink, Feed, Format, Link
from feeds.renderers.feed import render
from tests.renderers.documents import texts
from tests.support.sample_feeds import make_archive, make_entry, make_feed, make_full_feed, make_lead, make_related


def read(feed: Feed) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(feed, Format.JSON))
    return document


def test_a_full_feed_matches_the_golden_file(golden: Callable[[str, bytes], None]) -> None:
    golden("full.json", render(make_full_feed(), Format.JSON))


def test_an_empty_feed_matches_the_golden_file(golden: Callable[[str, bytes], None]) -> None:
    golden("empty.json", render(make_feed(), Format.JSON))


@pytest.mark.parametrize(
    "feed", [make_full_feed(), make_archive(), make_feed(subtitle="")], ids=["full", "archive", "empty"]
)
def test_json_follows_the_schema(schemas: Path, feed: Feed) -> None:
    schema = json.loads((schemas / "jsonfeed-1.1.json").read_text())
    formats = jsonschema.Draft7Validator.FORMAT_CHECKER
    jsonschema.Draft7Validator(schema, format_checker=formats).validate(read(feed))


def test_hubs_and_the_next_page_come_from_the_links() -> None:
    older = DocumentLink("prev-archive", "/topics/gulls/archive/2")
    document = read(make_feed(links=(Link("hub", "https://hub.example/"),), documents=(older,)))
    assert document["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert document["next_url"] == "https://news.example/topics/gulls/archive/2.json"


def test_an_archive_links_to_older_entries() -> None:
    document = read(make_archive())
    assert document["feed_url"] == "https://news.example/topics/gulls/archive/2.json"
    assert document["next_url"] == "https://news.example/topics/gulls/archive/1.json"


def test_an_item_has_coverage_and_leads() -> None:
    lead, related = read(make_feed(make_lead(), make_related()))["items"]
    assert [reference["url"] for reference in lead["_feeds"]["coverage"]] == [
        "https://post.example/a?x=1&y=2",
        "https://times.example/b",
    ]
    assert [reference["title"] for reference in related["_feeds"]["leads"]] == ["Gulls & chips"]


def test_every_item_has_an_author_and_a_language() -> None:
    items = read(make_full_feed())["items"]
    assert [item["authors"][0]["name"] for item in items] == ["Ada Möwe", *["The Gazette"] * 3]
    assert [item["language"] for item in items] == ["de", "en", "en", "en"]


def test_json_is_indented_and_in_plain_utf8() -> None:
    document = render(make_full_feed(), Format.JSON).decode()
    assert '\n  "title": "Gulls & terns — Harbour News",\n' in document


@given(texts())
def test_any_text_is_read_back(text: str) -> None:
    item = read(make_feed(make_entry(title=text, summary=text)))["items"][0]
    assert (item["title"], item["summary"]) == (text, text)


def test_separators_and_script_ends_are_read_back() -> None:
    title = '"\u2028</script>\\'
    assert read(make_feed(make_entry(title=title)))["items"][0]["title"] == title

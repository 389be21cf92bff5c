"""The form suggests what lists show, in an order that few changes move."""

import json
from datetime import UTC, datetime

import pytest

from feeds.catalog.records import ProviderCount, Topic
from feeds.site.documents import make_document
from feeds.site.suggested_names import suggest_names
from feeds.site.urls import SuggestedNamesAddress
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom

NEWEST = datetime(2021, 3, 1, tzinfo=UTC)


def topic(slug: str, entries: int) -> Topic:
    return Topic(slug, slug.title(), "", "", "", entries, NEWEST)


@pytest.mark.parametrize(("ai", "order"), [(8, ["ai", "tides", "boats"]), (7, ["tides", "ai", "boats"])])
def test_twice_as_many_entries_are_a_rank(ai: int, order: list[str]) -> None:
    found = suggest_names([topic("tides", 15), topic("ai", ai), topic("boats", 0)], [])
    assert [slug for slug, _ in found.topics] == order


def test_publishers_are_suggested_by_domain() -> None:
    providers = [
        ProviderCount("", 9, NEWEST),
        ProviderCount("b.example", 1, NEWEST),
        ProviderCount("a.example", 1, NEWEST),
    ]
    assert suggest_names([], providers).publishers == ("a.example", "b.example")


def test_only_names_that_lists_show_are_suggested(newsroom: Newsroom) -> None:
    def read() -> tuple[dict[str, list[object]], str, datetime | None]:
        with newsroom.catalog.reading() as reader:
            document = make_document(SuggestedNamesAddress(), reader, settings=make_settings(), now=newsroom.now)
        assert document.media_type == "application/json"
        return json.loads(document.body), document.etag, document.last_modified

    newsroom.write("a", topics=["Tides", "Möwen &"])
    secret = {"name": "Secret", "domain": "secret.example"}
    newsroom.write("b", topics=["Secret Boats"], publishedDateTime="2021-03-04T15:00:00Z", provider=secret)
    newsroom.collect()
    names, etag, changed = read()
    tides = [["mowen-and", "Möwen &"], ["tides", "Tides"]]
    assert names == {"topics": tides, "publishers": ["gazette.example"]}
    newsroom.write("a", topics=["Tides", "Möwen &"], title="Another title")
    newsroom.collect()
    assert read()[:2] == (names, etag)
    newsroom.wait(hours=4)
    later, later_etag, later_changed = read()
    assert later == {
        "topics": [tides[0], ["secret-boats", "Secret Boats"], tides[1]],
        "publishers": ["gazette.example", "secret.example"],
    }
    assert later_etag != etag
    assert changed is not None
    assert later_changed is not None
    assert later_changed > changed

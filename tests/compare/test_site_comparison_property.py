"""For random edits, the comparison says what feedparser finds in the documents of the site before and after."""

import shutil
from pathlib import Path
from typing import Any, TypeAlias

import feedparser
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.compare.differences import SiteDifference
from feeds.model.feed import Format
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.feeds import list_archive
from feeds.site.urls import ArchiveAddress, FeedAddress
from feeds.site.walk import list_queries
from tests.support.comparison import compare
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, open_newsroom, related, url_of
from tests.support.properties import PHASES

pytestmark = pytest.mark.slow

LIMIT = {"FEEDS_LIMIT": "3"}
NAMES = "abcdef"
Article: TypeAlias = dict[str, Any]
Item: TypeAlias = tuple[object, ...]

ARTICLES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Terns", "Gulls", "Waves"]),
        "published": st.booleans(),
        "removed": st.just(value=True),
        "topics": st.sampled_from([["Tides"], ["Robots"], ["Tides", "Robots"]]),
        "publishedDateTime": st.sampled_from([*(f"2021-03-0{day}T12:00:00Z" for day in (1, 2, 3)), "2031-01-01"]),
        "provider": st.just({"name": "The Post", "domain": "post.example"}),
        "id": st.sampled_from(["tag:harbour.example,2021:1", url_of("b")]),
        "webUrl": st.sampled_from([url_of("a"), url_of("z")]),
        "related": st.sampled_from([related("a"), related("b", "y"), related("c", title="Waves")]),
        "excerpt": st.sampled_from(["A short text.", "Another text."]),
        "corrections": st.just([{"date": "2021-03-03T12:00:00Z", "text": "It was a gull."}]),
    },
)
STATES = st.dictionaries(st.sampled_from(NAMES), ARTICLES, max_size=len(NAMES))


class Parsed(msgspec.Struct, frozen=True):
    """A feed as feedparser reads it: the items of the document by id, and the ids in the archive."""

    items: dict[str, Item]
    archive: set[str]


def write(newsroom: Newsroom, articles: dict[str, Article]) -> None:
    shutil.rmtree(newsroom.folder)
    newsroom.folder.mkdir()
    for name, fields in articles.items():
        newsroom.write(name, **fields)


def parse_items(body: bytes) -> dict[str, Item]:
    return {
        entry.id: (entry.title, entry.link, entry.published, entry.updated, entry.author, entry.get("summary"), content)
        for entry in feedparser.parse(body).entries
        for content in [entry.content[0].value]
    }


def parse_site(newsroom: Newsroom) -> dict[str, Parsed]:
    """Parse every feed and its archive."""
    site, now = Settings.from_environ(LIMIT), newsroom.now
    parsed: dict[str, Parsed] = {}
    with newsroom.catalog.reading() as reader:
        for query in list_queries(reader, now=now):
            document = make_document(FeedAddress(query, Format.ATOM), reader, settings=site, now=now)
            archive: set[str] = set()
            for part in list_archive(query, reader, settings=site, now=now):
                address = ArchiveAddress(query, part, Format.ATOM)
                archive.update(parse_items(make_document(address, reader, settings=site, now=now).body))
            parsed[query.path] = Parsed(parse_items(document.body), archive)
    return parsed


def predict(difference: SiteDifference) -> dict[str, dict[str, set[str]]]:
    kinds = ("new", "updated", "withdrawn", "returned")
    predicted = {
        feed.path: {kind: {story.id for story in getattr(feed, kind)} for kind in kinds} for feed in difference.feeds
    }
    return {path: found for path, found in predicted.items() if any(found.values())}


def observe(before: Parsed, after: Parsed) -> dict[str, set[str]]:
    entering = after.items.keys() - before.items.keys()
    leaving = before.items.keys() - after.items.keys()
    return {
        "new": entering - before.archive,
        "updated": {id for id in before.items.keys() & after.items.keys() if before.items[id] != after.items[id]},
        "withdrawn": leaving - after.archive,
        "returned": entering & before.archive,
    }


def list_names(articles: dict[str, Article]) -> set[str]:
    """List the URLs and ids that the files mention."""
    names: set[str] = set()
    for name, fields in articles.items():
        names |= {fields.get("webUrl", url_of(name)), fields.get("id", "")}
        if fields.get("published", True) and not fields.get("removed"):
            names |= {item["webUrl"] for item in fields.get("related", [])}
    return names


@settings(max_examples=SOAK or 3, phases=PHASES)
@given(before=STATES, after=STATES)
def test_the_comparison_agrees_with_feedparser(before: dict[str, Article], after: dict[str, Article]) -> None:
    with open_newsroom() as newsroom:
        write(newsroom, before)
        newsroom.collect()
        old = parse_site(newsroom)
        copy = Path(shutil.copytree(newsroom.folder, newsroom.folder.with_name("copy")))
        write(newsroom, after)
        newsroom.collect(force=True)
        new = parse_site(newsroom)
        difference = compare(copy, newsroom.folder, now=newsroom.now, **LIMIT)
    observed = {path: observe(old[path], new[path]) for path in old if path in new}
    assert predict(difference) == {path: found for path, found in observed.items() if any(found.values())}
    known, shown = (site["/feed"].items.keys() | site["/feed"].archive for site in (old, new))
    doubled, lost = {story.former_id for story in difference.doubled}, {story.id for story in difference.lost}
    assert {story.id for story in difference.doubled} <= shown - known
    assert doubled <= known
    assert lost <= known - shown - doubled - list_names(after)
    assert lost >= {url_of(name) for name in NAMES if name not in after and "id" not in before.get(name, {})} & (
        known - shown - doubled - list_names(after)
    ) - {url for fields in before.values() for item in fields.get("related", []) for url in [item["webUrl"]]}

"""The page of a topic shows what is around the topic, and its validators move exactly when this moves."""

import json
from datetime import datetime, timedelta
from random import Random

import pytest

from feeds.catalog.reader import CatalogReader
from feeds.catalog.topic_hierarchy import NO_SURROUNDINGS, TopicContext, arrange_surroundings
from feeds.catalog.topic_pages import TopicPageReader, find_pages_changed_by_time
from feeds.model.clock import to_seconds
from feeds.model.document import Document
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.documents import make_document
from feeds.site.feeds import read_feed
from feeds.site.topic_context import read_topic_context
from feeds.site.urls import PageAddress
from tests.support.newsroom import Newsroom

SETTINGS = Settings.from_environ({"FEEDS_SITE_URL": "https://feeds.example", "FEEDS_LIMIT": "3"})
TOPICS = ("AI", "Boats", "Coast", "Docks", "Eels")


Pages = dict[str, tuple[Document, TopicContext]]


def write_topic(newsroom: Newsroom, name: str, **fields: object) -> None:
    (newsroom.folder / "topics").mkdir(exist_ok=True)
    (newsroom.folder / f"topics/{name}.yaml").write_text(json.dumps({"name": name, **fields}), encoding="utf-8")


def collect(newsroom: Newsroom) -> None:
    newsroom.wait(minutes=1)
    newsroom.collector(shown=SETTINGS.shown).collect(force=True)


def read_context(reader: CatalogReader, slug: str, *, now: datetime) -> TopicContext:
    snapshot = read_feed(Query.for_topic(slug), reader, settings=SETTINGS, now=now)
    context = read_topic_context(snapshot, reader, now=now)
    assert context is not None
    return context


def describe(newsroom: Newsroom, slug: str) -> dict[str, list[str]]:
    with newsroom.catalog.reading() as reader:
        context = read_context(reader, slug, now=newsroom.now)
    return {
        "above": [each.slug for each in context.around.ancestors],
        "below": [each.slug for each in context.around.children],
        "related": [each.term for each in context.related],
    }


def test_a_topic_is_between_broader_narrower_and_related_topics(newsroom: Newsroom) -> None:
    for name, parent in (("Coast", None), ("Docks", "Coast"), ("Boats", "Docks"), ("Empty", "Docks")):
        write_topic(newsroom, name, **({"parent": parent} if parent else {}))
    newsroom.write("a", topics=["Docks", "AI", "Eels"])
    newsroom.write("b", topics=["Docks", "AI", "Eels", "Boats"])
    newsroom.write("c", topics=["Docks", "Eels", "Once"])
    newsroom.write("future", topics=["Docks", "AI", "Secret"], publishedDateTime="2021-03-05T12:00:00Z")
    collect(newsroom)
    assert describe(newsroom, "docks") == {"above": ["coast"], "below": ["boats", "empty"], "related": ["eels", "ai"]}
    assert describe(newsroom, "boats") == {"above": ["coast", "docks"], "below": [], "related": ["ai", "eels"]}
    assert describe(newsroom, "once")["related"] == ["docks", "eels"]
    assert describe(newsroom, "empty") == {"above": ["coast", "docks"], "below": [], "related": []}


def edit(newsroom: Newsroom, random: Random) -> None:
    """Write, withdraw or delete an article, or change the place, the name or the end of a topic."""
    name, choice = random.choice(TOPICS), random.random()
    if choice < 0.45:
        newsroom.write(
            random.choice("abcdef"),
            topics=random.sample(TOPICS, random.randrange(1, 4)),
            publishedDateTime=pick_time(random, newsroom.now, hours=-200),
            expiryDate=pick_time(random, newsroom.now, hours=3) if random.random() < 0.3 else None,
            published=random.random() < 0.85,
        )
    elif choice < 0.55:
        newsroom.write("soon", topics=[name], publishedDateTime=pick_time(random, newsroom.now, hours=3))
    else:
        retired = pick_time(random, newsroom.now, hours=random.choice((-30, 3)))
        fields: dict[str, object] = {"parent": random.choice(TOPICS)} if random.random() < 0.7 else {}
        write_topic(newsroom, name, **fields, **({"retired": retired} if random.random() < 0.25 else {}))


def pick_time(random: Random, now: datetime, *, hours: int) -> str:
    return (now + timedelta(minutes=random.randrange(*sorted((0, hours * 60))))).isoformat()


def look(newsroom: Newsroom) -> Pages:
    """Return the page and the context of each topic, and compare the topics around with those among all topics."""
    now = newsroom.now
    with newsroom.catalog.reading() as reader:
        topics = [topic for topic in reader.list_topics(now=now) if not topic.is_closed(now)]
        around = arrange_surroundings(topic for topic in topics if topic.is_listed_at(now))
        pages = TopicPageReader(reader)
        for topic in topics:
            assert pages.read_surroundings(topic, now=now) == around.get(topic.slug, NO_SURROUNDINGS)
        return {
            topic.slug: (
                make_document(PageAddress(Query.for_topic(topic.slug)), reader, settings=SETTINGS, now=now),
                read_context(reader, topic.slug, now=now),
            )
            for topic in topics
        }


def compare(before: Pages, after: Pages) -> set[str]:
    """Check the validators of each page, and return the scopes of pages with other bytes."""
    moved = set()
    for slug in before.keys() & after.keys():
        (old, old_context), (new, new_context) = before[slug], after[slug]
        has_moved = old_context.changed != new_context.changed
        if summarise(old_context) != summarise(new_context):
            assert has_moved, slug
        if has_moved:
            others = old_context.related != new_context.related
            assert others or summarise(old_context) != summarise(new_context), slug
        if old.etag != new.etag:
            moved.add(f"topics/{slug}")
            assert new.last_modified, slug
            assert old.last_modified is None or new.last_modified > old.last_modified, slug
    return moved


def summarise(context: TopicContext) -> object:
    names = [
        [(each.slug, each.name) for each in topics] for topics in (context.around.ancestors, context.around.children)
    ]
    return context.topic.entries, context.topic.newest, names


@pytest.mark.parametrize("seed", [1, 2])
def test_validators_of_topic_pages_follow_their_bytes(newsroom: Newsroom, seed: int) -> None:
    random = Random(seed)  # noqa: S311 for tests only
    for _ in range(6):
        edit(newsroom, random)
    collect(newsroom)
    before = look(newsroom)
    for _ in range(5):
        since = newsroom.now
        newsroom.wait(minutes=random.randrange(1, 90))
        waited = look(newsroom)
        moved = compare(before, waited)
        with newsroom.catalog.reading() as reader:
            assert moved <= find_pages_changed_by_time(
                reader, after=since, until=newsroom.now
            ) | reader.outbox.find_scopes_changed_by_time(after=to_seconds(since), until=newsroom.now)
            version = reader.read_state().version
        for _ in range(random.randrange(1, 3)):
            edit(newsroom, random)
        newsroom.collector(shown=SETTINGS.shown).collect(force=True)
        before = look(newsroom)
        moved = compare(waited, before)
        with newsroom.catalog.reading() as reader:
            assert moved <= reader.find_changed_scopes(version).keys()

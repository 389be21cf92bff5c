"""Counts, newest dates, charts and lists agree with the feeds that readers get, whichever entries feeds show."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from feeds.catalog.activity import WEEKS
from feeds.catalog.reader import CatalogReader
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.directory import read_activity, read_directory
from feeds.site.feeds import list_archive, read_archive, read_feed
from tests.support.newsroom import START, Newsroom, related

TOPICS = ("AI", "Sea", "Tides", "Fog")


def write_site(newsroom: Newsroom, random: Random) -> None:
    """Write articles of any date, with coverage of any date and publisher, some of it articles of their own."""
    for number in range(12):
        newsroom.write(
            f"a{number}",
            topics=random.sample(TOPICS, random.randrange(3)),
            publishedDateTime=pick_date(random, days=150),
            expiryDate=pick_date(random, days=20) if random.random() < 0.2 else None,
            published=random.random() < 0.8,
            related=[
                item
                for item in (*related("x", "y", publishedDateTime=pick_date(random, days=30)), *related("a1", "a2"))
                if random.random() < 0.3
            ],
        )


def pick_date(random: Random, *, days: int) -> str:
    return (START + timedelta(days=random.randrange(-days, 10), seconds=random.randrange(86_400))).isoformat()


def list_dates(query: Query, reader: CatalogReader, *, settings: Settings, now: datetime) -> list[datetime]:
    """Return the publication dates of all entries in a feed and its archive, the newest first."""
    entries = {entry.id: entry for entry in read_feed(query, reader, settings=settings, now=now).feed.entries}
    for part in list_archive(query, reader, settings=settings, now=now):
        archive = read_archive(query, part, reader, settings=settings, now=now)
        entries |= {entry.id: entry for entry in archive.feed.entries}
    return sorted((entry.published for entry in entries.values()), reverse=True)


def check(newsroom: Newsroom, settings: Settings) -> None:
    now = newsroom.now
    with newsroom.catalog.reading() as reader:
        directory = read_directory(reader, now=now)
        everything = read_feed(Query(), reader, settings=settings, now=now)
        activity = read_activity(everything.feed, reader, now=now)
        assert directory.newest == (everything.feed.entries[0].published if everything.feed.entries else None)
        for topic in reader.list_topics(now=now):
            dates = list_dates(Query.for_topic(topic.slug), reader, settings=settings, now=now)
            assert (topic.entries, topic.newest) == (len(dates), dates[0] if dates else None)
            assert reader.find_topic(topic.slug, now=now) == topic
            assert activity.get(topic.slug, (0,) * WEEKS) == count_weeks(dates, directory.newest)
        providers = {provider.domain: provider for provider in reader.list_providers(now=now)}
        for domain in reader.list_domains(now=now):
            dates = list_dates(Query.for_provider(domain), reader, settings=settings, now=now)
            found = providers.get(domain)
            assert (found.entries if found else 0, found.newest if found else None) == (
                len(dates),
                dates[0] if dates else None,
            )


def count_weeks(dates: list[datetime], newest: datetime | None) -> tuple[int, ...]:
    weeks = Counter((newest - date) // timedelta(days=7) for date in dates if newest)
    return tuple(weeks[WEEKS - 1 - number] for number in range(WEEKS))


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_agree_with_feeds_under_each_default(newsroom: Newsroom, seed: int) -> None:
    random = Random(seed)  # noqa: S311 for tests only
    for mode, limit in (("links", "3"), ("entries", "3"), ("links", "50")):
        settings = Settings.from_environ({"FEEDS_RELATED": mode, "FEEDS_LIMIT": limit})
        write_site(newsroom, random)
        newsroom.wait(minutes=1)
        newsroom.collector(shown=settings.shown).collect(force=True)
        check(newsroom, settings)
        newsroom.wait(days=5)
        check(newsroom, settings)  # some entries are released and expire without a collect

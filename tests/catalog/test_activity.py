"""Counts of entries by topic and week, in both databases."""

from datetime import UTC, datetime, timedelta

from tests.support.newsroom import Newsroom

END = datetime(2021, 3, 1, tzinfo=UTC)


def test_entries_are_counted_by_week(newsroom: Newsroom) -> None:
    ages = {"now": 0, "week": 7 * 86_400 - 1, "next": 7 * 86_400, "last": 21 * 86_400 - 1, "old": 21 * 86_400}
    for name, seconds in ages.items():
        published = END - timedelta(seconds=seconds)
        newsroom.write(
            name, publishedDateTime=published.isoformat(), topics=["Tides", "Gulls"] if name == "now" else ["Tides"]
        )
    newsroom.write("future", publishedDateTime=(END + timedelta(days=1)).isoformat(), topics=["Tides"])
    newsroom.write("quiet", publishedDateTime=(END - timedelta(days=99)).isoformat(), topics=["Fog"])
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        activity = reader.count_weekly_entries(end=END, weeks=3, now=newsroom.now)
    assert activity == {"tides": (1, 1, 2), "gulls": (0, 0, 1)}

"""The entries of an issue are ranked when the issue is closed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from msgspec import json

from feeds.model.clock import find_day
from feeds.model.periods import Cycle
from feeds.model.query import Query
from tests.support.newsroom import Newsroom

MONDAY = datetime(2021, 3, 1, 9, tzinfo=UTC)


def write(newsroom: Newsroom, day: int, name: str = "story", **fields: object) -> None:
    date = MONDAY + timedelta(days=day)
    newsroom.write(f"{name}-{day}", title=f"{name} {day}", publishedDateTime=date.isoformat(), **fields)


def list_issues(newsroom: Newsroom, cycle: Cycle) -> list[int]:
    rows = newsroom.query(f"SELECT issue FROM rankings WHERE cycle = '{cycle}' ORDER BY issue")  # noqa: S608 a constant
    return [issue for (issue,) in rows]


def test_a_new_catalog_ranks_the_newest_issues(newsroom: Newsroom) -> None:
    for day in range(0, 160, 2):
        write(newsroom, day)
    newsroom.now = MONDAY + timedelta(days=161)
    newsroom.collect()
    first = find_day(int(MONDAY.timestamp()))
    assert list_issues(newsroom, Cycle.DAILY) == [first + day for day in range(100, 160, 2)]
    first = Cycle.WEEKLY.find_issue(first)
    assert list_issues(newsroom, Cycle.WEEKLY) == [first + week for week in range(13, 23)]


def test_a_later_collect_ranks_every_issue_that_it_closes(newsroom: Newsroom) -> None:
    newsroom.now = MONDAY
    write(newsroom, 0)
    newsroom.collect()
    for day in range(1, 100):
        write(newsroom, day)
    newsroom.now = MONDAY + timedelta(days=100)
    newsroom.collect()
    issues = list_issues(newsroom, Cycle.DAILY)
    assert len(issues) == 100
    assert all(second - first == 1 for first, second in pairwise(issues))
    assert len(list_issues(newsroom, Cycle.WEEKLY)) == 14


def test_former_versions_take_the_places_of_changed_stories(newsroom: Newsroom) -> None:
    newsroom.now = MONDAY
    for number in range(6):
        write(newsroom, 0, f"hot{number}", heat=100 - number)
    newsroom.collect()
    newsroom.wait(days=1)
    newsroom.collect()
    for number in (0, 1, 3):
        write(newsroom, 0, f"hot{number}", heat=200)
    write(newsroom, 0, "late", heat=300)
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        for query in (Query(), Query(min_heat=10)):
            (digest,) = reader.read_digests(query, Cycle.DAILY, limit=9, max_stories=4)
            assert [story.title for story in digest.stories] == ["hot0 0", "hot1 0", "hot2 0", "hot3 0"]
    for numbers, former in newsroom.query("SELECT numbers, (SELECT count(*) FROM former_versions) FROM rankings"):
        assert sum(number < 0 for number in json.decode(numbers)) == former == 3

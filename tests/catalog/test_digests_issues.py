"""One issue of a digest, however old, and the nearest issues with stories before and after it."""

from datetime import UTC, datetime
from itertools import product

import pytest

from feeds.catalog.digests import IssueReading
from feeds.model.periods import Cycle
from feeds.model.query import Query
from tests.support.newsroom import Newsroom

ALL = Query()
DAYS = ["0001-01-01", "1969-12-31", "2020-02-28", "2021-02-27", "2021-03-01", "2021-03-03"]


@pytest.fixture
def years(newsroom: Newsroom) -> Newsroom:
    """Collect a story of each day in `DAYS` on 4 March 2021, two of them about tides."""
    for number, day in enumerate(DAYS):
        topics = ["AI", "Tides"] if number in {2, 4} else ["AI"]
        newsroom.write(
            f"s{number}", title=day, publishedDateTime=f"{day}T09:00:00Z", topics=topics, locale=["", "fr"][number % 2]
        )
    newsroom.now = datetime(2021, 3, 4, 8, tzinfo=UTC)
    newsroom.collect()
    return newsroom


def read(newsroom: Newsroom, name: str, query: Query = ALL, cycle: Cycle = Cycle.DAILY) -> IssueReading | None:
    issue = cycle.parse_issue(name)
    assert issue is not None
    with newsroom.catalog.reading() as reader:
        return reader.open_digests(query, cycle).read_issue(issue, max_stories=15)


def describe(reading: IssueReading | None, cycle: Cycle = Cycle.DAILY) -> list[str]:
    """Return the titles of the stories between the names of the older and the newer issue."""
    assert reading
    ends = [cycle.name_issue(each.issue) if each else "" for each in (reading.older, reading.newer)]
    return [ends[0], *(story.title for story in reading.digest.stories), ends[1]]


def test_each_issue_is_between_its_neighbours(years: Newsroom) -> None:
    neighbours = zip(["", *DAYS], DAYS, [*DAYS[1:], ""], strict=False)
    for (older, name, newer), query in product(neighbours, (ALL, Query.for_topic("ai"), Query(with_related=False))):
        assert describe(read(years, name, query)) == [older, name, newer]


def test_neighbours_are_of_the_same_query(years: Newsroom) -> None:
    tides = Query.for_topic("tides")
    assert describe(read(years, "2020-02-28", tides)) == ["", "2020-02-28", "2021-03-01"]
    assert describe(read(years, "2020-W09", tides, Cycle.WEEKLY), Cycle.WEEKLY) == ["", "2020-02-28", ""]
    years.wait(days=7)
    years.collect()
    assert describe(read(years, "2020-W09", tides, Cycle.WEEKLY), Cycle.WEEKLY) == ["", "2020-02-28", "2021-W09"]


def test_an_issue_without_stories_has_neighbours(years: Newsroom) -> None:
    assert describe(read(years, "2020-03-01")) == ["2020-02-28", "2021-02-27"]
    assert describe(read(years, "1950-01-01")) == ["0001-01-01", "1969-12-31"]


def test_an_open_issue_cannot_be_read(years: Newsroom) -> None:
    assert read(years, "2021-03-04") is None
    assert read(years, "9999-12-31") is None
    assert read(years, "2021-W09", cycle=Cycle.WEEKLY) is None
    years.wait(days=1)
    assert read(years, "2021-03-04") is None
    years.collect()
    assert describe(read(years, "2021-03-04")) == ["2021-03-03", ""]


def test_an_issue_keeps_its_stories(years: Newsroom) -> None:
    before = read(years, "2021-02-27")
    years.write("s3", title="Changed", publishedDateTime="2021-02-27T09:00:00Z")
    years.delete("s2")
    years.write("late", title="Late", publishedDateTime="2021-02-28T09:00:00Z")
    years.collect()
    assert read(years, "2021-02-27") == before


def test_stories_have_their_language(years: Newsroom) -> None:
    for query in (ALL, Query.for_topic("ai")):
        readings = [read(years, name, query) for name in DAYS[-2:]]
        assert [story.language for each in readings if each for story in each.digest.stories] == ["", "fr"]


@pytest.mark.parametrize("cycle", Cycle)
def test_names_of_issues(cycle: Cycle) -> None:
    for issue in range(-1000, 3000):
        assert cycle.parse_issue(cycle.name_issue(issue)) == issue
    for name in (
        "2021-W54",
        "2021-02-30",
        "0000-01-01",
        "0-W01",
        "2021-13-01",
        "20210301",
        "2021-W1",
        "",
        "\uff1221-03-01",
    ):
        assert cycle.parse_issue(name) is None

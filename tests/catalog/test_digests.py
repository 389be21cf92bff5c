"""Digests hold the best stories of each finished issue, and never change after closing."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest

from feeds.catalog.digests import DIGESTS, Digest
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.model.search import parse_search
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, url_of

ALL = Query()
MONDAY = datetime(2021, 3, 1, 9, tzinfo=UTC)


def read(newsroom: Newsroom, query: Query = ALL, cycle: Cycle = Cycle.DAILY, **limits: int) -> tuple[Digest, ...]:
    with newsroom.catalog.reading() as reader:
        return reader.read_digests(query, cycle, **{"limit": 30, "max_stories": 20, **limits})


def contents(digests: tuple[Digest, ...], cycle: Cycle = Cycle.DAILY) -> dict[str, list[str]]:
    return {cycle.name_issue(digest.issue): [story.title for story in digest.stories] for digest in digests}


@pytest.fixture
def week(newsroom: Newsroom) -> Newsroom:
    """Collect three days of stories, on the evening of the third."""
    newsroom.now = MONDAY
    newsroom.write("a", title="Calm", publishedDateTime="2021-03-01T08:00:00Z", topics=["AI"], heat=5)
    newsroom.write("b", title="Hot", publishedDateTime="2021-03-01T07:00:00Z", topics=["AI"], heat=50)
    newsroom.write("c", title="Good", publishedDateTime="2021-03-02T07:00:00Z", topics=["AI"], quality=90)
    newsroom.write("d", title="Tide", publishedDateTime="2021-03-03T07:00:00Z", topics=["Tides"])
    newsroom.now = datetime(2021, 3, 3, 20, tzinfo=UTC)
    newsroom.collect()
    return newsroom


def test_a_finished_day_is_shown_best_first(week: Newsroom) -> None:
    assert contents(read(week)) == {"2021-03-02": ["Good"], "2021-03-01": ["Hot", "Calm"]}
    week.wait(days=1)
    assert "2021-03-03" not in contents(read(week))
    week.collect()
    assert contents(read(week)) == {"2021-03-03": ["Tide"], "2021-03-02": ["Good"], "2021-03-01": ["Hot", "Calm"]}


def test_digests_follow_the_query(week: Newsroom) -> None:
    assert contents(read(week, Query.for_topic("ai"))) == {"2021-03-02": ["Good"], "2021-03-01": ["Hot", "Calm"]}
    assert contents(read(week, Query.for_topic("tides"))) == {}
    assert contents(read(week, Query(min_heat=20))) == {"2021-03-01": ["Hot"]}
    assert contents(read(week, Query(search=parse_search("calm")))) == {"2021-03-01": ["Calm"]}


def test_digests_and_stories_are_limited(week: Newsroom) -> None:
    assert contents(read(week, limit=1)) == {"2021-03-02": ["Good"]}
    assert contents(read(week, max_stories=1)) == {"2021-03-02": ["Good"], "2021-03-01": ["Hot"]}


def test_later_changes_to_a_story_change_no_digest(week: Newsroom) -> None:
    before, calm = read(week), read(week, Query(search=parse_search("calm")))
    week.write("a", title="Changed", publishedDateTime="2021-03-01T08:00:00Z", topics=["AI"], heat=99)
    week.write("e", title="Late", publishedDateTime="2021-03-01T08:00:00Z", topics=["AI"], heat=70)
    week.write("c", title="Good", publishedDateTime="2021-03-01T07:00:00Z", topics=["Tides"])
    week.delete("b")
    week.collect(force=True)
    assert read(week) == before
    assert read(week, Query(search=parse_search("calm"))) == calm
    week.write("a", title="Changed again", publishedDateTime="2021-03-01T08:00:00Z", topics=["AI"], heat=99)
    week.write("b", title="Back", publishedDateTime="2021-03-01T07:00:00Z", topics=["AI"], heat=50)
    week.collect(force=True)
    assert read(week) == before


def test_heat_alone_changes_no_digest(week: Newsroom) -> None:
    before = read(week)
    week.write("a", title="Calm", publishedDateTime="2021-03-01T08:00:00Z", topics=["AI"], heat=99)
    week.collect()
    assert read(week) == before


def test_a_day_may_change_until_it_is_closed(week: Newsroom) -> None:
    week.write("d", title="Ebb", publishedDateTime="2021-03-03T07:00:00Z", topics=["Tides"])
    week.collect()
    week.wait(days=1)
    week.write("d", title="Flood", publishedDateTime="2021-03-03T07:00:00Z", topics=["Tides"])
    week.collect()
    assert contents(read(week))["2021-03-03"] == ["Flood"]


def test_a_week_begins_on_monday_and_crosses_periods(newsroom: Newsroom) -> None:
    for day in range(1, 29):
        newsroom.write(f"s{day}", title=f"{day}", publishedDateTime=f"2021-02-{day:02}T12:00:00Z", heat=day)
    newsroom.collect()
    weeks = contents(read(newsroom, cycle=Cycle.WEEKLY), Cycle.WEEKLY)
    assert weeks == {
        f"2021-W{5 + number:02}": [f"{7 * number + day}" for day in range(7, 0, -1)] for number in range(4)
    }
    assert list(weeks) == ["2021-W08", "2021-W07", "2021-W06", "2021-W05"]
    assert contents(read(newsroom, cycle=Cycle.WEEKLY, limit=2), Cycle.WEEKLY).keys() == {"2021-W08", "2021-W07"}


def test_closing_a_day_changes_only_the_digests(week: Newsroom) -> None:
    versions, sight = week.versions(), week.see()
    week.wait(days=1)
    assert week.collect().scopes == frozenset()
    after = week.versions()
    assert after.pop(DIGESTS) > max(versions.values())
    assert (after, week.see()) == (versions, sight)
    week.wait(days=3)
    week.collect()
    closings = dict(week.query("SELECT day, closed FROM closings"))
    assert len(closings) == 4
    assert len(set(closings.values())) == 2


def test_related_items_are_left_out_of_digests_of_articles(newsroom: Newsroom) -> None:
    newsroom.write("a", related=[{"title": "B", "webUrl": url_of("b"), "publishedDateTime": "2021-03-01T11:00:00Z"}])
    newsroom.wait(days=9)
    newsroom.collect()
    (digest,) = read(newsroom, Query(with_related=False))
    assert [story.id for story in digest.stories] == [url_of("a")]


@pytest.mark.parametrize("date", ["1969-12-31", "1901-02-03", "0001-01-01"])
def test_days_long_ago_have_digests(newsroom: Newsroom, date: str) -> None:
    newsroom.write("old", title="Old", publishedDateTime=f"{date}T10:00:00Z", heat=1)
    newsroom.write("new", title="New", publishedDateTime="2021-03-01T10:00:00Z", heat=1)
    newsroom.wait(days=1)
    newsroom.collect()
    for query in (ALL, Query(min_heat=0)):
        assert contents(read(newsroom, query)) == {"2021-03-01": ["New"], date: ["Old"]}


def read_naively(
    newsroom: Newsroom, query: Query, cycle: Cycle, *, limit: int, max_stories: int
) -> dict[int, list[str]]:
    """Go through all entries and former versions for the ids of the best stories of each issue."""
    facts = dict(newsroom.query("SELECT name, value FROM facts WHERE name IN ('created', 'closed')"))
    times = dict(newsroom.query("SELECT day, closed FROM closings"))
    columns = "id, published, released, since, coalesce(quality, -1), coalesce(peak_heat, -1)"
    rows = [(*row, None) for row in newsroom.query(f"SELECT {columns} FROM entries")]  # noqa: S608 no values
    rows += newsroom.query(f"SELECT {columns}, until FROM former_versions")  # noqa: S608 no values
    found = defaultdict(list)
    for id, published, released, since, quality, heat, until in rows:
        issue = cycle.find_issue(published // 86_400)
        last = cycle.list_days(issue)[-1]
        if last >= int(facts["closed"]):
            continue
        closed = times.get(last, int(facts["created"]))
        is_selected = quality >= (query.min_quality or -1)
        if is_selected and released <= closed and since <= closed and (until is None or closed < until):
            found[issue].append((-heat, -quality, -published, id))
    newest = sorted(found, reverse=True)[:limit]
    return {issue: [id for *_, id in sorted(found[issue])[:max_stories]] for issue in newest}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SOAK or 1))
def test_digests_are_what_a_look_at_everything_finds(newsroom: Newsroom, seed: int) -> None:
    random = Random(seed)  # noqa: S311 no secret

    def write(number: int) -> None:
        newsroom.write(
            f"s{number}",
            title=f"Draft {random.randrange(3)}",
            publishedDateTime=(
                MONDAY + timedelta(days=number % 67 if number < 100 else number % 7, minutes=random.randrange(900))
            ).isoformat(),
            heat=random.choice((-1, 0, 3, 7, 2_000)),
            quality=random.choice((0, 50, 51, 100)),
        )

    newsroom.now = MONDAY + timedelta(days=60)
    numbers = range(200)
    for number in numbers:
        write(number)
    newsroom.collect()
    closed: dict[tuple[Query, Cycle, int], Digest] = {}
    # After 40 days without a collect, more days are closed at once than a feed shows.
    for day, waited in enumerate((2, 2, 40, 2)):
        newsroom.wait(days=waited)
        for number in random.sample(numbers[5:], 60):
            write(number)
        newsroom.delete(f"s{day}")
        newsroom.collect(force=True)
        for cycle, query in product(Cycle, (ALL, Query(min_quality=51))):
            for limit, max_stories in [(5, 2), (50, 20), (3, 1)]:
                digests = read(newsroom, query, cycle, limit=limit, max_stories=max_stories)
                ids = {digest.issue: [story.id for story in digest.stories] for digest in digests}
                assert ids == read_naively(newsroom, query, cycle, limit=limit, max_stories=max_stories)
            digests = read(newsroom, query, cycle, limit=400)
            for digest in digests:
                assert closed.setdefault((query, cycle, digest.issue), digest) == digest
            place = random.randrange(len(digests))
            with newsroom.catalog.reading() as reader:
                reading = reader.open_digests(query, cycle).read_issue(digests[place].issue, max_stories=20)
            assert reading
            assert reading.digest == digests[place]
            neighbours = [(each.issue, each.closed) if each else None for each in (reading.newer, reading.older)]
            expected = [digests[place - 1] if place else None, *digests[place + 1 : place + 2], None][:2]
            assert neighbours == [(each.issue, each.closed) if each else None for each in expected]

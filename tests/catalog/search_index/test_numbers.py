"""Numbers are in order of days, and free."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.catalog.search_index.numbers import (
    CHANGE_NUMBERS,
    find_number_day,
    list_entry_numbers,
    list_former_numbers,
)
from feeds.model.clock import find_day, to_seconds
from tests.support.newsroom import Newsroom

FIRST, LAST = (find_day(to_seconds(datetime(year, 1, 1, tzinfo=UTC))) for year in (1, 9_999))
days = st.integers(FIRST, LAST)


@given(days, days, st.sampled_from((1, 2, 2**24 - 1)))
def test_ranges_begin_at_a_day(day: int, since: int, slot: int) -> None:
    number = list_entry_numbers(since=day).start + slot
    assert find_number_day(number) == find_number_day(-number) == day
    assert 0 < number < 2**53  # exact in JSON
    assert (
        (number in list_entry_numbers(since=since)) == (-number in list_former_numbers(since=since)) == (day >= since)
    )
    assert number in list_entry_numbers()
    assert -number in list_former_numbers()
    assert number < CHANGE_NUMBERS.start
    assert CHANGE_NUMBERS.stop < 2**53


def test_entries_of_a_day_are_numbered_one_after_the_other(newsroom: Newsroom) -> None:
    times = [newsroom.now - timedelta(days=3, seconds=number) for number in range(3)]
    for number, time in enumerate(times):
        newsroom.write(f"s{number}", publishedDateTime=time.isoformat())
        newsroom.collect()
    first = list_entry_numbers(since=find_day(to_seconds(times[0]))).start
    assert newsroom.query("SELECT number FROM entries ORDER BY number") == [(first + each,) for each in (1, 2, 3)]
    newsroom.wait(days=9)
    newsroom.collect()  # closes the day and the week
    for edit in range(2):
        newsroom.write("s1", publishedDateTime=times[1].isoformat(), title=f"Edit {edit}")
        newsroom.write("s2", publishedDateTime=times[2].isoformat(), title=f"Edit {edit}")
        newsroom.collect()
    assert newsroom.query("SELECT number FROM entries ORDER BY number") == [(first + each,) for each in (1, 2, 3)]
    assert newsroom.query("SELECT number FROM former_versions ORDER BY number") == [(-first - 2,), (-first - 1,)]
    changes = newsroom.query("SELECT number FROM recent_changes ORDER BY number")
    assert changes == [(CHANGE_NUMBERS.start + each,) for each in range(4)]


def test_an_entry_of_another_day_gets_another_number(newsroom: Newsroom) -> None:
    newsroom.write("a", title="Tides", publishedDateTime="2021-03-01T12:00:00Z")
    newsroom.collect()
    newsroom.write("a", title="Tides", publishedDateTime="0001-01-01T00:00:00Z")
    newsroom.collect()
    assert newsroom.query("SELECT number FROM entries") == [(1,)]
    # The entry, the version in the digest of a closed day, and the change.
    assert newsroom.query("SELECT count(*) FROM texts") == [(3,)]

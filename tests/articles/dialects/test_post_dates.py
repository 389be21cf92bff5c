"""Dates of posts are read as the tools read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.dialects.post_dates import find_zone, read_post_date, split_dated_name

BERLIN = find_zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-12-31", "2020-12-31T00:00:00+00:00"),
        ("2020-12-31 10:00:00 +0100", "2020-12-31T10:00:00+01:00"),
        ("2020-12-31 10:00:00 -4", "2020-12-31T10:00:00-04:00"),
        ("2020-12-31 10:00:00 -05:30", "2020-12-31T10:00:00-05:30"),
        ("2020-12-31T10:00:00.123Z", "2020-12-31T10:00:00+00:00"),
        ("2020-12-31 10:00", "2020-12-31T10:00:00+00:00"),
        ("2020-1-2 9:05:00", "2020-01-02T09:05:00+00:00"),
        ("2020/12/31", "2020-12-31T00:00:00+00:00"),
        ("2020-12-31 10:00 PM", "2020-12-31T22:00:00+00:00"),
        ("2020-12-31 12:00 am", "2020-12-31T00:00:00+00:00"),
        ("2020-12-31 10:00:00 UTC", "2020-12-31T10:00:00+00:00"),
        ("2020-12-31 10:00:00 PST", "2020-12-31T10:00:00-08:00"),
        ("Jul 08 2022", "2022-07-08T00:00:00+00:00"),
        ("July 8, 2022", "2022-07-08T00:00:00+00:00"),
        ("8th July 2022", "2022-07-08T00:00:00+00:00"),
        ("Fri Jul 08 2022 10:00:00 GMT", "2022-07-08T10:00:00+00:00"),
        ("Fri, 08 Jul 2022 10:00:00 +0200", "2022-07-08T10:00:00+02:00"),
        ("2015-03-17 14:00:00 -4", "2015-03-17T14:00:00-04:00"),
        ("2023-01-29 18:30:22 2023 -0800", "2023-01-29T18:30:22-08:00"),
        ("2017-02-10 00:10::00 -03:00", "2017-02-10T00:10:00-03:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
    ],
)
def test_usual_forms_are_read_with_their_offset(text: str, expected: str) -> None:
    date = read_post_date(text, UTC)
    assert date is not None
    assert date.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "Last Modified",
        "2020-13-01",
        "2020-12-31 25:00",
        "2020-12-31 XYZ",
        "Foo 8 2022",
        "8/7/2022",
        "0001-01-01",
        "9999-12-31",
    ],
)
def test_other_texts_are_no_dates(text: str) -> None:
    assert read_post_date(text, UTC) is None


def test_a_time_without_offset_is_in_the_zone_of_the_site() -> None:
    date = read_post_date("2020-07-01 10:00:00", BERLIN)
    assert date is not None
    assert date.astimezone(UTC) == datetime(2020, 7, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Nowhere/City", "../etc", "\0"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert find_zone(name) is UTC


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2020-12-31-harbour-reopens", ("2020-12-31", "harbour-reopens")),
        ("2020-1-2-x", ("2020-01-02", "x")),
        ("2020-12-31", ("2020-12-31", "")),
        ("2020-12-31_x", ("2020-12-31", "x")),
        ("2020-13-31-x", ("", "2020-13-31-x")),
        ("harbour", ("", "harbour")),
        ("20201231-x", ("", "20201231-x")),
    ],
)
def test_names_of_files_may_start_with_a_date(name: str, expected: tuple[str, str]) -> None:
    assert split_dated_name(name) == expected


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_each_iso_date_is_read_back(moment: datetime, hours: int) -> None:
    moment = moment.replace(microsecond=0)
    text = f"{moment:%Y-%m-%d %H:%M:%S} {'-' if hours < 0 else '+'}{abs(hours):02}00"
    date = read_post_date(text, UTC)
    assert date is not None
    assert date.replace(tzinfo=None) == moment
    assert date.utcoffset() == timedelta(hours=hours)


@given(st.text())
def test_any_text_is_a_date_or_not(text: str) -> None:
    read_post_date(text, UTC)

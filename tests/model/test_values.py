"""Dates, numbers, languages and flags are recognised as the standards define them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model.values import (
    read_date,
    read_flag,
    read_language,
    read_number,
    read_whole_number,
)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2020-12-22T16:48:00Z", datetime(2020, 12, 22, 16, 48, tzinfo=UTC)),
        ("2020-12-22T16:48:00.999Z", datetime(2020, 12, 22, 16, 48, tzinfo=UTC)),
        ("2020-12-22T01:48:00+05:30", datetime(2020, 12, 21, 20, 18, tzinfo=UTC)),
        ("2020-12-12 03:08:00 +01:00", datetime(2020, 12, 12, 2, 8, tzinfo=UTC)),
        ("2020-12-12 03:08:00 -1", datetime(2020, 12, 12, 4, 8, tzinfo=UTC)),
        ("2020-1-2t3:04:05.5-0130", datetime(2020, 1, 2, 4, 34, 5, tzinfo=UTC)),
        ("2020-12-12 03:08", datetime(2020, 12, 12, 3, 8, tzinfo=UTC)),
        ("2020-12-12", datetime(2020, 12, 12, tzinfo=UTC)),
        ("2020-W50-6", datetime(2020, 12, 12, tzinfo=UTC)),
        ("20201212T030800Z", datetime(2020, 12, 12, 3, 8, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2020-12-12T03:08:00.123456789+00:00:30", datetime(2020, 12, 12, 3, 7, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_utc(text: str, date: datetime) -> None:
    assert read_date(text) == date
    assert str(read_date(text)) == str(date)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "02/01/2024",
        "2020-13-01",
        "2020-02-30T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2020-12-12T25:00:00Z",
        "2020-12-12 03:08:00 +99:99",
        "2016-12-31T23:59:61Z",
        "1607742480",
        "20201212",
        "Tue, 22 Dec 2020 16:48:00 GMT",
        "٢٠٢٠-١٢-١٢",
        "",
    ],
)
def test_any_other_text_is_not_a_date(text: str) -> None:
    assert read_date(text) is None


@given(st.text(alphabet="0123456789-:.,+ TtZzW", max_size=30) | st.text())
def test_arbitrary_text_is_a_date_in_whole_seconds_or_none(text: str) -> None:
    date = read_date(text)
    assert date is None or (date.tzinfo is UTC and date.microsecond == 0)


@given(st.datetimes(timezones=st.timezones()))
def test_any_time_in_rfc_3339_is_read_back(time: datetime) -> None:
    time = time.replace(microsecond=0)
    try:
        expected = time.astimezone(UTC)
    except OverflowError:
        return
    assert read_date(time.isoformat()) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [("08", 8), ("-1", -1), ("+5", 5), ("92.7", 92), ("-0.5", 0), ("999999999", 999_999_999)]
    + [(text, None) for text in ("", "x", "1e3", "1_000", "0x1F", "nan", "1000000000", "٣", "1 2", "--1")],
)
def test_numbers_are_decimal_and_whole(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "tag"),
    [("en", "en"), ("no", "no"), ("pt_BR", "pt-BR"), ("zh-Hans-CN", "zh-Hans-CN"), ("de-1996", "de-1996")]
    + [(text, "") for text in ("", "e", "english language", "en-", "12", "en-toolongpart")],
)
def test_languages_look_like_bcp_47(text: str, tag: str) -> None:
    assert read_language(text) == tag


def test_whole_numbers_have_digits_only_and_bounds() -> None:
    assert [read_whole_number(text, minimum=1, maximum=20) for text in ("1", "020")] == [1, 20]
    assert {read_whole_number(text, minimum=1, maximum=20) for text in ("0", "21", "+5", "5.0", "٣", "")} == {None}


def test_flags_are_yes_or_no_in_any_case() -> None:
    assert [read_flag(text) for text in ("true", "Yes", "ON")] == [True] * 3
    assert [read_flag(text) for text in ("FALSE", "no", "Off")] == [False] * 3
    assert [read_flag(text) for text in ("", "y", "1", "maybe", "published")] == [None] * 5

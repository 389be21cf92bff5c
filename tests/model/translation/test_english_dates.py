"""Days in English feeds stay as they are, whatever the locale of the process is."""

from datetime import UTC, datetime

from feeds.model.translation.english_dates import format_day


def test_a_day_is_written_for_people() -> None:
    assert format_day(datetime(2026, 1, 2, 23, 59, tzinfo=UTC)) == "2 January 2026"

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from feeds.renderers.dates import format_rfc822, format_rfc3339

TOKYO = timezone(timedelta(hours=9))
EPOCH = datetime(1970, 1, 1, tzinfo=TOKYO)
TIMES = st.integers(-(2**34), 2**37).map(lambda sevenths: EPOCH + timedelta(seconds=sevenths / 7))


def test_rfc3339_is_in_utc_and_whole_seconds() -> None:
    assert format_rfc3339(datetime(2020, 12, 23, 1, 15, 0, 999, tzinfo=TOKYO)) == "2020-12-22T16:15:00Z"


def test_rfc822_is_in_gmt() -> None:
    assert format_rfc822(datetime(2020, 12, 23, 1, 15, tzinfo=TOKYO)) == "Tue, 22 Dec 2020 16:15:00 GMT"


@given(TIMES)
def test_both_keep_the_time(time: datetime) -> None:
    whole = time.replace(microsecond=0)
    assert datetime.fromisoformat(format_rfc3339(time)) == whole
    assert parsedate_to_datetime(format_rfc822(time)) == whole

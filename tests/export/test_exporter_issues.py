"""An export has the issues that digests show, and keeps those that they have shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.http import parse_date

from tests.export.publisher import NEEDS_SERVER, Publisher
from tests.support.crawler import crawl, reading_files
from tests.support.static_site import list_paths

FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)
SHOWN = 30


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """Give a publisher with a story on each of 31 days, collected and exported on the day after them."""
    publisher = Publisher(tmp_path)
    for number in range(SHOWN + 1):
        publisher.write(f"s{number}", publishedDateTime=f"{FIRST + timedelta(days=number):%FT%TZ}", topics="[Tides]")
    publisher.now = FIRST + timedelta(days=SHOWN + 1)
    publisher.collect()
    publisher.export()
    return publisher


def name(day: int) -> str:
    return f"topics/tides/daily/{FIRST + timedelta(days=day):%F}"


def read(publisher: Publisher, day: int) -> str:
    return (publisher.root / f"{name(day)}.html").read_text()


def test_the_pages_are_those_of_the_server(publisher: Publisher) -> None:
    client = publisher.client()
    for day in range(2, SHOWN + 1):
        served = client.get(f"/{name(day)}")
        assert read(publisher, day).encode() == NEEDS_SERVER.sub(b"", served.data)
        assert parse_date(served.headers["Last-Modified"]) == datetime.fromtimestamp(
            (publisher.root / f"{name(day)}.html").stat().st_mtime, tz=UTC
        )


def test_the_oldest_page_has_no_link_to_an_older_one(publisher: Publisher) -> None:
    assert not (publisher.root / f"{name(0)}.html").exists()
    assert f"/{name(0)}" not in read(publisher, 1)
    assert f"/{name(1)}" in read(publisher, 2)


def test_an_issue_that_leaves_the_digest_stays(publisher: Publisher, tmp_path: Path) -> None:
    left, before = read(publisher, 1), publisher.identify()
    publisher.write("new", publishedDateTime=f"{publisher.now:%FT%TZ}", topics="[Tides]")
    publisher.now += timedelta(days=1)
    publisher.collect()
    publisher.export()
    after = publisher.identify()
    assert read(publisher, 1) == left
    daily = {f"{name(day)}.html" for day in range(SHOWN + 1)}
    changed = {each for each in daily & before.keys() if after[each] != before[each]}
    assert changed == {f"{name(day)}.html" for day in (2, SHOWN)}
    site_url = publisher.settings.site_url
    assert crawl(site_url, reading_files(publisher.root, site_url), starts=list_paths(publisher.root)).dead == []
    kept, publisher.root = publisher.root, tmp_path / "fresh"
    publisher.export()
    fresh = publisher.list_files() - {".feeds-export.json"}
    assert {each for each in publisher.list_files() if name(1) in each} == set()
    for each in fresh:
        assert (kept / each).read_bytes() == (publisher.root / each).read_bytes()
        if name(0)[:14] in each:
            assert (kept / each).stat().st_mtime == (publisher.root / each).stat().st_mtime
    publisher.root = kept
    assert publisher.export().written == 0
    assert publisher.export(is_forced=True).written == 0
    assert read(publisher, 1) == left


def test_issues_go_with_their_topic(publisher: Publisher) -> None:
    publisher.start_new_catalog("second")
    for number in range(SHOWN + 1):
        publisher.write(f"s{number}", topics="[Ports]")
    publisher.collect()
    publisher.export()
    assert not any("tides" in each for each in publisher.list_files())

"""A catalog is active, quiet or stale, and served in each case."""

from datetime import timedelta

from feeds.web.app import create_app
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom


def read(newsroom: Newsroom, **environ: str) -> dict[str, object]:
    client = create_app(make_settings(**environ), newsroom.catalog, clock=newsroom.clock).test_client()
    response = client.get("/healthz")
    assert response.status_code == 200
    report: dict[str, object] = response.get_json()
    return report


def test_feeds_with_news_are_active(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    newsroom.wait(minutes=5)
    newsroom.write("b")
    newsroom.collect()
    newsroom.wait(minutes=5)
    report = read(newsroom)
    assert (report["freshness"], report["catalog_age_seconds"], report["changed_age_seconds"]) == ("active", 300, 300)
    assert report["catalog_version"] == 2


def test_collects_without_news_make_feeds_quiet(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    newsroom.wait(days=3)
    newsroom.collect()
    report = read(newsroom)
    assert (report["freshness"], report["catalog_age_seconds"]) == ("quiet", 0)


def test_feeds_without_collects_become_stale(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    newsroom.write("b")
    newsroom.wait(seconds=1)
    newsroom.collect()
    collected = newsroom.now
    for hours, freshness in ((1.9, "active"), (2.1, "stale"), (72, "stale")):
        newsroom.now = collected + timedelta(hours=hours)
        assert read(newsroom)["freshness"] == freshness


def test_the_time_without_a_collect_can_be_set(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    newsroom.wait(hours=25)
    assert read(newsroom, FEEDS_STALE_AFTER="100000")["freshness"] == "quiet"
    assert read(newsroom, FEEDS_STALE_AFTER="3600")["freshness"] == "stale"


def test_a_catalog_without_entries_is_quiet(newsroom: Newsroom) -> None:
    newsroom.collect()
    report = read(newsroom)
    assert (report["freshness"], report["changed_age_seconds"]) == ("quiet", None)

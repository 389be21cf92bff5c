"""Metrics have the format of Prometheus, few labels, and the figures of the catalog."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from prometheus_client.core import Metric, Sample
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import Notification
from feeds.model.clock import Clock, to_seconds
from feeds.web.app import ServerOptions, create_app
from feeds.web.metrics import RequestMetrics
from feeds.web.request_kind import RequestKind
from feeds.web.request_log import RequestLog
from tests.support.app import CLOCK, TOKEN, make_settings
from tests.support.newsroom import Newsroom

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Site:
    """A site whose requests are counted."""

    def __init__(self, catalog: Catalog, clock: Clock = CLOCK) -> None:
        metrics = RequestMetrics()
        self.log = RequestLog([metrics])
        metrics.read_dropped = lambda: self.log.dropped
        options = ServerOptions(request_log=self.log, metrics=metrics)
        self.client: FlaskClient = create_app(
            make_settings(FEEDS_TOKEN=TOKEN), catalog, clock=clock, options=options
        ).test_client()

    def read(self, accept: str = "") -> list[Metric]:
        self.log.drain()
        response = self.client.get("/metrics", auth=("", TOKEN), headers={"Accept": accept} if accept else {})
        assert response.status_code == 200
        is_open = response.headers["Content-Type"].startswith("application/openmetrics-text")
        assert is_open == bool(accept)
        return list((parse_openmetrics if is_open else parse_text)(response.text))

    def find(self, name: str, **labels: str) -> float | None:
        found = [sample.value for sample in list_samples(self.read()) if (sample.name, sample.labels) == (name, labels)]
        assert len(found) <= 1
        return found[0] if found else None


def list_samples(metrics: list[Metric]) -> list[Sample]:
    return [sample for metric in metrics for sample in metric.samples]


@pytest.fixture
def site(catalog: Catalog) -> Iterator[Site]:
    site = Site(catalog)
    yield site
    site.log.stop()


def test_requests_are_counted_by_kind_and_status(site: Site) -> None:
    etag = site.client.get("/topics/ai.atom").headers["ETag"]
    size = len(site.client.get("/topics/ai.atom").data)
    for _ in range(3):
        site.client.get("/topics/ai.atom", headers={"If-None-Match": etag})
    site.client.get("/topics/nope.atom")
    site.client.get("/topics/AI.atom")
    site.client.get("/latest?q=robots")
    requests = "topic_feeds_requests_total"
    assert site.find(requests, kind="feed", status="200") == 2
    assert site.find(requests, kind="feed", status="304") == 3
    assert site.find(requests, kind="feed", status="301") == 1
    assert site.find(requests, kind="feed", status="404") == 1
    assert site.find(requests, kind="page", status="200") == 1
    assert (site.find("topic_feeds_response_bytes_total", kind="feed") or 0) >= 2 * size
    assert site.find("topic_feeds_requests_unobserved_total") == 0


def test_only_renderings_are_timed(site: Site) -> None:
    for _ in range(4):
        site.client.get("/topics/ai.atom")
    site.client.get("/topics/ai.rss")
    assert site.find("topic_feeds_render_seconds_count", kind="feed") == 2
    assert (site.find("topic_feeds_render_seconds_sum", kind="feed") or 0) > 0


def test_requests_that_nobody_has_seen_are_counted(site: Site) -> None:
    site.log.dropped += 7
    assert site.find("topic_feeds_requests_unobserved_total") == 7
    assert site.find("topic_feeds_requests_unobserved_total") == 7


def test_both_formats_have_the_same_samples(site: Site) -> None:
    site.client.get("/topics/ai.atom")
    site.read()
    texts, opens = list_samples(site.read()), list_samples(site.read(OPENMETRICS))
    names = {sample.name for sample in texts}
    assert {"topic_feeds_catalog_version", "topic_feeds_render_seconds_bucket", "topic_feeds_info"} <= names
    assert names == {sample.name for sample in opens}


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=abc", "text/plain;version=1.x", ";;=,,"])
def test_a_format_that_nobody_knows_is_plain_text(site: Site, accept: str) -> None:
    response = site.client.get("/metrics", auth=("", TOKEN), headers={"Accept": accept})
    assert response.status_code == 200
    assert list(parse_text(response.text))


def test_hostile_requests_make_no_labels(site: Site) -> None:
    for number in range(50):
        site.client.get(f"/wp-{number}.php?x={number}", headers={"User-Agent": f"Bot {number}"})
        site.client.open("/feed.atom", method=f"ODD{number}")
        site.client.get(f"/topics/ai.atom?limit={number + 1}")
    labels = {(name, value) for sample in list_samples(site.read()) for name, value in sample.labels.items()}
    assert {name for name, _ in labels} == {"kind", "status", "le", "state", "version"}
    assert {value for name, value in labels if name == "kind"} <= set(RequestKind)
    assert {value for name, value in labels if name == "status"} == {"200", "404", "405"}


def test_the_state_of_the_catalog(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write_text("b", "title: [oops\n")
    newsroom.write("c", exerpt="A typing error")
    newsroom.collect()
    since = to_seconds(newsroom.now)
    with newsroom.catalog.writing_outbox() as outbox:
        outbox.put("https://hub.example/", [Notification("/feed.atom", "x", since, attempts=0, due=since)])
    newsroom.wait(minutes=3)
    site = Site(newsroom.catalog, newsroom.clock)
    figures = {sample.name.removeprefix("topic_feeds_"): sample.value for sample in list_samples(site.read())}
    expected = {
        "catalog_readable": 1,
        "catalog_version": 1,
        "catalog_age_seconds": 180,
        "rejected_files": 1,
        "warnings": 1,
        "outbox_notifications": 1,
        "outbox_oldest_seconds": 180,
    }
    assert expected.items() <= figures.items()
    assert site.find("topic_feeds_freshness", state="quiet") == 1
    assert site.find("topic_feeds_freshness", state="stale") == 0
    site.log.stop()


def test_without_a_catalog_there_are_still_metrics() -> None:
    missing = Catalog("sqlite:///nothing/catalog.sqlite3")
    site = Site(missing)
    assert site.client.get("/feed.atom").status_code == 503
    assert site.find("topic_feeds_catalog_readable") == 0
    assert site.find("topic_feeds_requests_total", kind="feed", status="503") == 1
    assert site.find("topic_feeds_catalog_version") is None
    site.log.stop()
    missing.close()

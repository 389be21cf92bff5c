"""The publisher sees the statistics as a page."""

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.catalog.request_totals import Limits
from feeds.model.clock import to_seconds
from feeds.site.pages.html import render_statistics
from feeds.statistics.report import Period, make_report
from feeds.statistics.tally import FeedRequest, Tally
from tests.support.app import NOW, TOKEN, make_client, make_settings


@pytest.fixture(scope="module")
def publisher(catalog: Catalog) -> FlaskClient:
    tally = Tally()
    request = FeedRequest("/topics/ai.atom", "/topics/ai.atom", 200, "Feedly/1.0 (poller; 1,462 subscribers;)")
    tally.add(request, time=to_seconds(NOW))
    with catalog.writing_totals() as writer:
        writer.add(tally.take(), limits=Limits())
    return make_client(catalog, FEEDS_TOKEN=TOKEN)


def read(client: FlaskClient, query: str = "") -> str:
    response = client.get(f"/stats{query}", auth=("", TOKEN))
    assert response.status_code == 200
    return response.text


def test_the_page_shows_subscribers_and_the_chosen_days(publisher: FlaskClient) -> None:
    assert "1,462 stated subscribers and 1 request in 30 days" in read(publisher)
    assert "1,462 stated subscribers and 1 request in 7 days" in read(publisher, "?days=7&utm_source=x")


def test_without_requests_there_are_no_charts() -> None:
    page = render_statistics(make_report((), Period(0, 6), max_age_seconds=900), make_settings()).decode()
    assert "Nobody has requested a feed in 7 days." in page
    assert 'class="charts"' not in page


@pytest.mark.parametrize("days", ["0", "91", "x", "9" * 99])
def test_an_invalid_number_of_days(publisher: FlaskClient, days: str) -> None:
    response = publisher.get(f"/stats?days={days}", auth=("", TOKEN))
    assert (response.status_code, response.headers["Cache-Control"]) == (400, "no-store")
    assert response.text == "“days”: invalid value; expected a whole number from 1 to 90.\n"


def test_no_public_page_links_to_the_statistics(publisher: FlaskClient) -> None:
    for path in ("/", "/topics/ai", "/compose", "/sitemap.xml", "/robots.txt", "/feeds.opml"):
        assert "/stats" not in publisher.get(path).text

"""The page of statistics, as read by an HTML parser."""

from datetime import UTC, datetime

from lxml import html

from feeds.catalog.request_totals import DailyTotals, Totals
from feeds.site.pages.environment import MAX_STATISTICS_ROWS
from feeds.site.pages.html import render_statistics
from feeds.statistics.report import Period, make_report
from tests.support.app import make_settings

PERIOD = Period.ending_at(datetime(2026, 11, 26, tzinfo=UTC), days=7)
FEED = "/topics/sea.atom"


def render(*totals: DailyTotals) -> html.HtmlElement:
    report = make_report(totals, PERIOD, max_age_seconds=900)
    settings = make_settings(FEEDS_SITE_URL="https://news.example/feeds")
    page: html.HtmlElement = html.fromstring(render_statistics(report, settings).decode())
    return page


def read_rows(page: html.HtmlElement, section: str) -> list[list[str]]:
    rows = page.xpath(f"//section[@aria-labelledby='{section}-heading']//tbody/tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def test_feeds_and_readers_have_a_row_each() -> None:
    page = render(
        DailyTotals(PERIOD.last, FEED, "Feedly", Totals(2_000, 1_500, 0, 1_462, stated=1), (2_000,)),
        DailyTotals(PERIOD.last, "/feed.rss", "Greedy", Totals(10, 0, 10)),
    )
    assert read_rows(page, "feeds") == [[FEED, "1,462", "2,000", "75%"], ["/feed.rss", "–", "10", "0%"]]
    assert read_rows(page, "readers") == [
        ["Feedly ignores max-age", "1,462", "2,000", "75%"],
        ["Greedy ignores 304", "–", "10", "0%"],
    ]
    assert "1,462 stated subscribers and 2,010 requests in 7 days, 75% of them" in page.find(".//main").text_content()


def test_the_charts_have_a_bar_for_each_day() -> None:
    page = render(DailyTotals(PERIOD.last - 1, FEED, "Feedly", Totals(20, 0, 0, 9, stated=1), (20,)))
    labels = page.xpath("//svg/@aria-label")
    assert labels == ["Requests by day: 0, 0, 0, 0, 0, 20, 0", "Subscribers stated by day: 0, 0, 0, 0, 0, 9, 0"]


def test_other_peoples_text_is_escaped() -> None:
    page = render(DailyTotals(PERIOD.last, "/feed.atom?q=<script>", "<script>alert(1)</script>", Totals(1, 0, 0)))
    assert [script.text for script in page.xpath("//script")] == [None]
    assert read_rows(page, "readers")[0][0] == "<script>alert(1)</script>"


def test_long_tables_are_cut() -> None:
    count = MAX_STATISTICS_ROWS + 3
    page = render(
        *(DailyTotals(PERIOD.last, f"/topics/{n}.atom", f"reader {n}", Totals(1, 0, 0)) for n in range(count))
    )
    assert len(read_rows(page, "feeds")) == len(read_rows(page, "readers")) == MAX_STATISTICS_ROWS
    assert page.text_content().count("And 3 more") == 2


def test_the_page_says_what_it_cannot_know_and_stays_out_of_search_engines() -> None:
    page = render()
    assert len(page.xpath("//ul[@class='cautions']/li")) == 5
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex, nofollow"]
    assert "No requests for feeds in this period." in page.text_content()


def test_links_lead_to_other_periods_below_the_path_of_the_site() -> None:
    links = render().xpath("//p[@class='days facts']/a/@href")
    assert links == [f"/feeds/stats?days={days}" for days in (30, 90)]

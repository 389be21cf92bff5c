"""The pages of digests: a list of issues, and for each issue a page that keeps its stories."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from feeds.model.document import Document
from feeds.model.errors import GoneError, MovedError, NotFoundError
from feeds.site.documents import make_document, parse_and_resolve
from feeds.web.app import create_app
from tests.support.app import SITE_URL, make_settings
from tests.support.newsroom import Newsroom

SETTINGS = make_settings()
AI = "/topics/ai/daily"
DAY = "2021-03-0{}T07:00:00Z"


@pytest.fixture
def week(newsroom: Newsroom) -> Newsroom:
    """Collect stories of 1, 2 and 4 March on the 5th."""
    newsroom.now = datetime(2021, 3, 5, 8, tzinfo=UTC)
    picture = [{"url": "https://images.example/a.jpg", "width": 600, "height": 400}]
    newsroom.write("a", title="Calm & <b>", publishedDateTime=DAY.format(1), topics=["AI"], heat=5, images=picture)
    newsroom.write("b", title="Hot", publishedDateTime=DAY.format(1), topics=["AI", "Tides"], heat=50, excerpt="Why.")
    newsroom.write("c", title="Bon", publishedDateTime=DAY.format(2), topics=["AI"], quality=90, locale="fr")
    newsroom.write("d", title="Tide", publishedDateTime=DAY.format(4), topics=["AI", "Tides"])
    newsroom.collect()
    return newsroom


def get(newsroom: Newsroom, path: str, query_string: str = "") -> Document:
    with newsroom.catalog.reading() as reader:
        address = parse_and_resolve(
            path, reader, query_string=query_string, defaults=SETTINGS.defaults, now=newsroom.now
        )
        return make_document(address, reader, settings=SETTINGS, now=newsroom.now)


def read(newsroom: Newsroom, path: str, query_string: str = "") -> LexborHTMLParser:
    return LexborHTMLParser(get(newsroom, path, query_string).body.decode())


def list_titles(page: LexborHTMLParser) -> list[str]:
    return [node.text(strip=True) for node in page.css(".story h3")]


def find_links(page: LexborHTMLParser) -> dict[str, str]:
    """Return the canonical URL, and the links to the newer and the older page."""
    return {
        str(node.attributes["rel"]): str(node.attributes["href"]).removeprefix(SITE_URL)
        for node in page.css("head link")
        if node.attributes["rel"] in {"canonical", "prev", "next"}
    }


def test_entries_link_to_the_pages_of_their_issues(week: Newsroom) -> None:
    for digest, query_string in ((AI, ""), ("/feed/weekly", ""), ("/topics/ai+!tides/daily", "min_heat=1")):
        feed = get(week, f"{digest}.atom", query_string).body.decode()
        links = re.findall(rf'<link href="{SITE_URL}([^"]*)" rel="alternate"', feed.replace("&amp;", "&"))
        page, *issues = sorted(links or re.findall(rf'rel="alternate"[^>]*href="{SITE_URL}([^"]*)"', feed), key=len)
        assert page == (f"{digest}?{query_string}" if query_string else digest)
        for issue in issues:
            path, _, own_query = issue.partition("?")
            assert (path.rpartition("/")[0], own_query) == (digest, query_string)
            assert find_links(read(week, path, own_query))["canonical"] == issue


def test_an_issue_shows_the_stories_of_its_entry(week: Newsroom) -> None:
    page = read(week, f"{AI}/2021-03-01")
    assert list_titles(page) == ["Hot", "Calm & <b>"]
    assert page.css(".story h3 a")[0].attributes["href"] == "https://gazette.example/b"
    assert "Why." in page.css(".story")[0].text()
    assert page.css(".story img")[0].attributes["src"] == "https://images.example/a.jpg"
    assert read(week, f"{AI}/2021-03-02").css(".story h3")[0].attributes["lang"] == "fr"


def test_issues_link_to_their_neighbours(week: Newsroom) -> None:
    days = [f"{AI}/2021-03-0{day}" for day in (1, 2, 4)]
    links = [find_links(read(week, day)) for day in days]
    assert links == [
        {"canonical": days[0], "prev": days[1]},
        {"canonical": days[1], "prev": days[2], "next": days[0]},
        {"canonical": days[2], "next": days[1]},
    ]
    assert find_links(read(week, f"{AI}/2021-03-03")) == {
        "canonical": f"{AI}/2021-03-03",
        "prev": days[2],
        "next": days[1],
    }


def test_a_list_links_to_its_issues_and_feeds(week: Newsroom) -> None:
    page = read(week, AI)
    assert [node.attributes["href"] for node in page.css(".story h3 a")] == [
        f"{AI}/2021-03-0{day}" for day in (4, 2, 1)
    ]
    feeds = [node.attributes["href"] for node in page.css('head link[rel="alternate"]')]
    assert feeds == [f"{SITE_URL}{AI}.{format}" for format in ("atom", "rss", "json")]
    assert not page.css('meta[name="robots"]')
    assert read(week, AI, "min_heat=1").css('meta[name="robots"]')
    assert read(week, f"{AI}/2021-03-01").css('meta[name="robots"]')[0].attributes["content"] == "noindex, nofollow"
    assert len(read(week, AI, "limit=1").css(".story")) == 1


def test_an_issue_changes_only_with_its_neighbour_or_its_name(week: Newsroom) -> None:
    old, newest = get(week, f"{AI}/2021-03-02"), get(week, f"{AI}/2021-03-04")
    week.write("c", title="Changed", publishedDateTime=DAY.format(2), topics=["AI"], quality=90)
    week.write("d", title="Tide", publishedDateTime=DAY.format(4), topics=["AI"], heat=9)
    week.write("e", title="New", publishedDateTime=DAY.format(5), topics=["AI"])
    week.delete("b")
    week.collect()
    week.wait(days=1)
    assert (get(week, f"{AI}/2021-03-02"), get(week, f"{AI}/2021-03-04")) == (old, newest)
    with pytest.raises(NotFoundError):
        get(week, f"{AI}/2021-03-05")
    week.collect()
    assert get(week, f"{AI}/2021-03-02") == old
    changed = get(week, f"{AI}/2021-03-04")
    assert changed.body != newest.body
    assert changed.last_modified == get(week, f"{AI}/2021-03-05").last_modified == week.now
    (week.folder / "topics").mkdir()
    (week.folder / "topics" / "ai.yaml").write_text("name: Machines\nrenamed_from: AI\n", encoding="utf-8")
    week.collect()
    with pytest.raises(MovedError, match="/topics/machines/daily/2021-03-02"):
        get(week, f"{AI}/2021-03-02")
    renamed = get(week, "/topics/machines/daily/2021-03-02")
    assert old.last_modified is not None
    assert b"Machines" in renamed.body
    assert renamed.last_modified == week.now > old.last_modified


MISSING = (
    f"{AI}/2021-03-05",
    f"{AI}/2021-02-28",
    f"{AI}/2021-02-30",
    f"{AI}/9999-12-31",
    f"{AI}/2021-W09",
    f"{AI}/2021-03-01.atom",
    "/topics/ai/weekly/2021-W09",
    "/topics/ai/weekly/2021-03-01",
    "/topics/ai/hourly/2021-03-01",
    "/topics/ai/daily/2021-03-01/x",
    "/topics/nope/daily",
    "/providers/nope.example/daily/2021-03-01",
    "/daily",
)


def test_other_issues_are_not_found(week: Newsroom) -> None:
    for path in MISSING:
        with pytest.raises(NotFoundError):
            get(week, path)


@pytest.fixture
def client(week: Newsroom) -> FlaskClient:
    return create_app(SETTINGS, week.catalog, clock=week.clock).test_client()


SPELLINGS = {
    "/Topics/AI/Daily": AI,
    "/topics/ai/daily/": AI,
    "/topics/AI/daily/2021-03-01/": f"{AI}/2021-03-01",
    "/feed/daily/2021-03-01/?utm_source=x": "/feed/daily/2021-03-01",
    "/topics/ai/weekly/2021-w08": "/topics/ai/weekly/2021-W08",
}


def test_other_spellings_redirect(client: FlaskClient) -> None:
    for path, canonical in SPELLINGS.items():
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (301, canonical)


def test_a_limit_counts_issues_not_stories(week: Newsroom) -> None:
    assert get(week, f"{AI}/2021-03-01", "limit=1") == get(week, f"{AI}/2021-03-01")


def test_pages_answer_conditional_requests(client: FlaskClient) -> None:
    for path in (AI, f"{AI}/2021-03-01", "/feed/daily/2021-03-04", "/providers/gazette.example/daily?min_heat=1"):
        first = client.get(path)
        assert first.status_code == 200
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304


def test_a_retired_topic_says_so_in_its_list(week: Newsroom) -> None:
    (week.folder / "topics").mkdir()
    (week.folder / "topics" / "ai.yaml").write_text("_id: AI\nname: AI\nretired: 2021-03-05\n", encoding="utf-8")
    week.collect()
    page = read(week, AI)
    assert list_titles(page)[0] == "AI has been retired"
    assert len(list_titles(page)) == 4
    week.wait(days=400)
    with pytest.raises(GoneError):
        get(week, f"{AI}/2021-03-01")

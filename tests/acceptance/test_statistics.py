"""A day of real readers at two servers on two machines: the statistics know exactly what was requested."""

import json
import random
from collections import Counter, defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner

from feeds.cli import main
from tests.acceptance.test_machines import make_site
from tests.support.articles import write_titled_article
from tests.support.environment import SOAK
from tests.support.postgresql import DatabaseServer
from tests.support.site import SiteServer
from tests.support.user_agents import AGGREGATORS, BROWSERS, PROGRAMS

pytestmark = pytest.mark.timeout(600)

# URLs as readers request them, and the feed behind each; of other URLs, nothing is counted.
URLS = {
    "/feed.atom": "/feed.atom",
    "/feed.xml": "/feed.atom",
    "/topics/robots.atom": "/topics/robots.atom",
    "/topics/robots.atom?utm_source=reader": "/topics/robots.atom",
    "/topics/robots.rss": "/topics/robots.rss",
    "/topics/robots.json?limit=5&min_quality=0": "/topics/robots.json?min_quality=0&limit=5",
    "/topics/robots/daily.atom": "/topics/robots/daily.atom",
    "/topics/robots": "",
    "/topics/ROBOTS.atom": "",
    "/nothing.atom": "",
    "/": "",
}
REQUESTS = 10_000 if SOAK else 700
# An aggregator states one number at a time: of several User-Agents with one name and id, the last is used.
STATING = {(name, feed_id): agent for agent, (name, _, feed_id) in AGGREGATORS.items()}
READERS = {
    **{agent: AGGREGATORS[agent] for agent in STATING.values()},
    **{agent: (name, 0, "") for agent, name in PROGRAMS.items()},
    **dict.fromkeys(BROWSERS, ("(web browser)", 0, "")),
}


class Truth:
    """What was requested: counted beside the requests, without the program's code."""

    def __init__(self) -> None:
        self.requests = Counter[tuple[str, str]]()
        self.not_modified = Counter[tuple[str, str]]()
        self.unconditional = Counter[tuple[str, str]]()
        self._stated: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)

    def add(self, agent: str, url: str, *, status: int, has_etag: bool) -> None:
        name, subscribers, feed_id = READERS[agent]
        key = URLS[url], name
        self.requests[key] += 1
        self.not_modified[key] += status == 304
        self.unconditional[key] += not has_etag
        if subscribers:
            self._stated[key][feed_id or url] = subscribers

    @property
    def subscribers(self) -> dict[tuple[str, str], int]:
        return {key: sum(stated.values()) for key, stated in self._stated.items()}


class Reader:
    """A reader with connections to both servers; without `has_memory`, it never sends a validator."""

    def __init__(self, agent: str, servers: list[SiteServer], *, has_memory: bool) -> None:
        self._agent = agent
        self._connections = [HTTPConnection(urlsplit(server.url).netloc) for server in servers]
        self._has_memory = has_memory
        self._etags: dict[str, str] = {}

    def request(self, url: str, *, machine: int, truth: Truth) -> None:
        etag = self._etags.get(url, "")
        headers = {"User-Agent": self._agent, **({"If-None-Match": etag} if etag else {})}
        connection = self._connections[machine]
        connection.request("GET", url, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if self._has_memory and answer.headers["ETag"]:
            self._etags[url] = answer.headers["ETag"]
        if URLS[url]:
            assert answer.status in {200, 304}, url
            truth.add(self._agent, url, status=answer.status, has_etag=bool(etag))

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


@pytest.fixture(scope="module")
def day(postgresql: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, str]:
    """Let all readers request feeds from two servers with two processes each; give the truth and the database."""
    root = tmp_path_factory.mktemp("statistics")
    content = root / "content"
    content.mkdir()
    write_titled_article(content / "story.md")
    database_url = postgresql.create_database()
    sites = [make_site(root / name, content=content, database_url=database_url) for name in ("one", "two")]
    sites[0].collect()
    truth, chance = Truth(), random.Random(16)  # noqa: S311 the same day every time
    with ExitStack() as stack:
        servers = [stack.enter_context(site.with_settings(WEB_CONCURRENCY="2").serving()) for site in sites]
        readers = [Reader(agent, servers, has_memory=chance.random() < 0.8) for agent in READERS]
        for reader in readers:
            stack.callback(reader.close)
        for _ in range(REQUESTS):
            url = chance.choice(list(URLS))
            chance.choice(readers).request(url, machine=chance.randrange(2), truth=truth)
    return truth, database_url


@pytest.fixture(scope="module")
def report(day: tuple[Truth, str]) -> dict[str, object]:
    result = CliRunner().invoke(main, ["stats", "--days", "2", "--json"], env={"DATABASE_URL": day[1]})
    assert result.exit_code == 0, result.output
    report: dict[str, object] = json.loads(result.stdout)
    return report


def pick(report: dict[str, object], field: str) -> dict[tuple[str, str], int]:
    """Return the numbers in a field by feed and reader, without zeros."""
    feeds: list[dict[str, list[dict[str, int]]]] = report["feeds"]  # type: ignore[assignment]
    found = {(str(feed["feed"]), str(each["reader"])): each[field] for feed in feeds for each in feed["readers"]}
    return {key: number for key, number in found.items() if number}


def test_every_request_is_counted_once(day: tuple[Truth, str], report: dict[str, object]) -> None:
    truth, _ = day
    assert pick(report, "requests") == truth.requests
    assert report["requests"] == truth.requests.total()


def test_answers_304_and_requests_without_validators_are_exact(
    day: tuple[Truth, str], report: dict[str, object]
) -> None:
    truth, _ = day
    assert pick(report, "not_modified") == +truth.not_modified
    assert pick(report, "unconditional") == +truth.unconditional


def test_subscribers_are_exact(day: tuple[Truth, str], report: dict[str, object]) -> None:
    truth, _ = day
    assert pick(report, "subscribers") == truth.subscribers
    assert report["subscribers"] == sum(truth.subscribers.values())


def test_no_address_and_no_spelling_is_stored(day: tuple[Truth, str]) -> None:
    _, database_url = day
    with psycopg.connect(database_url) as connection:
        stored = [row for (row,) in connection.execute("SELECT request_totals::text FROM request_totals")]
    assert len(stored) > 50
    assert not [row for row in stored if "127.0.0.1" in row or "utm_source" in row or "::1" in row]


def test_today_is_the_day_of_all_requests(report: dict[str, object]) -> None:
    days: list[dict[str, object]] = report["days"]  # type: ignore[assignment]
    assert sum(bool(each["requests"]) for each in days) <= 2  # midnight may pass
    assert datetime.fromisoformat(str(days[-1]["day"])).date() <= datetime.now(UTC).date()

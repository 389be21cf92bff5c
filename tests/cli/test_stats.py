"""`feeds stats` shows stored statistics or those of a log, as tables or JSON."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from feeds.catalog.catalog import Catalog
from feeds.catalog.request_totals import Limits
from feeds.cli import main
from feeds.statistics.tally import FeedRequest, Tally
from tests.support.paths import SEEDS
from tests.support.user_agents import AGGREGATORS

Run: TypeAlias = Callable[..., Result]
LINE = '203.0.113.5 - - [{day:02}/Nov/2020:09:00:00 +0100] "GET {url} HTTP/1.1" {status} 512 "-" "{agent}"\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `feeds stats` in an empty folder, with the seeds as articles."""
    monkeypatch.chdir(tmp_path)

    def invoke(*args: str, command: str = "stats", stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(main, [command, *args], env={"FEEDS_CONTENT": str(SEEDS)}, input=stdin)

    return invoke


def write_log(path: Path, *requests: tuple[str, str, int], day: int = 26) -> Path:
    """Write a log of requests, each with URL, User-Agent and status."""
    lines = [LINE.format(day=day, url=url, agent=agent, status=status) for url, agent, status in requests]
    path.write_text("".join(lines))
    return path


def test_without_requests(run: Run) -> None:
    assert run(command="collect").exit_code == 0
    result = run()
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith(": 0 requests; 0 stated subscribers.")
    assert "feeds stats --log FILE" in result.stdout


def test_without_a_catalog(run: Run) -> None:
    result = run()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "run `feeds collect` first" in result.stderr


def test_stored_statistics(run: Run, tmp_path: Path) -> None:
    assert run(command="collect").exit_code == 0
    tally = Tally()
    now = datetime.now(UTC).timestamp()
    for agent, status, conditional, count in (
        ("Feedly/1.0 (poller; 1,462 subscribers;)", 304, True, 200),
        ("newsboat/2.33.0", 304, True, 3),
        ("Greedy/2.0", 200, False, 12),
    ):
        request = FeedRequest("/topics/ai.atom", "/topics/ai.atom", status, agent, conditional)
        tally.add(request, time=now, count=count)
    catalog = Catalog(f"sqlite:///{tmp_path / '.feeds' / 'catalog.sqlite3'}")
    with catalog.writing_totals() as writer:
        writer.add(tally.take(), limits=Limits())
    catalog.close()
    _, *lines = run("--days", "1").stdout.splitlines()
    assert lines == [
        "",
        "Feed             Subscribers   Requests   304",
        "/topics/ai.atom        1,462        215   94%",
        "",
        "Reader    Subscribers   Requests   304",
        "Feedly          1,462        200  100%  ignores max-age",
        "Greedy              -         12    0%  ignores 304",
        "newsboat            -          3  100%",
    ]


def test_a_log_needs_no_catalog_and_stores_nothing(run: Run, tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", *[("/feed.atom", agent, 200) for agent in AGGREGATORS if '"' not in agent])
    report = json.loads(run("--json", "--log", str(path)).stdout)
    assert {reader["reader"] for reader in report["readers"]} == {name for name, *_ in AGGREGATORS.values()}
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]


def test_the_days_of_a_log_end_with_its_last_request(run: Run, tmp_path: Path) -> None:
    old = write_log(tmp_path / "old.log", ("/feed.atom", "X/1", 200), day=1)
    new = write_log(tmp_path / "new.log", ("/feed.atom", "X/1", 200), ("/feed.atom", "X/1", 304), day=3)
    report = json.loads(run("--json", "--days", "2", "--log", str(new), "--log", str(old)).stdout)
    assert [(day["day"], day["requests"]) for day in report["days"]] == [("2020-11-02", 0), ("2020-11-03", 2)]
    assert report["readers"][0]["not_modified_share"] == 0.5
    assert report["readers"][0]["ignores_304"] is None


def test_one_feed(run: Run, tmp_path: Path) -> None:
    urls = ("/topics/ai.atom", "/topics/ai.rss", "/topics/aid.rss", "/feed.xml", "/topics/ai+sea.json?limit=5")
    path = str(write_log(tmp_path / "a.log", *[(url, "X/1", 200) for url in urls]))

    def list_feeds(feed: str) -> list[str]:
        report = json.loads(run("--json", "--log", path, "--feed", feed).stdout)
        return [each["feed"] for each in report["feeds"]]

    assert list_feeds("/topics/ai") == ["/topics/ai.atom", "/topics/ai.rss"]
    assert list_feeds("/feed.atom") == list_feeds("/feed.xml") == ["/feed.atom"]
    assert list_feeds("/topics/sea+ai.json?limit=5") == ["/topics/ai+sea.json?limit=5"]
    assert list_feeds("/topics/none") == []


def test_one_feed_of_a_site_below_a_path(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDS_SITE_URL", "https://news.example/repo")
    path = str(write_log(tmp_path / "a.log", ("/repo/topics/ai.atom", "X/1", 200), ("/repo/feed.atom", "X/1", 200)))
    report = json.loads(run("--json", "--log", path, "--feed", "https://news.example/repo/topics/ai.atom").stdout)
    assert [each["feed"] for each in report["feeds"]] == ["/topics/ai.atom"]


def test_standard_input(run: Run) -> None:
    line = LINE.format(day=26, url="/feed.rss", agent="X/1", status=200)
    result = run("--log", "-", stdin=line.encode())
    assert "/feed.rss" in result.stdout


def test_other_peoples_text_is_escaped(run: Run, tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", ("/feed.atom?q=%1b[2J", "E\x1b[2Jvil/1", 200), ("/feed.atom", "X/1", 200))
    with path.open("a") as log:
        log.write("\x1b[2J\n")
    result = run("--log", str(path))
    assert result.exit_code == 0
    assert "\x1b" not in result.output


def test_unreadable_lines_are_reported(run: Run, tmp_path: Path) -> None:
    path = write_log(tmp_path / "a.log", ("/feed.atom", "X/1", 200))
    path.write_text(f"nonsense\n{path.read_text()}{path.read_text().replace('2020', '9998')}")
    result = run("--log", str(path))
    assert result.exit_code == 0
    assert result.stdout.startswith("2020-10-28 to 2020-11-26: 1 request")
    assert result.stderr == f"2 lines have an unknown format or impossible time, first line 1 of {path}; left out.\n"


def test_a_log_in_an_unknown_format(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("nonsense\n")
    result = run("--log", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        f"Error: No line has a known format, not even line 1 of {path}. Log in the combined"
    )

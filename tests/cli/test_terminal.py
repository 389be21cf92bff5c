"""The output on a terminal, and its absence in a pipe."""

import os
import re
import sys
import time
from itertools import chain, repeat
from pathlib import Path

import pytest
from click.testing import CliRunner

from feeds.cli import main
from feeds.cli.progress import show_progress
from feeds.cli.terminal import clip, count_columns, is_terminal, measure, pad
from feeds.model.clock import SYSTEM_CLOCK
from feeds.settings import Settings
from feeds.web.startup_message import suggest_urls
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.site import fetch
from tests.support.terminal import run_on_terminal, starting_on_terminal

SEEDS = str(ROOT / "seeds")
RED, YELLOW = "\x1b[31m", "\x1b[33m"
GOOD = "title: A story\nwebUrl: https://news.example/a\npublishedDateTime: 2021-01-01\n"


@pytest.fixture(autouse=True)
def at_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, at a common terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FEEDS_CONTENT", SEEDS)
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def write(name: str, front: str, body: str = "") -> None:
    path = Path("articles") / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\n{front}---\n{body}")


def check(columns: int = 80) -> list[str]:
    return run_on_terminal("check", "articles", columns=columns)[1].lines


# check


def test_check_groups_problems_by_file() -> None:
    write("a", GOOD + "images: [{}]\ntitle: again\n")
    write("b", GOOD + "images: [{}, {}]\n")
    code, screen = run_on_terminal("check", "articles")
    assert code == 1
    assert re.fullmatch(r"Checking  █{22}  2/2  [\d,]+/s", screen.lines[0])
    *lines, summary = screen.lines[1:]
    assert lines == [
        "articles/a.md",
        "  5:10 warning bad-image: An image without `url` is left out; add `url` or",
        "    remove the image.",
        "  6:1 error duplicate-key: Duplicate key `title`; keep one.",
        "",
        "articles/b.md",
        "  5:10 warning bad-image: An image without `url` is left out; add `url` or",
        "    remove the image.",
        "  5:14 warning bad-image: An image without `url` is left out; add `url` or",
        "    remove the image.",
        "",
    ]
    assert re.fullmatch(r"2 articles, 4 problems \(1 error, 3 warnings\), [\d.]+ s", summary)
    assert f"{RED}\x1b[1merror" in screen.raw
    assert f"{YELLOW}\x1b[1mwarning" in screen.raw
    assert f"{RED}1 error" in screen.raw
    assert f"{YELLOW}3 warnings" in screen.raw


def test_check_of_good_articles_has_no_colour() -> None:
    code, screen = run_on_terminal("check")
    (summary,) = screen.lines[1:]
    assert code == 0
    assert re.fullmatch(r"2 articles, 0 problems, [\d.]+ s", summary)
    assert RED not in screen.raw


def test_in_a_pipe_each_problem_is_a_line() -> None:
    write("a", GOOD + "title: again\n")
    result = CliRunner().invoke(main, ["check", "articles"])
    assert result.stdout.startswith("articles/a.md:5:1: error duplicate-key Duplicate key `title`;")
    assert len(result.stdout.splitlines()) == 1


def test_formats_for_programs_are_the_same_on_a_terminal() -> None:
    write("a", GOOD + "title: again\n")
    assert run_on_terminal("check", "--format", "github", "articles")[1].lines[1].startswith("::error file=")


# collect


def test_collect_ends_with_a_summary_in_aligned_lines() -> None:
    code, screen = run_on_terminal("collect", columns=72)
    assert code == 0
    bar, articles, entries, feeds, more, timing, version = screen.lines
    assert re.fullmatch(r"Collecting  █{14}  2/2  [\d,]+/s", bar)
    assert articles == "Articles  2 read, 0 unchanged, 0 rejected, 0 removed"
    assert entries == "Entries   3 added, 0 changed, 0 withdrawn, 0 unchanged"
    assert feeds == "Feeds     /feed, /providers/govtech.com, /providers/masslive.com,"
    assert more == "          /topics/ai, /topics/computer-vision changed"
    assert re.fullmatch(r"Time      scan [\d.]+ s, read [\d.]+ s, publish [\d.]+ s", timing)
    assert version == "Version   1"
    assert "\x1b[32m3 added" in screen.raw
    assert "publishing ..." in screen.raw


@pytest.mark.slow
def test_a_collect_without_files_to_read_shows_no_bar() -> None:
    write("a", GOOD)
    run_on_terminal("collect", "articles")
    Path("articles/a.md").unlink()
    screen = run_on_terminal("collect", "--force", "articles")[1]
    assert screen.lines[0] == "Articles  0 read, 0 unchanged, 0 rejected, 1 removed"


def test_collect_reports_rejected_articles() -> None:
    write("a", GOOD + "title: again\n")
    screen = run_on_terminal("collect", "articles")[1]
    assert "  5:1 error duplicate-key: Duplicate key `title`; keep one." in screen.lines
    assert f"{RED}1 rejected" in screen.raw


def test_progress_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = chain([0.0, 1.0, 2.0], repeat(10.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with show_progress("Working", final_step="tidying ...") as progress:
        for done in (0, 5, 500, 501, 1000):
            progress(done, 1000)
    states = [re.sub(r"\x1b\[[?\d;]*[a-zA-Z]", "", state).rstrip() for state in capsys.readouterr().err.split("\r")]
    assert states == [
        "Working ...",
        "Working  ░░░░░░░░░░░░░░░░░░░░░░  5/1000  5/s  0:03:19 left",
        "Working  ███████████░░░░░░░░░░░  500/1000  250/s  0:00:02 left",
        "Working  ██████████████████████  1000/1000  100/s  tidying ...",
        "Working  ██████████████████████  1000/1000  100/s",
    ]


def test_narrow_terminals_show_no_bar() -> None:
    assert "█" not in run_on_terminal("check", columns=60)[1].text


# topics


def test_topics_are_a_table_with_a_header() -> None:
    run_on_terminal("collect")
    code, screen = run_on_terminal("topics")
    assert (code, screen.lines) == (
        0,
        [
            "Topic            Entries  Newest      Name",
            "ai                     3  2020-12-22  AI",
            "computer-vision        3  2020-12-22  Computer Vision",
        ],
    )


def test_topics_fit_the_terminal() -> None:
    write("a", GOOD + 'topics: ["鷗 Möwen und andere Vögel", "x\\e[31m"]\n')
    run_on_terminal("collect", "articles")
    screen = run_on_terminal("topics", columns=64)[1]
    assert [measure(line) <= 64 for line in screen.lines] == [True] * 3
    assert screen.lines[-1].endswith("…")
    assert "\x1b[31m" not in screen.raw


def test_a_composed_feed_is_never_cut() -> None:
    run_on_terminal("collect")
    screen = run_on_terminal("topics", "ai+!computer-vision", columns=40)[1]
    assert screen.lines == [
        "Feed                 Entries  Newest      Name",
        "ai+!computer-vision        0  -           AI, not Computer Vision — Topic Feeds",
        "http://localhost:8000/topics/ai+!computer-vision.atom",
    ]


def test_a_catalog_without_topics_is_explained() -> None:
    Path("articles").mkdir()
    run_on_terminal("collect", "articles")
    assert run_on_terminal("topics")[1].lines == ["No topics yet: no collected article names a topic."]


# serve


@pytest.mark.program
@pytest.mark.parametrize("has_topics", [True, False])
def test_serve_prints_working_urls(tmp_path: Path, *, has_topics: bool) -> None:
    (tmp_path / "empty").mkdir()
    if has_topics:
        run_on_terminal("collect")
    port = find_free_port()
    site = f"http://localhost:{port}"
    environ = {"PORT": str(port), "WEB_CONCURRENCY": "1"}
    last = "/topics/ai.atom" if has_topics else "/feed.atom"
    command = [sys.executable, "-m", "feeds", "serve", SEEDS if has_topics else "empty"]
    with starting_on_terminal(command, folder=tmp_path, environ={**os.environ, **environ}) as (
        process,
        screen,
    ):
        deadline = time.monotonic() + 60
        while f"{site}{last}\r\n" not in screen.raw:
            assert process.poll() is None, screen.text
            assert time.monotonic() < deadline, screen.text
            time.sleep(0.01)
        named = re.findall(rf"{site}(\S+)", screen.text)
        statuses = [fetch(site + path).status for path in named]
    assert named == ["/", *(["/topics/ai"] if has_topics else []), last]
    assert statuses == [200] * len(named)
    assert f"Serving Topic Feeds at {site}/" in screen.lines
    assert ("Collecting changes in the background:" in screen.lines) == has_topics
    assert process.returncode == 0


def test_without_a_catalog_there_is_nothing_to_suggest() -> None:
    settings = Settings.from_environ({"FEEDS_SITE_URL": "https://news.example/feeds", "DATABASE_URL": "sqlite:///no"})
    assert list(suggest_urls(settings, now=SYSTEM_CLOCK.now())) == []


# Colours


@pytest.mark.parametrize("args", [["topics", "nope"], ["check", "nowhere"], ["check", "--nope"]])
def test_an_error_is_red(args: list[str]) -> None:
    run_on_terminal("collect")
    assert f"Error: {RED}" in run_on_terminal(*args)[1].raw


@pytest.mark.parametrize(("value", "is_plain"), [("1", True), ("0", True), ("", False)])
def test_no_color_is_respected(value: str, monkeypatch: pytest.MonkeyPatch, *, is_plain: bool) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    write("a", GOOD + "title: again\n")
    for args in (["check", "articles"], ["collect", "articles"], ["topics"], ["topics", "nope"], ["check", "--nope"]):
        screen = run_on_terminal(*args)[1]
        assert bool(re.search(r"\x1b\[\d", screen.raw)) is not is_plain or args == ["topics"]
    assert "  5:1 error duplicate-key: Duplicate key `title`; keep one." in check()


def test_a_dumb_terminal_counts_as_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    write("a", GOOD + "title: again\n")
    for args in (["check", "articles"], ["collect"], ["topics"], ["topics", "nope"]):
        screen = run_on_terminal(*args)[1]
        piped = CliRunner().invoke(main, args)
        assert "\x1b" not in screen.raw
        assert len(screen.lines) == len(piped.output.splitlines())
    assert check()[0].startswith("articles/a.md:5:1: error duplicate-key ")


# Terminals


def test_closed_streams_and_files_are_no_terminals(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        assert not is_terminal(file)
        assert count_columns(file) == 80
    assert not is_terminal(None)


@pytest.mark.parametrize(("given", "columns"), [("44", 44), ("0", 80), ("many", 80)])
def test_columns_sets_the_width(given: str, columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", given)
    with (tmp_path / "file").open("w") as file:
        assert count_columns(file) == columns


@pytest.mark.parametrize(
    ("text", "columns", "clipped"),
    [("gull", 4, "gull"), ("gulls", 4, "gul…"), ("鷗鷗", 4, "鷗鷗"), ("鷗鷗鷗", 5, "鷗鷗…"), ("鷗鷗鷗", 4, "鷗…")],
)
def test_texts_are_cut_by_their_width(text: str, columns: int, clipped: str) -> None:
    assert clip(text, columns) == clipped
    assert measure(pad(clipped, columns)) == columns

"""`feeds adopt` reports every entry, asks before guesses, and writes `adopted.yaml` once."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from feeds.cli import main
from tests.support.articles import write_article
from tests.support.terminal import starting_on_terminal

Run: TypeAlias = Callable[..., Result]

ITEM = (
    "<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{id}</guid>"
    "<pubDate>{date}</pubDate></item>"
)
DATE = "Mon, 01 Mar 2021 12:00:00 GMT"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    content = tmp_path / "content"
    for name in ("one", "two"):
        write_article(
            content,
            name,
            title=f"Story {name}",
            webUrl=f"https://blog.example/{name}/",
            publishedDateTime="2021-03-01T12:00:00Z",
        )
    items = [
        ITEM.format(title="Story one", link="http://blog.example/one", id="1", date=DATE),
        ITEM.format(title="Story Two", link="http://old.example/?p=2", id="2", date=DATE),
        ITEM.format(title="Gone\u202e", link="http://blog.example/gone", id="3", date="soon"),
    ]
    self_link = '<link xmlns="http://www.w3.org/2005/Atom" rel="self" href="https://blog.example/index.xml"/>'
    (tmp_path / "old.xml").write_text(f'<rss version="2.0"><channel>{self_link}{"".join(items)}</channel></rss>')

    def invoke(*args: str) -> Result:
        return CliRunner().invoke(main, ["adopt", *args], env={"FEEDS_CONTENT": str(content)})

    return invoke


@pytest.fixture
def adopted(tmp_path: Path) -> Path:
    return tmp_path / "content" / "adopted.yaml"


def test_a_dry_run_shows_all_entries_and_writes_nothing(run: Run, adopted: Path) -> None:
    result = run("--dry-run", "old.xml")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.replace(str(adopted.parent), "content") for line in result.stdout.splitlines()]
    assert lines == [
        "old.xml: RSS, served from now on by /feed.rss",
        "  address  2021-03-01  Story one  ->  content/one.md",
        "  -        2021-03-01  Story Two  ->  by title and date only; --yes takes it over",
        "  -        no date     Gone\\u202e  ->  no article has its address, or its title and date",
        "1 of 3 entries keep their ids: 1 by address, 0 by title and date; 2 do not.",
        "Nothing was written. Without --dry-run, the ids go into content/adopted.yaml.",
    ]
    assert not adopted.exists()


def test_a_pipe_is_never_asked(run: Run, adopted: Path) -> None:
    result = run("old.xml")
    assert result.exit_code == 0
    assert "Story one" not in result.stdout
    assert 'rss: "1"' in adopted.read_text()
    assert 'rss: "2"' not in adopted.read_text()


def test_yes_accepts_guesses_and_a_second_run_changes_nothing(run: Run, adopted: Path) -> None:
    assert "2 of 3 entries keep their ids: 1 by address, 1 by title and date" in run("--yes", "old.xml").stdout
    text = adopted.read_text()
    assert text.split("\n", 2)[2] == (
        'feeds:\n- url: "https://blog.example/index.xml"\n  feed: "/feed.rss"\n'
        'entries:\n- url: "https://blog.example/one/"\n  rss: "1"\n- url: "https://blog.example/two/"\n  rss: "2"\n'
    )
    result = run("old.xml")
    assert "Nothing is new; " in result.stdout
    assert adopted.read_text() == text
    assert [path.name for path in adopted.parent.glob(".*")] == []


def test_json(run: Run, adopted: Path) -> None:
    result = run("--json", "--yes", "--as", "/feed.json", "--address", "https://blog.example/a.xml", "old.xml")
    report = json.loads(result.stdout)
    assert (report["written"], report["file"]) == (True, str(adopted))
    (feed,) = report["feeds"]
    assert (feed["urls"], feed["feed"], feed["format"]) == (["https://blog.example/a.xml"], "/feed.json", "rss")
    assert [(entry["outcome"], entry["by"], entry["id"]) for entry in feed["entries"]] == [
        ("adopted", "address", "1"),
        ("adopted", "title", "2"),
        ("no article", "", "3"),
    ]
    assert 'json: "1"' in adopted.read_text()


def test_nothing_to_adopt_is_no_success(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.xml").write_text('<rss version="2.0"><channel><title>Other</title></channel></rss>')
    result = run("other.xml")
    assert result.exit_code == 1
    assert "0 of 0 entries" in result.stdout
    assert "other.xml does not name its address; give it with --address." in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Missing argument"),
        (("a.xml",), "Cannot read a.xml"),
        (("--as", "/feed", "old.xml", "old.xml"), "need a single URL or FILE"),
        (("--as", "/latest", "old.xml"), "/latest is not a feed of this site"),
        (("--address", "https://blog.example/latest", "old.xml"), "/latest is the address of a page of this site"),
        (("--address", "index.xml", "old.xml"), "--address must be an absolute http(s) URL"),
        (("--address", "https://blog.example:99999/a.xml", "old.xml"), "--address must be an absolute http(s) URL"),
    ],
)
def test_errors(run: Run, adopted: Path, args: tuple[str, ...], message: str) -> None:
    result = run(*args)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert not adopted.exists()


def test_a_damaged_file_stays(run: Run, adopted: Path) -> None:
    adopted.write_text("entries:\n- id: urn:x\n")
    result = run("old.xml")
    assert result.exit_code == 1
    assert f"{adopted}:2:3: error missing-url" in result.stderr
    assert adopted.read_text() == "entries:\n- id: urn:x\n"


@pytest.mark.program
def test_a_person_is_asked(run: Run, adopted: Path, tmp_path: Path) -> None:
    assert run("--dry-run", "old.xml").exit_code == 0
    write_article(adopted.parent, "three", webUrl="https://blog.example/three/", topics="[Go]")
    old = (tmp_path / "old.xml").read_text().replace("/index.xml", "/tags/go/index.xml")
    (tmp_path / "old.xml").write_text(old)
    command = [sys.executable, "-m", "feeds", "adopt", "old.xml"]
    environ = {**os.environ, "FEEDS_CONTENT": str(adopted.parent), "COLUMNS": "60"}
    with starting_on_terminal(command, folder=tmp_path, environ=environ) as (process, screen):
        screen.type("y\ny\n")
        assert process.wait(timeout=60) == 0
    assert "Serve /topics/go there? [y/N]:" in screen.text
    assert "1 entry matches by title and date only. Keep the ids? [y/N]:" in screen.text
    assert "2 of 3 entries keep their ids: 1 by address, 1 by title and date" in screen.text.replace("\n", " ")
    assert all(len(line) <= 60 for line in screen.lines if line.startswith("  "))
    assert 'feed: "/topics/go.rss"' in adopted.read_text()

"""The commands: their output, their exit codes, and error messages instead of tracebacks."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import click
import pytest
from click.testing import CliRunner, Result

from feeds import __version__
from feeds.cli import main
from feeds.cli.announce import notify_hubs, notifying_in_background
from feeds.settings import SETTINGS, Settings
from tests.support.hub import running_hub

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
COMMANDS = main.list_commands(click.Context(main))
Run: TypeAlias = Callable[..., Result]

HUBBED = [f"/{stem}.{format}" for stem in ("feed", "providers/news.example") for format in ("atom", "json", "rss")]
BAD_DATABASES = [
    "sqlite:///no/such/folder/catalog.sqlite3",
    "sqlite:///.",
    "sqlite:///junk",
    "mysql://u:hunter2@localhost/feeds",
    "postgresql://u:hunter2@localhost:1/feeds",
    "nonsense",
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder, with the seeds as articles."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "junk").write_text("this is not a database")

    def invoke(*args: str, **environ: str) -> Result:
        return CliRunner().invoke(main, args, env={"FEEDS_CONTENT": str(SEEDS), **environ})

    return invoke


@pytest.fixture
def collected(run: Run) -> Run:
    """Collect the seeds first."""
    assert run("collect").exit_code == 0
    return run


def write_article(folder: Path, name: str, front: str = "", title: str = "A story") -> Path:
    path = folder / f"{name}.md"
    path.write_text(
        f"---\ntitle: {title}\nwebUrl: https://news.example/{name}\npublishedDateTime: 2021-01-01\n{front}\n---\n"
    )
    return path


def assert_sentence(result: Result, *words: str) -> None:
    """Assert that a command ended with an error message of one sentence."""
    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert last.startswith("Error: ") or last.endswith(".")
    assert [word for word in words if word not in result.stderr] == []


def test_collect_prints_a_summary(run: Run) -> None:
    first, second = run("collect"), run("collect")
    assert first.stdout.startswith("articles: 2 read, 0 unchanged, 0 rejected, 0 removed\nentries: 3 added, ")
    assert "\nfeeds: /feed, /providers/govtech.com, /providers/masslive.com, /topics/ai, /topics/" in first.stdout
    assert second.stdout.splitlines()[1:3] == [
        "entries: 0 added, 0 changed, 0 withdrawn, 3 unchanged",
        "feeds: unchanged",
    ]
    assert first.stderr == second.stderr == ""


@pytest.mark.parametrize(
    ("args", "environ"),
    [
        (["collect", "no\x1b[31m\u202esuch"], {}),
        (["collect"], {"FEEDS_LIMIT": "\x1b[31m\u202e"}),
        (["show", "/topics/\x1b[31m\u202e.atom"], {}),
        (["topics", "\x1b[31m\u202e"], {}),
        (["\x1b[31m\u202e"], {}),
        (["export", "--\x1b[31m\u202e"], {}),
        (["audit", "http://localhost:1/\x1b[31m\u202e"], {}),
    ],
)
def test_no_message_obeys_control_characters(collected: Run, args: list[str], environ: dict[str, str]) -> None:
    output = collected(*args, **environ).output
    assert r"\x1b[31m\u202e" in output or "%1B%5B31m%E2%80%AE" in output
    assert not {"\x1b", "\u202e"} & set(output)


def test_names_of_topics_have_no_control_characters(run: Run, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    write_article(tmp_path / "content", "a", 'topics: ["Ti\\u202edes"]')
    run("collect", "content")
    assert r"Ti\u202edes" in run("topics").stdout
    shown = run("topics", "--json").stdout
    assert r"Ti\u202edes" in shown
    assert json.loads(shown)[0]["name"] == "Ti\u202edes"


def test_a_collect_in_another_shell_keeps_the_published_settings(run: Run) -> None:
    shown = {"FEEDS_SITE_URL": "https://news.example", "FEEDS_SITE_TITLE": "News", "FEEDS_LIMIT": "10"}
    assert "settings:" not in run("collect", **shown).stdout
    elsewhere = run("collect", FEEDS_LIMIT="10")
    assert "feeds: unchanged" in elsewhere.stdout
    assert elsewhere.stderr.splitlines() == [
        "FEEDS_SITE_URL is not set; keeping https://news.example of the last collect. `FEEDS_SITE_URL=` drops it.",
        "FEEDS_SITE_TITLE is not set; keeping News of the last collect. `FEEDS_SITE_TITLE=` drops it.",
    ]
    assert 'href="https://news.example/feed.atom" rel="self"' in run("show", "/feed.atom").stdout
    changed = run("collect", **shown | {"FEEDS_SITE_TITLE": "", "FEEDS_LIMIT": "20"})
    assert changed.stderr == ""
    assert changed.stdout.splitlines()[3:5] == [
        "settings: FEEDS_LIMIT changed from 10 to 20 on the whole site",
        "settings: FEEDS_SITE_TITLE changed from News to the default on the whole site",
    ]


def test_settings_beside_the_articles_count_everywhere(run: Run, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write_article(content, "good", "topics: [Gulls]")
    (content / "feeds.toml").write_text('title = "Harbour News"\ndescription = "All of the harbour."\n')
    assert "1 added" in run("collect", "content").stdout
    for environ in ({"FEEDS_CONTENT": "content"}, {}):  # in another shell, published values are kept
        shown = run("show", "/feed.atom", **environ).stdout
        assert ">Harbour News</title>" in shown
        assert ">All of the harbour.</subtitle>" in shown
    assert ">The latest stories on Gulls.</subtitle>" in run("show", "/topics/gulls.atom").stdout
    home = run("show", "/").stdout
    assert '<meta name="description" content="All of the harbour.">' in home
    assert '<p dir="auto">All of the harbour.</p>' in home
    listed = run("settings", FEEDS_CONTENT="content").stdout
    assert "FEEDS_SITE_TITLE=Harbour News\n    From content/feeds.toml:1. The name of your site" in listed
    assert "FEEDS_LIMIT=50\n    Default. Maximum" in listed


@pytest.mark.parametrize(
    "command", ["collect", "announce", "check", "serve", "export x", "topics", "show /", "settings"]
)
def test_every_command_rejects_a_bad_settings_file(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "feeds.toml").write_text("tilte = 3\n")
    result = run(*command.split(), FEEDS_CONTENT="content")
    assert_sentence(result, "content/feeds.toml:1: unknown setting `tilte`; did you mean `title`?")


def test_collect_reports_problems_and_continues(run: Run, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    write_article(content, "good")
    bad = write_article(content, "bad", "title: again")
    result = run("collect", str(content))
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{bad}:5:1: error duplicate-key ")
    assert "1 rejected" in result.stdout
    assert run("collect", "--strict", str(content)).exit_code == 1


def test_strict_accepts_good_articles(run: Run) -> None:
    assert run("collect", "--strict").exit_code == 0
    assert run("collect", "--strict").exit_code == 0


def test_strict_refuses_a_folder_without_articles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    result = run("collect", "--strict", "content")
    assert result.exit_code == 1
    assert "No articles found in content" in result.stderr


def test_collect_takes_folders_and_ignores_the_setting(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_article(tmp_path / name, name)
    assert "articles: 2 read" in run("collect", "a", "b", FEEDS_CONTENT="nowhere").stdout


@pytest.mark.slow
def test_removing_most_articles_needs_force(run: Run, tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    paths = [write_article(content, name) for name in "abc"]
    run("collect", "content")
    for path in paths[:2]:
        path.unlink()
    assert_sentence(run("collect", "content"), "2 of 3 articles", "--force")
    assert "2 removed" in run("collect", "content", "--force").stdout


def count(summary: str) -> str:
    """Return the last line of a check without the time."""
    found = re.fullmatch(r"(.*), [0-9]+\.[0-9] s", summary.splitlines()[-1])
    assert found
    return found[1]


def test_check_is_silent_about_good_articles(run: Run, tmp_path: Path) -> None:
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "")
    assert count(result.stderr) == "2 articles, 0 problems"
    assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["junk"]


@pytest.mark.parametrize(
    ("front", "exit_code", "summary"),
    [
        ("title: again", 1, "1 article, 1 problem (1 error, 0 warnings)"),
        ("images: [{}, {}]", 0, "1 article, 2 problems (0 errors, 2 warnings)"),
    ],
    ids=["error", "warning"],
)
def test_check_exits_with_1_on_an_error(run: Run, tmp_path: Path, front: str, exit_code: int, summary: str) -> None:
    write_article(tmp_path, "a", front)
    result = run("check", ".")
    assert (result.exit_code, count(result.stderr)) == (exit_code, summary)
    assert result.stdout.startswith("./a.md:5:") or result.stdout.startswith("a.md:5:")


def test_check_writes_json(run: Run, tmp_path: Path) -> None:
    write_article(tmp_path, "a", "title: again")
    report = json.loads(run("check", "--format", "json", ".").stdout)
    (problem,) = report.pop("problems")
    assert (problem["line"], problem["level"], problem["code"]) == (5, "error", "duplicate-key")
    assert report == {"articles": 1, "topic_files": 0, "errors": 1, "warnings": 0}
    assert json.loads(run("check", "--format", "json").stdout)["problems"] == []


def test_check_shows_where_the_fields_of_posts_come_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "mapping.toml").write_text('url = "https://blog.example"\n')
    (tmp_path / "blog" / "2024-05-01-a.md").write_text("---\ntitle: A\ntags: [b]\n---\n")
    result = run("check", "-v", "blog")
    assert (result.exit_code, count(result.stderr)) == (0, "1 article, 0 problems")
    assert result.stdout.splitlines() == [
        "blog/2024-05-01-a.md  https://blog.example/2024/05/01/a.html",
        "  publishedDateTime  from  name of the file",
        "  title              from  title",
        "  topics             from  tags",
        "  webUrl             from  name of the file",
        "",
    ]
    (post,) = json.loads(run("check", "-v", "--format", "json", "blog").stdout)["posts"]
    assert post["path"] == "blog/2024-05-01-a.md"
    assert post["address"] == "https://blog.example/2024/05/01/a.html"
    assert post["fields"]["topics"] == "tags"
    assert run("check", "-v", "blog/2024-05-01-a.md").stdout == result.stdout
    assert run("check", "blog").stdout == ""


def test_check_writes_for_github(run: Run, tmp_path: Path) -> None:
    write_article(tmp_path, "a", "title: again")
    assert run("check", "--format", "github", ".").stdout.startswith("::error file=")
    assert run("check", "--format", "github").stdout == ""


def test_check_takes_files_and_folders(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    (folder / "topics").mkdir(parents=True)
    named, topic = write_article(folder, "a", "images: [{}]"), folder / "topics" / "tides.yaml"
    write_article(folder, "b", "images: [{}]")
    topic.write_text("name: Tides\nmerged_into: Sea\n")
    result = run("check", "elsewhere/a.md", "./elsewhere/../elsewhere/a.md", str(named), "elsewhere/topics/tides.yaml")
    assert result.stdout.startswith("elsewhere/a.md:5:10: warning bad-image ")
    assert count(result.stderr) == "1 article, 1 topic file, 1 problem (0 errors, 1 warning)"
    whole = run("check", "elsewhere", str(named))
    assert count(whole.stderr) == "2 articles, 1 topic file, 2 problems (0 errors, 2 warnings)"
    assert "unknown-topic" in run("check", "elsewhere").stdout
    assert_sentence(
        run("check", "elsewhere/c.md"), "elsewhere/c.md not found; name a folder with articles or an article"
    )


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "notes.txt",
            "",
            "empty/notes.txt: the name of an article ends in .md or .markdown; name a file such as story.md.",
        ),
        ("UPPER.MD", "", "empty/UPPER.MD: the name of an article ends in .md or .markdown, in small letters; rename"),
        ("README.md", "Hello", "empty/README.md: a file about a repository is an article only with front matter"),
        (".draft.md", "", "empty/.draft.md: names that start with `.` or `#`, or end with `~`, are hidden"),
        (
            "tides.yaml",
            "name: Tides",
            "empty/tides.yaml: a topic file must be in a folder called `topics`; move the file.",
        ),
    ],
)
def test_check_says_why_there_is_nothing_to_check(
    run: Run, tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / name).write_text(text)
    for argument in ("empty", f"empty/{name}"):
        result = run("check", argument)
        assert result.exit_code == 0
        first, reason, summary = result.stderr.splitlines()
        assert first == f"Nothing to check: no article in {argument}."
        assert reason.startswith(sentence)
        is_warned = name == "UPPER.MD"
        assert count(summary) == f"0 articles, {'1 problem (0 errors, 1 warning)' if is_warned else '0 problems'}"
        assert result.stdout.startswith("empty/UPPER.MD:1:1: warning ignored-file ") is is_warned


def test_check_says_that_a_folder_is_empty(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "feeds.toml").touch()  # settings, which nobody meant as an article
    lines = run("check", "empty").stderr.splitlines()
    assert lines[0] == "Nothing to check: no article in empty. Add one, such as empty/story.md, or name another folder."
    for number in range(3):
        (tmp_path / "empty" / f"{number}.txt").touch()
    assert "empty/0.txt and 2 more: " in run("check", "empty").stderr


def test_check_warns_once_of_posts_in_html(run: Run, tmp_path: Path) -> None:
    """Half of a blog may be HTML, and would be missing without a word."""
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_config.yml").write_text("url: https://blog.example\nexclude: [old]\n")
    for name in ("2024-01-01-a.html", "2024-01-02-b.htm", "2024-01-03-c.md"):
        (tmp_path / "_posts" / name).write_text("---\ntitle: A\n---\nText.\n")
    (tmp_path / "index.html").write_text("---\n---\n")
    result = run("check", ".")
    assert result.exit_code == 0
    assert result.stdout == (
        "./_posts/2024-01-01-a.html:1:1: warning ignored-file This file and 1 more are ignored: posts in HTML are not"
        " read; let the name end in .md, because Markdown may contain HTML.\n"
    )


def test_check_names_ignored_files_beside_articles_only_if_they_are_named(run: Run, tmp_path: Path) -> None:
    article, notes = write_article(tmp_path, "a"), tmp_path / "notes.txt"
    notes.touch()
    assert len(run("check", ".").stderr.splitlines()) == 1
    assert run("check", str(article), str(notes)).stderr.startswith(f"{notes}: the name of an article ends in .md")


def test_topics_are_a_table(collected: Run) -> None:
    assert collected("topics").stdout.splitlines() == [
        "ai                     3  2020-12-22  AI",
        "computer-vision        3  2020-12-22  Computer Vision",
    ]


@pytest.mark.parametrize(
    ("order", "slugs"),
    [
        ([], ["boats", "sea", "tides"]),
        (["--sort=name"], ["boats", "sea", "tides"]),
        (["--sort", "count"], ["tides", "boats", "sea"]),
        (["--sort=NEWEST"], ["sea", "tides", "boats"]),
    ],
)
def test_topics_are_sorted(run: Run, tmp_path: Path, order: list[str], slugs: list[str]) -> None:
    (tmp_path / "content" / "topics").mkdir(parents=True)
    (tmp_path / "content" / "topics" / "quiet.yaml").write_text("name: Quiet\nretired: 2020-01-01\n")
    write_article(tmp_path / "content", "a", "topics: [Tides, boats]")
    write_article(tmp_path / "content", "b", "topics: [Tides, Sea]\nupdatedDateTime: 2021-02-02")
    text = (tmp_path / "content" / "b.md").read_text()
    (tmp_path / "content" / "b.md").write_text(text.replace("2021-01-01", "2021-02-01"))
    run("collect", "content")
    assert [line.split()[0] for line in run("topics", *order).stdout.splitlines()] == slugs
    listed = json.loads(run("topics", "--json", *order).stdout)
    assert [topic["slug"] for topic in listed] == slugs
    assert listed[slugs.index("sea")] == {
        "slug": "sea",
        "name": "Sea",
        "entries": 1,
        "newest": "2021-02-01T00:00:00Z",
        "url": "http://localhost:8000/topics/sea.atom",
    }


def test_a_composed_feed_is_described_as_json(collected: Run) -> None:
    assert json.loads(collected("topics", "ai+!computer-vision", "--json").stdout) == {
        "expression": "ai+!computer-vision",
        "name": "AI, not Computer Vision — Topic Feeds",
        "entries": 0,
        "newest": None,
        "url": "http://localhost:8000/topics/ai+!computer-vision.atom",
    }


@pytest.mark.parametrize(
    ("expression", "facts", "name", "reference"),
    [
        ("ai", "3  2020-12-22", "AI", "/topics/ai.atom"),
        (
            "computer-vision+AI?related=links",
            "1  2020-12-22",
            "AI and Computer Vision, articles only",
            "/topics/ai+computer-vision.atom?related=links",
        ),
        ("ai+!computer-vision", "0  -         ", "AI, not Computer Vision", "/topics/ai+!computer-vision.atom"),
        ("?min_heat=0&limit=7", "1  2020-12-22", "Everything, heat ≥ 0", "/feed.atom?min_heat=0&limit=7"),
    ],
)
def test_topics_describes_a_composed_feed(
    collected: Run, expression: str, facts: str, name: str, reference: str
) -> None:
    expected = f"{expression}        {facts}  {name} — Topic Feeds  http://localhost:8000{reference}\n"
    assert collected("topics", expression).stdout == expected


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("ai+robotix", "Error: Topic “robotix” not found; list them with `feeds topics`."),
        ("ai,,b", "Error: Invalid expression “ai,,b”: missing name between two signs"),
        ("ai?limit=0", "Error: “limit”: invalid value “0”"),
        ("ai/archive/1", "Error: “ai/archive/1” is not a topic expression."),
        ("/x", "Error: “/x” is not a topic expression."),
    ],
)
def test_topics_reports_a_bad_expression(collected: Run, expression: str, sentence: str) -> None:
    assert_sentence(collected("topics", expression), sentence)


def test_topics_prints_nothing_without_articles(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run("collect", "empty")
    assert (run("topics").exit_code, run("topics").stdout) == (0, "")


@pytest.mark.parametrize("path", ["/topics/ai.atom", "topics/ai.atom", "/TOPICS/AI.ATOM", "/topics/%61i.atom"])
def test_show_accepts_any_spelling_of_a_path(collected: Run, path: str) -> None:
    result = collected("show", path)
    assert result.exit_code == 0
    assert result.stdout_bytes.count(b"<entry>") == 3
    assert b'href="http://localhost:8000/topics/ai.atom" rel="self"' in result.stdout_bytes


@pytest.mark.parametrize(
    "reference",
    [
        "/topics/ai+computer-vision.atom?min_quality=0&limit=2",
        "/Topics/computer-vision+AI.atom?limit=02&utm_source=x&min_quality=0",
    ],
)
def test_show_writes_a_composed_feed(collected: Run, reference: str) -> None:
    result = collected("show", reference)
    assert result.exit_code == 0
    canonical = b"http://localhost:8000/topics/ai+computer-vision.atom?min_quality=0&amp;limit=2"
    assert b'href="' + canonical + b'" rel="self"' in result.stdout_bytes


@pytest.mark.parametrize(
    ("path", "beginning"),
    [("/", b"<!doctype html>"), ("/feed.json", b"{"), ("/feeds.opml", b"<?xml"), ("/favicon.ico", b"\x00\x00\x01\x00")],
)
def test_show_writes_any_document(collected: Run, path: str, beginning: bytes) -> None:
    assert collected("show", path).stdout_bytes.startswith(beginning)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/nothing", "No document at /nothing; give a path such as /topics/ai.atom."),
        ("nothing", "No document at nothing; give a path such as /topics/ai.atom."),
        ("/static/../x", "No document at /static/../x; give a path"),
        ("/static/x", "File not found."),
        ("/topics/nothing.atom", "Topic “nothing” not found; list them with `feeds topics`."),
        ("/topics/%FF.atom", " not found; list them"),
        ("/providers/nobody.example", "Provider “nobody.example” not found."),
    ],
)
def test_show_reports_a_missing_path(collected: Run, path: str, sentence: str) -> None:
    assert_sentence(collected("show", path), "Error: ", sentence)


def test_settings_show_each_with_its_value_and_hide_passwords(run: Run) -> None:
    result = run("settings", DATABASE_URL="postgresql://ada:hunter2@localhost/feeds", FEEDS_LIMIT="7")
    lines = result.stdout.splitlines()
    assert [line.partition("=")[0] for line in lines[::2]] == [setting.name for setting in SETTINGS]
    assert "FEEDS_LIMIT=7" in lines
    assert "hunter2" not in result.output


def test_settings_are_written_as_json_with_their_origins(run: Run) -> None:
    secrets = {"DATABASE_URL": "postgresql://ada:hunter2@localhost:1/feeds", "FEEDS_TOKEN": "hunter2-hunter2-hunter2"}
    result = run("settings", "--json", FEEDS_LIMIT="7", **secrets)
    listed = json.loads(result.stdout)
    assert list(listed) == [setting.name for setting in SETTINGS]
    assert (listed["FEEDS_LIMIT"]["value"], listed["FEEDS_LIMIT"]["origin"]) == ("7", "the variable FEEDS_LIMIT")
    assert (listed["FEEDS_LINK"]["value"], listed["FEEDS_LINK"]["origin"]) == ("web", "default")
    assert listed["FEEDS_TOKEN"]["value"] == "***"
    assert listed["PORT"]["help"] == "The port the server listens on."
    assert "hunter2" not in result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
    assert f" {command} " in result.stdout.splitlines()[0]


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").stdout == f"feeds, version {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_list_shows_whole_sentences(run: Run, name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    sentence = " ".join((command.help or "").partition("\n\n")[0].split())
    assert len(sentence) <= 50
    assert sentence.endswith(".")
    assert f"  {name:<10}{sentence}" in run("--help", COLUMNS="80").stdout.splitlines()
    assert f" {name} {sentence} " in f"{' '.join(run('--help', COLUMNS='50').stdout.split())} "


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["colect"], "No such command 'colect'. Did you mean 'collect'?"),
        (["nope"], "No such command 'nope'."),
        (["render"], "No such command 'render'."),
        (["collect", "--forse"], "No such option '--forse'. Did you mean '--force'?"),
        (["--verson"], "No such option '--verson'. Did you mean '--version'?"),
    ],
)
def test_an_unknown_name_gets_a_suggestion(run: Run, args: list[str], message: str) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


@pytest.mark.parametrize(
    "command",
    [
        ["collect"],
        ["announce"],
        ["check"],
        ["audit", "http://news.example/"],
        ["serve"],
        ["export", "site"],
        ["topics"],
        ["show", "/"],
        ["settings"],
    ],
)
def test_every_command_rejects_a_bad_setting(run: Run, command: list[str]) -> None:
    assert_sentence(run(*command, FEEDS_LIMIT="many", FEEDS_LIMITS="1"), "FEEDS_LIMIT", "FEEDS_LIMITS", "1 to 200")


@pytest.mark.parametrize("url", BAD_DATABASES)
@pytest.mark.parametrize("command", [["collect"], ["topics"], ["show", "/"], ["export", "site"]])
def test_a_bad_database_is_reported(run: Run, command: list[str], url: str) -> None:
    result = run(*command, DATABASE_URL=url)
    assert_sentence(result)
    assert "hunter2" not in result.output


@pytest.mark.parametrize("command", [["topics"], ["show", "/"], ["export", "site"]])
def test_without_a_catalog_commands_suggest_collect(run: Run, command: list[str]) -> None:
    assert_sentence(run(*command), "run `feeds collect` first")


@pytest.mark.parametrize("command", ["collect", "check", "serve"])
def test_a_missing_folder_is_reported(run: Run, command: str) -> None:
    for folder in ("nowhere", "\udcff"):
        assert_sentence(run(command, folder), "not found; name a folder", "FEEDS_CONTENT")
    if command != "check":  # which takes files too
        assert_sentence(run(command, "junk"), "junk is a file; name the folder that holds the articles.")


def test_a_folder_without_articles_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "notes.txt").write_text("---")
    found = run("collect", "content")
    assert found.exit_code == 0
    sentence = "No articles found in content: articles are files whose names end in .md or .markdown."
    assert found.stderr.count(sentence) == 1
    write_article(tmp_path / "content", "good")
    assert "No articles" not in run("collect", "content").stderr


@pytest.mark.parametrize("command", ["collect", "check"])
def test_settings_in_the_wrong_folder_are_reported(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "content").mkdir()
    write_article(tmp_path / "content", "good")
    (tmp_path / "feeds.toml").write_text("limit = 3\n")
    sentence = "feeds.toml in the current folder is not used; move the file to the articles, into content."
    assert sentence in run(command, "content").stderr
    (tmp_path / "feeds.toml").rename(tmp_path / "content" / "feeds.toml")
    assert "not used" not in run(command, "content").stderr


@pytest.mark.parametrize("args", [["collect", "--nope"], ["nope"], ["show"], ["export"], ["check", "--format", "xml"]])
def test_bad_arguments_print_the_usage(run: Run, args: list[str]) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


def start(folder: Path, command: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell command with `feeds` as a shell function."""
    own = {"FEEDS_CONTENT": str(SEEDS), "PYTHONPATH": str(ROOT), **environ}
    script = f'feeds() {{ "{sys.executable}" -m feeds "$@"; }}; {command}'
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=folder, env={**os.environ, **own}, capture_output=True, check=False, timeout=60
    )


@pytest.mark.program
def test_in_a_pipe_there_is_no_progress_bar(tmp_path: Path) -> None:
    finished = start(tmp_path, "feeds collect && feeds check")
    assert finished.returncode == 0
    assert count(finished.stderr.decode()) == "2 articles, 0 problems"
    assert b"\r" not in finished.stdout
    assert b"\x1b" not in finished.stdout


@pytest.mark.program
@pytest.mark.parametrize(("command", "label"), [("check", "Checking"), ("collect", "Collecting")])
def test_on_a_terminal_there_is_a_progress_bar(tmp_path: Path, command: str, label: str) -> None:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    arguments = [sys.executable, "-m", "feeds", command, str(SEEDS)]
    finished = subprocess.run(
        arguments, cwd=tmp_path, env=environ, check=True, stdout=subprocess.PIPE, stderr=theirs, timeout=60
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(65_536)
    assert label.encode() in shown
    assert b"2/2" in shown
    assert label.encode() not in finished.stdout


@pytest.mark.program
@pytest.mark.parametrize("command", ["topics", "show /feed.atom", "settings", "check --format json", "--help"])
def test_a_closed_pipe_prints_no_error(tmp_path: Path, command: str) -> None:
    assert start(tmp_path, "feeds collect").returncode == 0
    finished = start(tmp_path, f"(sleep 0.1; feeds {command}) 2>errors | true; cat errors")
    assert finished.stdout == b"" or count(finished.stdout.decode()) == "2 articles, 0 problems"


@pytest.mark.program
def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    start(tmp_path, "feeds collect")
    for command in ("topics", "show /"):
        finished = start(tmp_path, f"feeds {command} >/dev/full")
        assert finished.returncode != 0
        assert b"No space left on device" in finished.stderr
        assert b"Traceback" not in finished.stderr


@pytest.mark.program
def test_a_command_searches_no_imported_module_for_garbage(tmp_path: Path) -> None:
    program = "import gc; from feeds.cli import main; main(['settings'], standalone_mode=False)"
    check = "assert gc.isenabled(); assert gc.get_freeze_count() > 10_000"
    command = [sys.executable, "-c", f"{program}; {check}"]
    ended = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()


@pytest.mark.program
def test_letters_outside_the_encoding_are_escaped(tmp_path: Path) -> None:
    write_article(tmp_path, "a", "topics: [Möwen 鷗]")
    finished = start(tmp_path, "feeds collect . >summary && feeds topics", PYTHONIOENCODING="latin-1")
    assert finished.stdout.decode("latin-1").endswith("Möwen \\u9dd7\n")


@pytest.mark.program
def test_a_closed_stderr_is_no_failure(tmp_path: Path) -> None:
    assert start(tmp_path, "feeds collect 2>&-").returncode == 0


@pytest.mark.slow
def test_hubs_are_notified_by_collect_or_announce(collected: Run, tmp_path: Path) -> None:
    with running_hub() as hub:
        named = {"FEEDS_HUBS": hub.url, "FEEDS_CONTENT": str(tmp_path / "articles")}
        (tmp_path / "articles").mkdir()
        for number, args in enumerate((["--force"], [], ["--no-announce"])):
            write_article(tmp_path / "articles", "a", title=f"Title {number}")
            assert collected("collect", *args, **named).exit_code == 0
        assert sorted(hub.paths) == HUBBED
        assert collected("announce", **named).output == ""
        assert sorted(hub.paths) == sorted(2 * HUBBED)
    assert collected("announce", FEEDS_HUBS="").output == "No hubs in FEEDS_HUBS; nothing to announce.\n"


def test_announce_reports_a_missing_catalog(run: Run) -> None:
    assert_sentence(run("announce", FEEDS_HUBS="http://localhost:1/"), "No catalog", "feeds collect")


def test_a_failed_notification_is_only_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environ = {"FEEDS_HUBS": "http://localhost:1/", "DATABASE_URL": f"sqlite:///{tmp_path / 'gone.sqlite'}"}
    notify_hubs(Settings.from_environ(environ))
    assert capsys.readouterr().err.startswith("Error: No catalog")


def test_without_hubs_wake_does_nothing() -> None:
    with notifying_in_background(Settings.from_environ({})) as wake:
        wake()


def test_watch_excludes_no_announce(run: Run) -> None:
    assert_sentence(run("collect", "--watch", "--no-announce"), "--watch cannot be combined with")


@pytest.mark.program
def test_a_collect_into_sqlite_imports_neither_postgresql_nor_feedgen() -> None:
    unused = ("feedgen", "sqlalchemy.dialects.postgresql")
    script = f"import sys, feeds.cli.collect; print([name for name in {unused} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert finished.stdout == "[]\n"

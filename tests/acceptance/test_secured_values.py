"""No command prints or publishes any part of a secured value, however damaged the file is."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from feeds.catalog.catalog import Catalog
from feeds.cli import main
from feeds.web.access_log import AccessLog
from feeds.web.app import ServerOptions, create_app
from feeds.web.request_log import RequestLog
from tests.support.app import TOKEN, make_settings
from tests.support.terminal import run_on_terminal

pytestmark = pytest.mark.program

MARK = "QMarkedQ"
GOOD = 'title: Story {0}\nwebUrl: "https://news.example/{0}"\npublishedDateTime: 2021-01-01\ntopics: [Tides]\n'
BROKEN = [
    f'secured: "{MARK}" {MARK}\n{GOOD}',
    f'secured: "{MARK}\n{MARK}: x"\n{GOOD}title: again\n',
    f"secured: {MARK}\n{MARK}\n{GOOD}",
    f"secured: {MARK}\n  {MARK}: {MARK}\n{GOOD}",
    f"secured: [{MARK},\n{MARK}: {MARK}\n{GOOD}",
    f"secured: {{{MARK}: {{{MARK}\n{GOOD}",
    f"secured: |\n  {MARK}\n {MARK}\n{GOOD}",
    f"secured: >\n\t{MARK}\n{GOOD}",
    f"'secured': {MARK}: {MARK}\n{GOOD}",
    f'secured "{MARK}"\n{GOOD}',
    f"title: x secured: {MARK}: {MARK}\n{GOOD}",
    f"? secured\n: {MARK}\n{MARK}\n{GOOD}",
    f'? "sec\\u0075red" # c\n: {MARK}: b: c\n{GOOD}',
    f'? "sec\\\n  ured"\n: [{MARK}}}\n{GOOD}',
    f"? [secured]\n: {MARK}\n{GOOD}",
    f"? {{secured: {MARK}}}\n: x\n{GOOD}",
    f"{{secured: {MARK}, title: {MARK}x, title: x}}\n",
    f'"secu\\x72ed": {MARK}: {MARK}\n{GOOD}',
    f"#secured: {MARK}\n{GOOD}{MARK}\n",
    f"secured: {MARK}\r\n {MARK}: x\r\n{GOOD}",
    f"other: [\u2028secured: {MARK}\n",
    f"{GOOD}related:\n  - secured: {MARK}\n    secured: {MARK}\n",
    f"secured: &s {MARK}\n{GOOD.replace('Story {0}', '*s')}",
    f"excerpt: &s {MARK}\nsecured: *s\n{GOOD}",
    f"secured: &{MARK} x\nexcerpt: *{MARK}\n{GOOD}",
    f"secured: *{MARK}\n{GOOD}",
    f"secured: @{MARK}\n{GOOD}",
    f"secured: %{MARK}\n{GOOD}",
    f'secured: "\\{MARK}"\n{GOOD}',
    f'secured: "{MARK}\\ud83d"\n{GOOD}',
    f"secured: !{MARK}!x {MARK}\n{GOOD}",
    f"secured: !<{MARK}> \x07{MARK}\n{GOOD}heat: x\n",
    f"secured: [{'[' * 60}{MARK}{']' * 60}]\n{GOOD}",
    f"<<: {MARK}\nsecured: {MARK}\n{GOOD}",
    f"secured: {{{MARK}: x, {MARK}: y}}\n{GOOD}",
    f"{MARK}: x\n{MARK}: y\nsecured: {MARK}\n{GOOD}",
    f"secured: {MARK}\n--- {MARK}\n{GOOD}",
    f"secured: {MARK}\n...\n{MARK}\n{GOOD}",
    f"secured: {MARK}\n",
    f"secured: {{title: {MARK}, titel: {MARK}}}\n{GOOD}expiryDate: x\n",
]
"""Front matter with errors, around or in a secured value."""

WHOLE = [
    f"---\nsecured: {MARK}\n".encode("utf-16"),
    f"---\nsecured: {MARK}\n".encode(),
    f"secured: {MARK}\n".encode(),
    f"---\nsecured: {MARK}\n---\n".encode() + b"\xff" + MARK.encode(),
]
FORMATS = [[], ["--format", "json"], ["--format", "github"]]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write good, hidden and damaged files."""
    folder = tmp_path_factory.mktemp("secrets") / "articles"
    (folder / "topics").mkdir(parents=True)
    (folder / "good.md").write_text(f"---\nsecured: {MARK}\n{GOOD.format('good')}---\nBody\n")
    (folder / "hidden.md").write_text(f"---\nsecured: {MARK}\npublished: false\n{GOOD.format('hidden')}---\n")
    for number, front in enumerate(BROKEN):
        named = front.replace("Story {0}", f"Story {number}").replace("/{0}", f"/{number}")
        (folder / f"{number:02}.md").write_bytes(f"---\n{named}---\n".encode())
        (folder / "topics" / f"{number:02}.yaml").write_bytes(f"name: Topic {number}\n{front}".encode())
    for number, data in enumerate(WHOLE):
        (folder / f"whole{number}.md").write_bytes(data)
    return folder


@pytest.fixture
def at_work(content: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside the articles, at a common terminal."""
    monkeypatch.chdir(content.parent)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FEEDS_CONTENT", str(content))
    return content


def assert_unmarked(text: str) -> None:
    for length in (len(MARK), 4):
        assert MARK[:length].lower() not in text.lower()
        assert MARK[-length:].lower() not in text.lower()


@pytest.mark.parametrize("options", FORMATS, ids=" ".join)
@pytest.mark.usefixtures("at_work")
def test_no_report_has_a_secured_value(options: list[str]) -> None:
    result = CliRunner().invoke(main, ["check", *options])
    assert result.exit_code == 1
    assert_unmarked(result.output)
    for number in range(len(BROKEN)):
        assert f"{number:02}.md" in result.stdout
    _, screen = run_on_terminal("check", *options)
    assert_unmarked(screen.raw)


def test_no_other_output_has_a_secured_value(at_work: Path) -> None:
    for args in (["collect"], ["collect", "--strict"], ["topics"], ["show", "/feed.atom"], ["export", "public"]):
        assert_unmarked(CliRunner().invoke(main, args).output)
        assert_unmarked(run_on_terminal(*args)[1].raw)
    exported = [path for path in (at_work.parent / "public").rglob("*") if path.is_file()]
    assert len(exported) > 20
    for path in exported:
        assert_unmarked(path.read_bytes().decode(errors="replace"))
    for name in ("catalog.sqlite3", "catalog.sqlite3-wal"):
        path = at_work.parent / ".feeds" / name
        assert_unmarked(path.read_bytes().decode("latin-1") if path.exists() else "")


@pytest.mark.usefixtures("at_work")
def test_no_page_for_the_publisher_has_a_secured_value(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["collect"])
    catalog = Catalog(make_settings().database_url)
    with (tmp_path / "log").open("wb") as file:
        log = RequestLog([AccessLog(file.fileno())])
        settings = make_settings(FEEDS_TOKEN=TOKEN)
        client = create_app(settings, catalog, options=ServerOptions(request_log=log)).test_client()
        for path in ("/feed.atom", "/", "/topics/tides", "/healthz", "/metrics", "/publisher", "/stats"):
            response = client.get(path, auth=("", TOKEN))
            assert response.status_code == 200
            assert_unmarked(response.text)
        assert f"{len(BROKEN) - 1:02}.md" in client.get("/publisher", auth=("", TOKEN)).text
        log.stop()
    catalog.close()
    lines = (tmp_path / "log").read_text()
    assert "/publisher" in lines
    assert_unmarked(lines)

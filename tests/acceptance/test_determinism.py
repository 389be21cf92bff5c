"""The same articles give the same bytes and validators in any process, time zone, locale and folder."""

import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.support.paths import ROOT, SEEDS
from tests.support.site import Site, SiteServer

pytestmark = pytest.mark.program

FORMATS = ("atom", "rss", "json")
# Two machines with only the articles in common.
HERE = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0", "WEB_CONCURRENCY": "1"}
THERE = {"TZ": "Asia/Kolkata", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "4242", "WEB_CONCURRENCY": "3"}
UNPUBLISHED_TOPIC = "/topics/natural-language-processing"
COMMON = {"FEEDS_SITE_URL": "https://feeds.example", "FEEDS_SITE_TITLE": "Möwen & Meer"}
SHOW_ALL = "import sys; from feeds.cli import main; [main(['show', p], standalone_mode=False) for p in sys.argv[1:]]"
REQUESTS_PER_PATH = 3  # to reach more than a single worker

Answer: TypeAlias = tuple[int, bytes, tuple[str | None, str | None]]


def write_articles(folder: Path, *, backwards: bool) -> None:
    """Write the seeds, and stories of the same second in several topics, optionally in reverse order."""
    folder.mkdir(parents=True)
    texts = {path.name: path.read_text() for path in SEEDS.iterdir()}
    for number, topic in enumerate(["AI", "ai", "C++", "C#"] * 3):
        texts[f"{number:02}.md"] = (
            f"---\ntitle: Möwe {number}\nwebUrl: https://news.example/{number % 9}\n"
            f"publishedDateTime: 2021-03-01T08:00:00+05:30\ntopics: [{topic!r}, Gulls]\n"
            f"provider: {{name: News {number}, domain: news.example}}\n---\nA *body*.\n"
        )
    for name in sorted(texts, reverse=backwards):
        (folder / name).write_text(texts[name], encoding="utf-8")


def make_site(folder: Path, *, settings: dict[str, str], backwards: bool) -> Site:
    write_articles(folder / "content", backwards=backwards)
    checkout = folder / "checkout"
    checkout.mkdir()
    (checkout / "feeds").symlink_to(ROOT / "feeds")
    return Site(folder, folder / "content", {**COMMON, **settings, "PYTHONPATH": str(checkout)})


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Site]:
    here = make_site(tmp_path_factory.mktemp("a"), settings=HERE, backwards=False)
    there = make_site(tmp_path_factory.mktemp("b") / "deeper" / "ünten", settings=THERE, backwards=True)
    here.collect()
    there.collect()
    return here, there


def list_paths(site: Site) -> list[str]:
    feeds = [f"{path}.{format}" for path in site.list_feeds() for format in FORMATS]
    return [*feeds, *(path for path in site.list_feeds() if path != "/feed"), "/", "/feeds.opml"]


def show_all(site: Site) -> bytes:
    """Render every document in a single process."""
    command = [sys.executable, "-c", SHOW_ALL, *list_paths(site)]
    return subprocess.run(command, cwd=site.folder, env=site.environ, capture_output=True, check=True).stdout


def request_all(server: SiteServer, paths: list[str]) -> dict[str, Answer]:
    """Request every path several times, and check that the answers are equal."""
    answers = {path: {request(server, path) for _ in range(REQUESTS_PER_PATH)} for path in paths}
    assert [path for path, found in answers.items() if len(found) > 1] == []
    return {path: found.pop() for path, found in answers.items()}


def request(server: SiteServer, path: str) -> Answer:
    response = server.get(path)
    # A feed that never had an entry has no Last-Modified.
    assert all(response.validators) or path.startswith(UNPUBLISHED_TOPIC), path
    assert response.validators[0], path
    return response.status, response.body, response.validators


def test_two_processes_render_the_same_bytes(sites: tuple[Site, Site]) -> None:
    here, there = sites
    assert here.folder != there.folder
    assert list_paths(here) == list_paths(there)
    rendered = show_all(here)
    assert rendered.count(b"<feed ") == len(here.list_feeds())
    assert rendered == show_all(there)


def test_two_servers_and_a_restart_give_equal_answers(sites: tuple[Site, Site]) -> None:
    here, there = sites
    paths = list_paths(here)
    with here.serving() as first, there.serving() as second:
        answers = request_all(first, paths)
        assert request_all(second, paths) == answers
    with here.serving() as restarted:
        assert request_all(restarted, paths) == answers


def test_show_writes_the_servers_answer(sites: tuple[Site, Site]) -> None:
    here, _ = sites
    with here.serving() as server:
        assert here.show("/topics/ai.atom") == server.get("/topics/ai.atom").body
        assert here.show("/TOPICS/AI.rss/") == server.get("/topics/ai.rss").body

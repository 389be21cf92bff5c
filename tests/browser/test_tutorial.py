"""Follow the tutorial word for word: run the commands, write the article, take the pictures."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import OpenWindow, Window
from tests.support.paths import ROOT, SEEDS
from tests.support.site import Site, SiteServer
from tests.support.terminal import starting_on_terminal

pytestmark = pytest.mark.program

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
ADDRESS = "http://localhost:8000"
TOPIC = "/topics/lighthouses"
# A fenced block, a picture, or lines of output.
STEP = re.compile(
    r"(?ms)^```(?P<kind>\w+)\n(?P<text>.*?)^```$|^!\[[^\]]+\]\((?P<picture>[^)]+)\)$|(?P<printed>(?:^ {4}\S[^\n]*\n)+)"
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a site like the checkout, with the command installed where `make serve` does."""
    shutil.copytree(SEEDS, tmp_path / "seeds")
    command = tmp_path / ".venv" / "bin" / "feeds"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m feeds "$@"\n')
    command.chmod(0o755)
    return Site(tmp_path, tmp_path / "seeds", {"FEEDS_SITE_URL": ADDRESS, "HOME": str(tmp_path)})


@pytest.fixture
def server(site: Site) -> Iterator[SiteServer]:
    with site.serving(("-m", "feeds", "serve", "seeds")) as server:
        yield server


def test_the_tutorial_can_be_followed(
    open_window: OpenWindow, site: Site, server: SiteServer, screenshots: Path | None, program: Callable[[str], str]
) -> None:
    newsboat = Path(program("newsboat"))
    environ = {**site.environ, "PATH": f"{newsboat.parent}:{os.environ['PATH']}"}
    window = open_window(viewport={"width": 1000, "height": 960})
    printed = ""
    for step in STEP.finditer(TUTORIAL):
        if step["picture"]:
            take_picture(window, screenshots, step["picture"])
        elif step["printed"]:
            missing = [line for line in step["printed"].splitlines() if line.strip() not in printed]
            assert missing == [], printed
        elif step["kind"] == "markdown":
            write_article(site, step)
            wait_for_edit(server, site)
        elif step["text"] == "make serve\n":
            printed = server.log.read_text()
        else:
            printed = run(step["text"].replace(ADDRESS, server.url), site.folder, environ)
            wait_for_edit(server, site)
    server.wait_until(lambda: b"<entry>" not in server.get(f"{TOPIC}.atom").body)
    assert server.get(f"{TOPIC}.atom").status == 200


def wait_for_edit(server: SiteServer, site: Site) -> None:
    """Wait until the server has published the excerpt of the article, if there is an article."""
    article = site.folder / "seeds" / "lighthouse.md"
    if article.exists():
        excerpt = article.read_text().partition('excerpt: "')[2].partition('"')[0]
        server.wait_until(lambda: excerpt.encode() in server.get(f"{TOPIC}.atom").body)


def write_article(site: Site, step: re.Match[str]) -> None:
    """Save an article to the file named in the text before it."""
    name = re.findall(r"save this as `([^`]+)`", TUTORIAL[: step.start()])[-1]
    (site.folder / name).write_text(step["text"])


def run(script: str, folder: Path, environ: Mapping[str, str]) -> str:
    """Run shell commands at a terminal, and return the screen's text."""
    with starting_on_terminal(["/bin/sh", "-ec", script], folder=folder, environ=environ) as (process, screen):
        process.wait(timeout=60)
    assert process.returncode == 0, screen.text
    return screen.text


def take_picture(window: Window, folder: Path | None, name: str) -> None:
    """Check that a picture of the tutorial shows the described content, and take the picture into the folder."""
    views: dict[str, Callable[[], Page | Locator]] = {
        "images/tutorial-home.png": lambda: look_at(window, "/", "Computer Vision"),
        "images/tutorial-topic.png": lambda: look_at(window, TOPIC, "Lighthouse opens its doors"),
        "images/tutorial-subscribe.png": lambda: window.page.locator("#subscribe"),
    }
    shown = views[name]()
    window.show_pictures()
    if folder:
        shown.screenshot(path=folder / Path(name).name)


def look_at(window: Window, path: str, text: str) -> Page:
    """Open a page and wait for a text: a server process checks for changes every 0.4 s."""
    page = window.visit(path)
    while page.get_by_text(text).count() == 0:
        page.wait_for_timeout(100)
        page.reload()
    return page

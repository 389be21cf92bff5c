"""Take screenshots of sites of every kind, for people to look at: `make screenshots`.

The sites are the seeds, invented news, and many topics; with `FEEDS_CORPUS`, a corpus of articles too.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from flask.testing import FlaskClient

from tests.browser.conftest import OpenApp
from tests.browser.harbour_news import write_news
from tests.support.app import collected, make_client
from tests.support.articles import write_article
from tests.support.environment import MATERIAL
from tests.support.paths import ROOT

HEIGHTS = {360: 740, 1280: 900}
_PLACES = ("Harbour", "Bridge", "Tower", "Market", "Forest", "River", "Valley", "Island", "Quarry", "Station")
_MATTERS = ("Safety", "History", "Budget", "Repairs", "Wildlife", "Traffic", "Energy", "Music", "Weather", "Planning")


class Shot(msgspec.Struct, frozen=True):
    """A page to photograph: of a site, in a language, at a width in pixels."""

    site: str
    path: str
    width: Literal[360, 1280] = 1280
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"
    is_full: bool = False

    @property
    def name(self) -> str:
        page = "-".join(re.findall(r"\w+", self.path)) or "home"
        return f"{self.site}-{page}-{self.language}-{self.width}-{self.scheme}"


SHOTS = (
    Shot("seeds", "/"),
    Shot("seeds", "/", 360, "dark"),
    Shot("seeds", "/topics/ai", is_full=True),
    Shot("seeds", "/compose", is_full=True),
    Shot("harbour", "/"),
    Shot("harbour", "/", 360, is_full=True),
    Shot("harbour", "/topics/harbour", scheme="dark"),
    Shot("harbour", "/topics/harbour/weekly"),
    Shot("harbour", "/topics/harbour/weekly", 360, "dark"),
    Shot("harbour", "/search?q=boats+harbour&sort=best"),
    Shot("harbour", "/search?q=harbuor"),
    Shot("harbour", "/topics/lighthose"),
    Shot("harbour", "/topics/lighthose", 360, "dark"),
    Shot("harbour", "/topics/harbour?min_heat=hot"),
    Shot("harbour", "/compose?any=harbour&not=lighthose&min_quality=many", is_full=True),
    Shot("harbour", "/", language="de"),
    Shot("harbour", "/topics/harbour", 360, language="de", is_full=True),
    Shot("harbour", "/compose", 360, language="de", is_full=True),
    Shot("harbour", "/", language="ar"),
    Shot("harbour", "/topics/harbour", scheme="dark", language="ar"),
    Shot("harbour", "/search?q=boats", 360, language="ar"),
    Shot("harbour", "/topics/harbour/weekly", 360, language="ar", is_full=True),
    Shot("448", "/"),
    Shot("448", "/", 360),
    Shot("448", "/topics-by-name", scheme="dark"),
    Shot("448", "/compose?any=river-music", 360, is_full=True),
    Shot("5000", "/"),
    Shot("5000", "/topics"),
    Shot("5000", "/topics?find=traffc", 360, "dark"),
    Shot("corpus", "/"),
    Shot("corpus", "/latest", 360, "dark"),
    Shot("corpus", "/topics/diablo-4"),
)


def write_topics(folder: Path, count: int) -> None:
    """Write a number of topics, some of them in groups, and articles about every seventh."""
    (folder / "topics").mkdir(parents=True)
    pairs = [f"{place} {matter}" for place in _PLACES for matter in _MATTERS]
    names = [pair + f" {number}" * (number > 1) for number in range(1, count // len(pairs) + 2) for pair in pairs]
    for number, name in enumerate(names[:count]):
        parent = names[number // 10 * 10] if number % 10 in {1, 2, 3, 4} and number % 40 < 10 else ""
        topic = {"name": name, "parent": parent, "description": f"Everything about {name.lower()}."}
        (folder / "topics" / f"{number:04}.yaml").write_text(json.dumps(topic))
    for number, name in enumerate(names[:count:7]):
        time = f"2025-{12 - number % 3}-{1 + number % 28:02}T{number % 24:02}:00:00Z"
        title = f"{name}, as the town decided"
        write_article(folder, f"a{number}", title=title, topics=json.dumps([name]), publishedDateTime=time)


def _write_site(name: str, folder: Path) -> Path:
    """Write the articles of a site into a folder, and return the folder of its articles."""
    if name == "seeds":
        return ROOT / "seeds"
    if name == "corpus":
        return Path(MATERIAL["FEEDS_CORPUS"])
    if name == "harbour":
        write_news(folder)
    else:
        write_topics(folder, int(name))
    return folder


GetClient = Callable[[str, str], FlaskClient]


@pytest.fixture(scope="module")
def get_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GetClient]:
    """Return a function that makes a client for a site in a language; each site is collected once."""
    catalogs = {}
    with ExitStack() as stack:

        def get_client(site: str, language: str) -> FlaskClient:
            if site not in catalogs:
                folder = tmp_path_factory.mktemp(site)
                content = _write_site(site, folder / "content")
                catalogs[site] = stack.enter_context(collected(content, folder / "catalog.sqlite3"))
            return make_client(catalogs[site], FEEDS_LANGUAGE=language)

        yield get_client


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_page_is_photographed(shot: Shot, open_app: OpenApp, get_client: GetClient, screenshots: Path | None) -> None:
    if not screenshots:
        pytest.skip("takes screenshots only with --screenshots")
    if shot.site == "corpus" and not MATERIAL["FEEDS_CORPUS"]:
        pytest.skip("FEEDS_CORPUS names no corpus of articles")
    size = {"width": shot.width, "height": HEIGHTS[shot.width]}
    page = open_app(get_client(shot.site, shot.language), shot.path, viewport=size, color_scheme=shot.scheme)
    page.screenshot(path=f"{screenshots}/gallery-{shot.name}.png", full_page=shot.is_full)
    assert page.evaluate("document.documentElement.scrollWidth") <= shot.width

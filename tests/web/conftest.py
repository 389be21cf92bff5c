"""Share an app and its servers over the seeds."""

import http.client
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from tests.support.app import collected, make_client
from tests.support.newsroom import Newsroom
from tests.support.paths import SEEDS
from tests.support.servers import GRANIAN, GUNICORN, serving
from tests.web.newsstand import Newsstand


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with collected(SEEDS, tmp_path_factory.mktemp("catalog") / "catalog.sqlite3") as seeded:
        yield seeded


@pytest.fixture(scope="module")
def client(catalog: Catalog) -> FlaskClient:
    return make_client(catalog)


@pytest.fixture
def newsstand(newsroom: Newsroom) -> Newsstand:
    """Give a newsstand on each engine in turn."""
    return Newsstand(newsroom)


@pytest.fixture
def sqlite_newsstand(tmp_path: Path) -> Iterator[Newsstand]:
    """Give a newsstand on SQLite."""
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    yield Newsstand(newsroom)
    newsroom.catalog.close()


SERVERS = (
    GUNICORN,
    pytest.param(GRANIAN, marks=pytest.mark.skipif(not find_spec(GRANIAN), reason="Granian is not installed")),
)
"""The servers that the guides describe, as parameters of tests."""


class Server:
    """A running server: its name and URL, and the folder with its log."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name = name
        self.url = url
        self.folder = folder

    def read_log(self) -> str:
        return (self.folder / "server.log").read_text()


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give each server in turn."""
    yield from run_server(str(request.param), tmp_path_factory)


@pytest.fixture(scope="module")
def gunicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the server of the Procfile."""
    yield from run_server(GUNICORN, tmp_path_factory)


def run_server(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with collected(SEEDS, folder / "catalog.sqlite3"), serving(folder, name) as url:
        yield Server(name, url, folder)


def ask(server: Server, path: str, *, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Send one request and read the whole response."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=named)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()

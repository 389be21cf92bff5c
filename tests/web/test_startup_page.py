"""Before there are feeds, pages and sentences say how far the first collect is."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.web.app import ServerOptions, create_app
from feeds.web.startup import CollectProgress, FirstCollect
from tests.support.app import make_client, make_settings

SENTENCES = {
    CollectProgress(): "The feeds will be ready soon: looking for articles.",
    CollectProgress(4_000, 10_000): "The feeds will be ready soon: 4,000 of 10,000 articles read.",
    CollectProgress(10_000, 10_000): "The feeds will be ready soon: 10,000 of 10,000 articles read, publishing them.",
}


def make_starting_client(folder: Path, progress: CollectProgress | None) -> FlaskClient:
    first_collect = FirstCollect()
    first_collect.update(progress)
    catalog = Catalog(f"sqlite:///{folder}/none.sqlite3")
    return create_app(make_settings(), catalog, options=ServerOptions(first_collect=first_collect)).test_client()


@pytest.mark.parametrize(("progress", "sentence"), SENTENCES.items())
@pytest.mark.parametrize("path", ["/feed.atom", "/topics/tides.rss", "/feeds.opml", "/healthz", "/nope.xml"])
def test_feeds_and_other_addresses_are_a_sentence(
    tmp_path: Path, path: str, progress: CollectProgress, sentence: str
) -> None:
    response = make_starting_client(tmp_path, progress).get(path)
    assert (response.status_code, response.text) == (503, f"{sentence}\n")
    assert response.content_type == "text/plain; charset=utf-8"
    assert (response.headers["Cache-Control"], response.headers["Retry-After"]) == ("no-store", "5")


@pytest.mark.parametrize(("progress", "sentence"), SENTENCES.items())
@pytest.mark.parametrize("path", ["/", "/latest", "/topics/tides", "/compose", "/?q=tides", "/nope", "/%FF"])
def test_pages_are_a_page(tmp_path: Path, path: str, progress: CollectProgress, sentence: str) -> None:
    response = make_starting_client(tmp_path, progress).get(path)
    assert response.status_code == 503
    assert f"<p>{sentence}</p>" in response.text
    assert ("<progress" in response.text) == bool(progress.total)
    assert '<meta http-equiv="refresh" content="2">' in response.text
    assert response.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert (response.headers["Cache-Control"], response.headers["Retry-After"]) == ("no-store", "5")


def test_static_files_are_served(tmp_path: Path) -> None:
    client = make_starting_client(tmp_path, CollectProgress())
    assert [client.get(path).status_code for path in ("/static/style.css", "/favicon.ico")] == [200, 200]


def test_without_a_catalog_and_a_collect_the_feeds_are_not_ready(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_starting_client(tmp_path, None)
    sentence = "The feeds are not ready yet. Please try again soon."
    assert client.get("/feed.atom").text == f"{sentence}\n"
    assert f"<p>{sentence}</p>" in client.get("/").text
    assert client.get("/healthz").status_code == 503
    assert client.get("/nope").status_code == 404
    assert "run `feeds collect` first" in caplog.text


def test_with_a_catalog_everything_is_served(catalog: Catalog) -> None:
    assert make_client(catalog).get("/").status_code == 200

"""Archives over HTTP: readers may cache archive documents, and still see changes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from flask.testing import FlaskClient

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from tests.support.app import CLOCK, SITE_URL, make_client
from tests.support.articles import write_article

ARTICLES = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(ARTICLES):
        publish(tmp_path / "content", number)
    return tmp_path / "content"


@pytest.fixture
def catalog(folder: Path) -> Iterator[Catalog]:
    opened = Catalog(f"sqlite:///{folder.parent / 'catalog.sqlite3'}")
    Collector(opened, [folder], clock=CLOCK).collect()
    yield opened
    opened.close()


def publish(folder: Path, number: int, **fields: str) -> None:
    date = datetime(2024, 5, 6, tzinfo=UTC) + timedelta(hours=number)
    write_article(folder, f"story-{number}", publishedDateTime=date.isoformat(), **fields)


def make_limited(catalog: Catalog) -> FlaskClient:
    return make_client(catalog, FEEDS_LIMIT="2")


def find_archive(client: FlaskClient) -> str:
    """Return the path of the document linked from the feed."""
    links = feedparser.parse(client.get("/topics/tides.atom").data).feed.links
    (href,) = (link.href for link in links if link.rel == "prev-archive")
    return str(href).removeprefix(SITE_URL)


def test_an_archive_may_be_kept_for_a_day(catalog: Catalog) -> None:
    client = make_limited(catalog)
    path = find_archive(client)
    for _ in range(2):  # by the app, then from memory
        response = client.get(path)
        assert response.headers["Cache-Control"] == "public, max-age=86400"
        assert response.last_modified == datetime(2024, 5, 6, 2, tzinfo=UTC)
        assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
        assert client.get(path, headers={"If-Modified-Since": response.headers["Last-Modified"]}).status_code == 304


def test_publishing_links_a_new_document_and_keeps_the_old(catalog: Catalog, folder: Path) -> None:
    client = make_limited(catalog)
    path = find_archive(client)
    response = client.get(path)
    publish(folder, ARTICLES)
    Collector(catalog, [folder], clock=CLOCK).collect()
    later = make_limited(catalog)
    assert find_archive(later) != path
    assert later.get(path).data == response.data
    assert later.get(path).headers["Last-Modified"] == response.headers["Last-Modified"]


def test_a_correction_changes_the_archive(catalog: Catalog, folder: Path) -> None:
    client = make_limited(catalog)
    path = find_archive(client)
    response = client.get(path)
    publish(folder, 0, title="Corrected")
    Collector(catalog, [folder], clock=CLOCK).collect()
    condition = {"If-Modified-Since": response.headers["Last-Modified"]}
    assert make_limited(catalog).get(path, headers=condition).status_code == 200


@pytest.mark.parametrize("part", ["2", "2-1714953600-00000000", "0", "1-1714953600"])
def test_other_archive_parts_are_not_found(catalog: Catalog, part: str) -> None:
    assert make_client(catalog).get(f"/topics/tides/archive/{part}.atom").status_code == 404


def test_another_spelling_redirects_to_the_canonical_path(catalog: Catalog) -> None:
    response = make_client(catalog).get("/Topics/TIDES/archive/1.RSS")
    assert (response.status_code, response.headers["Location"]) == (301, "/topics/tides/archive/1.rss")

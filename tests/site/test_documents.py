import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.catalog.reader import CatalogReader
from feeds.model.archive import ArchivePart, FeedEnd
from feeds.model.document import Document
from feeds.model.errors import MovedError, NotFoundError
from feeds.model.feed import Format
from feeds.model.query import Query
from feeds.site.documents import make_asset_document, make_document, parse_and_resolve
from feeds.site.file_urls import AssetAddress
from feeds.site.urls import ArchiveAddress, FeedAddress, PageAddress
from tests.support.app import NOW, collected, make_settings
from tests.support.articles import write_article
from tests.support.paths import ROOT

PATHS = (
    *("/", "/feed.atom", "/topics/mowen.rss", "/topics/mowen", "/providers/gazette.example.json", "/feeds.opml"),
    *("/feed/archive/1.json", "/topics/mowen/archive/1-1715000000-00000000.atom"),
)
DIGESTS = """
import sys
from feeds.catalog.catalog import Catalog
from feeds.site.documents import make_document, parse_and_resolve
from tests.support.app import NOW, make_settings
with Catalog(f"sqlite:///{sys.argv[1]}").reading() as reader:
    for path in sys.argv[2:]:
        print(make_document(parse_and_resolve(path, reader, now=NOW), reader, settings=make_settings(), now=NOW).etag)
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content")
    write_article(folder, "one", topics="[Tides, Möwen]")
    write_article(folder, "two", topics="[Möwen]", publishedDateTime="2024-05-07T00:00:00+05:30")
    return folder


@pytest.fixture(scope="module")
def reader(content: Path) -> Iterator[CatalogReader]:
    with collected(content, content / "catalog.sqlite3") as catalog, catalog.reading() as opened:
        yield opened


def make(path: str, reader: CatalogReader, **environ: str) -> Document:
    return make_document(parse_and_resolve(path, reader, now=NOW), reader, settings=make_settings(**environ), now=NOW)


def test_a_path_is_located_in_its_canonical_spelling(reader: CatalogReader) -> None:
    assert parse_and_resolve("/topics/mowen.atom", reader, now=NOW) == FeedAddress(
        Query.for_topic("mowen"), Format.ATOM
    )
    assert parse_and_resolve("/topics/mowen", reader, now=NOW) == PageAddress(Query.for_topic("mowen"))


def test_another_spelling_is_corrected_at_once_in_all_its_parts(reader: CatalogReader) -> None:
    with pytest.raises(MovedError) as caught:
        parse_and_resolve("/Topics/MOWEN.Atom", reader, now=NOW)
    assert caught.value.reference == "/topics/mowen.atom"


def test_an_archive_is_located_and_depends_on_the_scope_of_its_feed(reader: CatalogReader) -> None:
    part = ArchivePart(1, FeedEnd(1715000000, "00000000"))
    assert parse_and_resolve(PATHS[-1], reader, now=NOW) == ArchiveAddress(Query.for_topic("mowen"), part, Format.ATOM)
    archive = make(PATHS[-1], reader)
    assert (archive.scopes, archive.max_age_seconds, archive.links) == (("topics/mowen",), 86_400, ())
    assert make("/feed/archive/1.json", reader).max_age_seconds == 900


def test_a_static_file_is_located(reader: CatalogReader) -> None:
    assert make("/static/style.css", reader) == make_asset_document(AssetAddress("style.css"), make_settings())


def test_an_unknown_topic_or_file_is_not_found(reader: CatalogReader) -> None:
    with pytest.raises(NotFoundError):
        parse_and_resolve("/topics/nope", reader, now=NOW)
    with pytest.raises(NotFoundError):
        make_asset_document(AssetAddress("../html.py"), make_settings())


@pytest.mark.parametrize("path", PATHS)
def test_the_same_content_gives_the_same_bytes(reader: CatalogReader, path: str) -> None:
    assert make(path, reader) == make(path, reader)


@pytest.mark.parametrize("path", PATHS)
def test_other_bytes_have_another_etag(reader: CatalogReader, path: str) -> None:
    ours, other = make(path, reader), make(path, reader, FEEDS_SITE_URL="https://other.example")
    assert ours.body != other.body
    assert ours.etag != other.etag


@pytest.mark.program
def test_another_time_zone_gives_the_same_bytes(content: Path, reader: CatalogReader, tmp_path: Path) -> None:
    ours = [make(path, reader).etag for path in PATHS]
    database = tmp_path / "catalog.sqlite3"
    with collected(content, database):
        for zone, locale in (("UTC", "C"), ("Asia/Kathmandu", "de_DE.UTF-8"), ("America/St_Johns", "C.UTF-8")):
            environ = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": "random", "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-c", DIGESTS, str(database), *PATHS]
            ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
            assert ended.stdout.split() == ours


def test_feeds_have_one_id_in_every_format_and_on_every_host(reader: CatalogReader) -> None:
    atom = make("/topics/mowen.atom", reader).body
    id = atom.split(b"<id>")[1].split(b"</id>")[0]
    assert id.startswith(b"urn:uuid:")
    assert id in make("/topics/mowen.atom", reader, FEEDS_SITE_URL="https://other.example").body

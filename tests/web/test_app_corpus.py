"""Feeds of real articles, if FEEDS_CORPUS is set."""

import json
from collections.abc import Iterator
from pathlib import Path

import atoma
import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.model.entry import Entry
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING, Query
from tests.support.app import NOW, SITE_URL, collected, make_client

ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def catalog(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    with collected(corpus, tmp_path_factory.mktemp("corpus") / "catalog.sqlite3") as filled:
        yield filled


@pytest.fixture(scope="module")
def client(catalog: Catalog) -> FlaskClient:
    return make_client(catalog, FEEDS_LIMIT="200")


@pytest.fixture
def reader(catalog: Catalog) -> Iterator[CatalogReader]:
    with catalog.reading() as opened:
        yield opened


def list_queries(reader: CatalogReader) -> list[Query]:
    topics = [Query.for_topic(topic.slug) for topic in reader.list_topics(now=NOW)]
    return [EVERYTHING, *topics, *(Query.for_provider(provider.domain) for provider in reader.list_providers(now=NOW))]


def read_entries(reader: CatalogReader, query: Query) -> tuple[Entry, ...]:
    return reader.read_newest(query, limit=200, now=NOW).entries


def test_every_feed_and_page_is_served(client: FlaskClient, reader: CatalogReader) -> None:
    for query in list_queries(reader):
        for extension in (".atom", ".rss", ".json"):
            assert client.get(query.path + extension).status_code == 200
        assert client.get(query.path).status_code == 200


def test_parsed_feeds_equal_the_catalog(client: FlaskClient, reader: CatalogReader) -> None:
    for query in list_queries(reader):
        entries = read_entries(reader, query)
        atom = atoma.parse_atom_bytes(client.get(f"{query.path}.atom").data)
        rss = atoma.parse_rss_bytes(client.get(f"{query.path}.rss").data)
        assert [(item.id_, item.title.value, item.updated) for item in atom.entries] == [
            (entry.id, entry.title, entry.updated) for entry in entries
        ]
        assert [(item.guid, item.link, item.pub_date) for item in rss.items] == [
            (entry.id, entry.url, entry.published) for entry in entries
        ]


def test_every_entry_is_in_a_feed_once(client: FlaskClient, reader: CatalogReader) -> None:
    for query in list_queries(reader):
        for extension in ("atom", "rss"):
            read = feedparser.parse(client.get(f"{query.path}.{extension}").data)
            ids = [entry.id for entry in read.entries]
            assert ids
            assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("format", Format)
def test_feed_and_archive_have_every_entry_once(
    catalog: Catalog, reader: CatalogReader, schemas: Path, format: Format
) -> None:
    client = make_client(catalog, FEEDS_LIMIT="20")
    grammar = etree.RelaxNG(etree.parse(schemas / "atom.rng"))
    for query in [EVERYTHING, *(Query.for_topic(topic.slug) for topic in reader.list_topics(now=NOW))]:
        documents = list(walk(client, f"{query.path}.{format}"))
        ids = [id for document in documents for id in read_ids(document, format)]
        window = reader.read_newest(query, limit=10_000, now=NOW)
        assert ids == [entry.id for entry in window.entries]
        for document in documents if format is Format.ATOM else ():
            grammar.assertValid(etree.fromstring(document))


def walk(client: FlaskClient, path: str) -> Iterator[bytes]:
    """Follow the links from a feed through its archive."""
    while path:
        response = client.get(path)
        assert response.status_code == 200, path
        yield response.data
        path = find_older(response.data).removeprefix(SITE_URL)


def find_older(document: bytes) -> str:
    if document.startswith(b"{"):
        return str(json.loads(document).get("next_url", ""))
    links = etree.fromstring(document).iterfind(".//atom:link[@rel='prev-archive']", ATOM)
    return next((str(link.get("href")) for link in links), "")


def read_ids(document: bytes, format: Format) -> list[str]:
    if format is Format.JSON:
        return [item["id"] for item in json.loads(document)["items"]]
    root = etree.fromstring(document)
    path = "atom:entry/atom:id" if format is Format.ATOM else "channel/item/guid"
    return [str(element.text) for element in root.iterfind(path, ATOM)]


def test_every_lead_lists_its_coverage(client: FlaskClient, reader: CatalogReader) -> None:
    leads = {entry.id: entry for entry in read_entries(reader, EVERYTHING) if entry.coverage}
    assert leads
    root = etree.fromstring(client.get("/feed.atom").data)
    for element in root.iterfind("atom:entry", ATOM):
        lead = leads.get(element.findtext("atom:id", "", ATOM))
        if lead:
            related = {link.get("href") for link in element.iterfind("atom:link[@rel='related']", ATOM)}
            assert {reference.url for reference in lead.coverage} <= related

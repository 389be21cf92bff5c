"""Parsers read a served corpus of real articles with the same content as in the catalog."""

import html
import json
import re
import sqlite3
from calendar import timegm
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import atoma
import feedparser
import jsonschema
import listparser
import pytest
import yaml
from lxml import etree

from feeds.model.entry import Entry
from tests.support.site import Site, SiteServer

pytestmark = pytest.mark.program

ATOM = "{http://www.w3.org/2005/Atom}"
SITE_URL = "https://feeds.example"
FORMATS = ("atom", "rss", "json")
MAX_PROVIDERS = 25
SLICE_CHARACTERS = 24


class Story(NamedTuple):
    """An entry read by a parser; `updated` is None in RSS."""

    id: str
    title: str
    link: str
    published: datetime
    updated: datetime | None


@dataclass(frozen=True)
class PublishedCorpus:
    """A published corpus: the collector's output, and the bytes and entries of every feed by path."""

    articles: Path
    catalog_path: Path
    printed: str
    documents: dict[str, bytes]
    opml: bytes
    entries: dict[str, tuple[Entry, ...]]

    @property
    def rejected(self) -> set[Path]:
        """The files rejected in the collector's output."""
        return {Path(path) for path in re.findall(r"^(.+?):\d+:\d+: error ", self.printed, re.MULTILINE)}

    def read_sources(self) -> list[dict[str, Any]]:
        """Read the front matter of every accepted file, without the program's code."""
        paths = set(self.articles.rglob("*.md")) - self.rejected
        matters = [re.split(r"(?m)^---[ \t]*$", path.read_text("utf-8"), maxsplit=2)[1] for path in paths]
        return [yaml.load(matter, Loader=yaml.CSafeLoader) for matter in matters]

    def select(self, format: str) -> dict[str, bytes]:
        """Map the paths of feeds to their documents in a format."""
        return {path: self.documents[f"{path}.{format}"] for path in self.entries}

    def expect(self, format: str) -> dict[str, list[Story]]:
        """Map the paths of feeds to the expected stories in a format."""
        return {path: [make_story(entry, format) for entry in entries] for path, entries in self.entries.items()}


def make_story(entry: Entry, format: str) -> Story:
    return Story(entry.id, entry.title, entry.url, entry.published, None if format == "rss" else entry.updated)


@pytest.fixture(scope="module")
def published(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> PublishedCorpus:
    settings = {"FEEDS_LIMIT": "200", "FEEDS_SITE_URL": SITE_URL}
    site = Site(tmp_path_factory.mktemp("corpus"), corpus, settings)
    printed = site.collect()
    feeds = site.list_feeds()
    paths = [path for path in feeds if "/providers/" not in path] + feeds[-MAX_PROVIDERS:]
    with site.serving() as server:
        documents = {f"{path}.{format}": get(server, f"{path}.{format}") for path in paths for format in FORMATS}
        opml = get(server, "/feeds.opml")
    entries = {path: read_entries(site, path) for path in paths}
    return PublishedCorpus(corpus, site.catalog_path, printed, documents, opml, entries)


def get(server: SiteServer, path: str) -> bytes:
    response = server.get(path)
    assert response.status == 200, path
    return response.body


def read_entries(site: Site, path: str) -> tuple[Entry, ...]:
    _, section, *name = path.split("/")
    if not name:
        return site.read_entries()
    return site.read_entries(topic=name[0]) if section == "topics" else site.read_entries(provider=name[0])


def test_every_file_is_collected_or_reported(published: PublishedCorpus) -> None:
    names = {path.relative_to(published.articles).as_posix() for path in published.articles.rglob("*.md")}
    with closing(sqlite3.connect(published.catalog_path)) as catalog:
        known = dict(catalog.execute("SELECT path, accepted FROM files"))
    assert known.keys() == names
    rejected = published.rejected
    assert rejected == {published.articles / path for path, accepted in known.items() if not accepted}
    assert f"articles: {len(names)} read, 0 unchanged, {len(rejected)} rejected, 0 removed" in published.printed


def is_published(fields: dict[str, Any]) -> bool:
    return fields.get("published") is not False and not is_removed(fields)


def is_removed(fields: dict[str, Any]) -> bool:
    return bool(fields.get("removed") or fields.get("deleted"))


def find_url(item: dict[str, Any]) -> str:
    return str(item.get("webUrl") or item.get("originalUrl") or "").strip()


def list_coverage(articles: Sequence[dict[str, Any]]) -> dict[str, set[str]]:
    """Map the URL of every lead to the URLs of its coverage."""
    removed = {find_url(fields) for fields in articles if is_removed(fields)}
    coverage: dict[str, set[str]] = {}
    for fields in filter(is_published, articles):
        url = find_url(fields)
        items = [item for item in fields.get("related") or () if isinstance(item, dict) and item.get("title")]
        coverage.setdefault(url, set()).update({find_url(item) for item in items} - removed - {"", url})
    return {url: urls for url, urls in coverage.items() if urls}


@pytest.mark.parametrize("format", ["atom", "rss"])
def test_each_lead_lists_its_coverage(published: PublishedCorpus, format: str) -> None:
    expected = list_coverage(published.read_sources())
    assert expected
    for path, document in published.select(format).items():
        related = dict(read_related(document))
        leads = {entry.url for entry in published.entries[path]} & expected.keys()
        assert {url: set(related[url]) for url in leads} == {url: expected[url] for url in leads}
        assert [url for url, urls in related.items() if len(urls) != len(set(urls))] == []


def read_related(document: bytes) -> Iterator[tuple[str, list[str]]]:
    """Yield each entry's link and its `rel="related"` URLs, read with a strict parser."""
    root = etree.fromstring(document)
    for entry in [*root.iter(f"{ATOM}entry"), *root.iter("item")]:
        links = [(link.get("rel"), str(link.get("href"))) for link in entry.findall(f"{ATOM}link")]
        own = entry.findtext("link") or next(href for rel, href in links if rel == "alternate")
        yield own, [href for rel, href in links if rel == "related"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_entry_appears_once_in_a_feed(published: PublishedCorpus, format: str) -> None:
    reading = {"atom": read_with_feedparser, "rss": read_with_feedparser, "json": read_json}[format]
    for document in published.select(format).values():
        stories = list(reading(document))
        assert len({story.id for story in stories}) == len({story.link for story in stories}) == len(stories) > 0


@pytest.mark.parametrize("format", ["atom", "rss"])
def test_feedparser_reads_the_catalogs_entries(published: PublishedCorpus, format: str) -> None:
    documents = published.select(format)
    read = {path: list(read_with_feedparser(document)) for path, document in documents.items()}
    assert read == published.expect(format)


def test_json_holds_the_catalogs_entries(published: PublishedCorpus) -> None:
    read = {path: list(read_json(document)) for path, document in published.select("json").items()}
    assert read == published.expect("json")


@pytest.mark.parametrize("format", FORMATS)
def test_atoma_reads_the_catalogs_entries(published: PublishedCorpus, format: str) -> None:
    reading = {"atom": read_atom_with_atoma, "rss": read_rss_with_atoma, "json": read_json_with_atoma}[format]
    read = {path: list(reading(document)) for path, document in published.select(format).items()}
    assert read == published.expect(format)


def read_with_feedparser(document: bytes) -> Iterator[Story]:
    parsed = feedparser.parse(document)
    assert not parsed.bozo
    for entry in parsed.entries:
        title = html.unescape(entry.title) if entry.title_detail.type == "text/html" else entry.title
        published = datetime.fromtimestamp(timegm(entry.published_parsed), UTC)
        updated = datetime.fromtimestamp(timegm(entry.updated_parsed), UTC) if parsed.version == "atom10" else None
        yield Story(entry.id, title, entry.link, published, updated)


def read_json(document: bytes) -> Iterator[Story]:
    for item in json.loads(document)["items"]:
        published, updated = (datetime.fromisoformat(item[name]) for name in ("date_published", "date_modified"))
        yield Story(item["id"], item["title"], item["url"], published, updated)


def read_atom_with_atoma(document: bytes) -> Iterator[Story]:
    for entry in atoma.parse_atom_bytes(document).entries:
        link = next(link.href for link in entry.links if link.rel == "alternate")
        yield Story(entry.id_, entry.title.value, link, entry.published, entry.updated)


def read_rss_with_atoma(document: bytes) -> Iterator[Story]:
    for item in atoma.parse_rss_bytes(document).items:
        # Most readers treat RSS titles as HTML, so the feed escapes titles as HTML.
        yield Story(item.guid, html.unescape(item.title), item.link, item.pub_date, None)


def read_json_with_atoma(document: bytes) -> Iterator[Story]:
    for item in atoma.parse_json_feed_bytes(document).items:
        yield Story(item.id_, item.title, item.url, item.date_published, item.date_modified)


def test_atom_follows_its_grammar(published: PublishedCorpus, schemas: Path) -> None:
    grammar = etree.RelaxNG(etree.parse(schemas / "atom.rng"))
    for document in published.select("atom").values():
        grammar.assertValid(etree.fromstring(document))


def test_json_follows_its_schema(published: PublishedCorpus, schemas: Path) -> None:
    schema = json.loads((schemas / "jsonfeed-1.1.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    for document in published.select("json").values():
        validator.validate(json.loads(document))


def test_opml_lists_every_topic(published: PublishedCorpus) -> None:
    read = listparser.parse(published.opml)
    topics = {f"{SITE_URL}{path}.atom" for path in published.entries if path.startswith("/topics/")}
    assert not read.bozo
    assert {feed.url for feed in read.feeds} == topics


def test_no_feed_contains_secured_text(published: PublishedCorpus) -> None:
    secured = [str(fields["secured"]) for fields in published.read_sources() if "secured" in fields]
    slices = {part for text in secured for part in cut(text)}
    outputs = {**published.documents, "/feeds.opml": published.opml, "the log": published.printed.encode()}
    leaks = [
        name
        for name, document in outputs.items()
        for run in re.findall(rf"[A-Za-z0-9+/=;]{{{SLICE_CHARACTERS},}}", html.unescape(document.decode()))
        if not slices.isdisjoint(cut(run))
    ]
    assert slices
    assert leaks == []


def cut(text: str) -> Iterator[str]:
    """Yield every slice of a text, long enough to identify the text."""
    return (text[start : start + SLICE_CHARACTERS] for start in range(len(text) - SLICE_CHARACTERS + 1))

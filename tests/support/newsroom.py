"""A publisher's folder and catalog: write articles, collect, and read feeds as subscribers see the feeds."""

import json
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from feeds.articles.content_file import ContentFile
from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.reader import CatalogReader
from feeds.collector.collect import Collector
from feeds.collector.collect_result import CollectResult, Progress
from feeds.model.clock import Clock
from feeds.model.entry import Entry
from feeds.model.feed import DocumentLink, Feed, Site
from feeds.model.format_times import FormatTimes
from feeds.model.query import Query
from feeds.model.shown_settings import ShownSettings
from feeds.model.tokenize import GAP
from feeds.renderers.json_feed import render_json

ALL = Query()
START = datetime(2021, 3, 4, 12, tzinfo=UTC)
NOTHING_SHOWN = ShownSettings()
SITE = Site(url="https://feeds.example", title="Feeds")

# Data that is equal in all catalogs of the same articles, whatever their history, by natural keys. Topics and providers
# without entries depend on the history.
_TABLES = {
    "files": "SELECT path, digest, accepted, problems FROM files",
    "mentions": "SELECT path, position, url, id, role, draft FROM mentions",
    "labels": "SELECT path, topic, label FROM labels",
    "topics": (
        "SELECT key, slug, name, description, image, parent, origin, retired, successor, entries, newest FROM topics"
        " WHERE entries > 0"
    ),
    "aliases": "SELECT slug, topic FROM aliases",
    "providers": "SELECT domain, entries, newest FROM providers WHERE entries > 0",
    "entries": (
        "SELECT id, kind, type, provider, published, CASE WHEN released > {now} THEN released END AS release, expires,"
        " quality, heat, digest, document FROM entries"
    ),
    "entry_topics": (
        "SELECT topics.key, entry_topics.published, entries.published AS time, entries.id FROM entry_topics"
        " JOIN topics ON topics.number = entry_topics.topic JOIN entries ON entries.number = entry_topics.entry"
    ),
    "tombstones": (
        "SELECT COALESCE(topics.key, tombstones.scope) AS scope, id, ref, removed FROM tombstones"
        " LEFT JOIN topics ON tombstones.scope = 'topics/' || topics.number WHERE ended IS NULL"
    ),
    "texts": "SELECT id, CAST(words AS TEXT) AS words FROM entries LEFT JOIN texts ON texts.rowid = entries.number",
}


class FeedView(msgspec.Struct, frozen=True):
    """A feed as subscribers see it, the times of its last change, and the bytes in the format with the most fields.

    `unknown` are the topics of the feed that nobody knows yet: with such a topic, the site answers 404.
    """

    feed: Feed
    times: FormatTimes
    document: bytes
    unknown: frozenset[str] = frozenset()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.feed.entries

    @property
    def changed(self) -> datetime | None:
        return self.times.any

    @property
    def ids(self) -> list[str]:
        return [entry.id for entry in self.entries]

    @property
    def titles(self) -> list[str]:
        return [entry.title for entry in self.entries]

    def entry(self, id: str) -> Entry:
        """Return the entry with an id."""
        (entry,) = (entry for entry in self.entries if entry.id == id)
        return entry


class Newsroom:
    """A folder of articles, its catalog, and a clock that moves only on request."""

    def __init__(self, folder: Path, database_url: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.database_url = database_url
        self.catalog = Catalog(database_url, wait_seconds=1)
        self.now = START
        self.clock = Clock(now=lambda: self.now, sleep=lambda seconds: self.wait(seconds=seconds))

    def wait(self, **duration: float) -> None:
        """Advance the clock."""
        self.now += timedelta(**duration)

    def write(self, name: str, **fields: object) -> Path:
        """Write an article with default fields, changed by `fields`; None leaves out a field.

        URL, title and file are named after `name`, and the publication time is noon on 1 March 2021.
        """
        plain = {
            "title": f"Story {name}",
            "webUrl": url_of(name),
            "publishedDateTime": "2021-03-01T12:00:00Z",
            "provider": {"name": "The Gazette", "domain": "gazette.example"},
        }
        given = {key: value for key, value in (plain | fields).items() if value is not None}
        return self.write_text(name, "".join(f"{key}: {json.dumps(value)}\n" for key, value in given.items()))

    def write_text(self, name: str, front: str) -> Path:
        """Write an article with the front matter `front`."""
        path = self.folder / f"{name}.md"
        path.write_text(f"---\n{front}---\n", encoding="utf-8")
        return path

    def delete(self, name: str) -> None:
        """Delete an article."""
        (self.folder / f"{name}.md").unlink()

    def collect(
        self,
        *,
        only: Collection[ContentFile] | None = None,
        force: bool = False,
        progress: Progress = lambda _done, _total: None,
    ) -> CollectResult:
        """Advance the clock by a minute, and collect."""
        self.wait(minutes=1)
        return self.collector().collect(only=only, force=force, progress=progress)

    def collector(self, *, shown: ShownSettings = NOTHING_SHOWN) -> Collector:
        """Return a collector of the folder into the catalog."""
        return Collector(self.catalog, [self.folder], shown=shown, clock=self.clock)

    def see(self, query: Query = ALL, *, limit: int = 50) -> FeedView:
        """Return a feed as subscribers see it."""
        return self.see_all([(query, limit)])[query, limit]

    def see_all(self, feeds: Iterable[tuple[Query, int]]) -> dict[tuple[Query, int], FeedView]:
        """Return feeds as subscribers see them, by query and limit."""
        with self.catalog.reading() as reader:
            return {(query, limit): self._see(reader, query, limit=limit) for query, limit in feeds}

    def _see(self, reader: CatalogReader, query: Query, *, limit: int) -> FeedView:
        window = reader.read_newest(query, limit=limit, now=self.now)
        slugs = query.topics.names if query.topics else ()
        named = {slug: topic for slug in slugs if (topic := reader.find_topic(slug, now=self.now))}
        topic = named.get(query.topic)
        feed = Feed(
            id=f"urn:{query.scopes}",
            path=f"/{query.scopes[-1]}",
            title=", ".join(topic.name for topic in named.values()) or SITE.title,
            subtitle=topic.description if topic else "",
            page_url=f"{SITE.url}/",
            site=SITE,
            entries=window.entries,
            documents=(DocumentLink("prev-archive", f"/archive/{window.older.name}"),) if window.older else (),
        )
        unknown = frozenset(slugs) - named.keys()
        return FeedView(feed, window.changed, render_json(feed), unknown)

    def see_topic(self, slug: str) -> FeedView:
        """Return the feed of a topic."""
        return self.see(Query.for_topic(slug))

    def versions(self) -> dict[str, int]:
        """Read the version of every scope."""
        with self.catalog.reading() as reader:
            return reader.find_changed_scopes(0)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Run an SQL query."""
        engine = open_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(statement))]
        finally:
            engine.dispose()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read all catalog data that does not depend on the history of the articles."""
        tables = {
            name: self.query(statement.format(now=int(self.now.timestamp()))) for name, statement in _TABLES.items()
        }
        tables["texts"] = [(id, list_words(words)) for id, words in tables["texts"]]
        return {name: sorted(rows, key=repr) for name, rows in tables.items()}


@contextmanager
def open_newsroom(database_url: str = "") -> Iterator[Newsroom]:
    """Open a newsroom in a temporary folder, by default with a SQLite catalog."""
    with tempfile.TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder, "articles"), database_url or f"sqlite:///{folder}/catalog.sqlite")
        yield newsroom
        newsroom.catalog.close()


def dump_fresh(newsroom: Newsroom, database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Collect the same articles into an empty catalog at the same time, and dump it."""
    with open_newsroom(database_url) as fresh:
        fresh.folder, fresh.now = newsroom.folder, newsroom.now
        fresh.collector().collect()
        return fresh.dump()


def list_words(kept: str) -> list[str]:
    """Return the distinct words of the text in an engine's stored form of an entry's words, sorted."""
    lexemes = re.findall(r"'.(§s[^']+|[^']+(?=':))'", kept)
    return sorted(set(lexemes or kept.partition(GAP)[2].replace(GAP, "").split()))


def url_of(name: str) -> str:
    """Return the URL of the story `name`."""
    return f"https://gazette.example/{name}"


def related(*names: str, **fields: object) -> list[dict[str, Any]]:
    """Return the `related` list of a lead."""
    provider = {"name": "The Post", "domain": "post.example"}
    return [{"title": f"Story {name}", "webUrl": url_of(name), "provider": provider} | fields for name in names]


def track_changes(newsroom: Newsroom, queries: Iterable[Query]) -> Callable[[], dict[Query, bool]]:
    """Return a function that maps each feed to whether its bytes changed since the previous call."""
    seen = {query: newsroom.see(query).document for query in queries}

    def look() -> dict[Query, bool]:
        current = {query: newsroom.see(query).document for query in seen}
        moved = {query: current[query] != seen[query] for query in seen}
        seen.update(current)
        return moved

    return look

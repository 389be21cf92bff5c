"""Define the catalog's tables. Everything is derived from the articles, and a catalog with another layout is rebuilt.

Times are integers: seconds since 1970-01-01T00:00:00Z. Texts compare by code point in both databases.
"""

from sqlalchemy import DDL, BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, event

LAYOUT = "19"
"""Increase this number with every change to a table or its content; a catalog with another layout is rebuilt."""

metadata = MetaData()
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
BIG_INTEGER = BigInteger().with_variant(Integer, "sqlite")
"""Integers of 64 bits: an SQLite table takes only a plain integer as its row id."""


def _index_some(table: Table, columns: str, *, where: str) -> None:
    """Index the rows of a table that meet a condition; an `Index` with a condition would import all dialects."""
    name, _, expressions = columns.partition(" ")
    statement = DDL(f"CREATE INDEX {name} ON {table.name} {expressions} WHERE {where}")  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", statement)


facts = Table(
    "facts",
    metadata,
    Column("name", TEXT, primary_key=True),
    Column("value", TEXT, nullable=False),
    comment="Single values: layout, version, time of the last commit, and the like.",
)

files = Table(
    "files",
    metadata,
    Column("path", TEXT, primary_key=True),
    Column("stamp", TEXT, nullable=False, comment="size and times from the file system; empty: read the file again"),
    Column("digest", TEXT, nullable=False, comment="hash of the bytes"),
    Column("accepted", Integer, nullable=False, comment="1 if any version of the file became an article"),
    Column("problems", TEXT, nullable=False, comment="JSON list of the last version's problems; empty: none"),
    sqlite_with_rowid=False,
)
_index_some(files, "files_with_problems (path)", where="problems <> ''")

mentions = Table(
    "mentions",
    metadata,
    Column("path", TEXT, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("url", TEXT, nullable=False),
    Column("id", TEXT, nullable=False, comment="from the front matter, or empty"),
    Column("role", TEXT, nullable=False),
    Column("released", BIG_INTEGER, comment="time from which the mention counts; of an article: its publication"),
    Column("expires", BIG_INTEGER, comment="time from which the mention no longer counts"),
    Column("draft", TEXT, nullable=False, comment="the draft entry as JSON; empty: none"),
    # This table has row ids: without them, SQLite needs four times the space for long rows.
)
Index("mentions_by_url", mentions.c.url)
_index_some(mentions, "mentions_by_id (id)", where="id <> ''")
# The role is a constant, but SQLite would look up every row without this column.
_index_some(mentions, "mentions_published (url, path, role)", where="position = 0 AND role = 'published'")
_index_some(mentions, "mentions_removed (url)", where="role = 'removed'")

labels = Table(
    "labels",
    metadata,
    Column("path", TEXT, primary_key=True),
    Column("topic", TEXT, primary_key=True, comment="the topic's key"),
    Column("label", TEXT, nullable=False, comment="as typed by the author"),
    Column("since", BIG_INTEGER, comment="date of the article"),
    Column("published", Integer, nullable=False, comment="1 if the article is published"),
    sqlite_with_rowid=False,
)
Index("labels_by_topic", labels.c.topic, labels.c.label)

topics = Table(
    "topics",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", TEXT, nullable=False, unique=True),
    Column("slug", TEXT, nullable=False, unique=True),
    Column("name", TEXT, nullable=False),
    Column("description", TEXT, nullable=False),
    Column("image", TEXT, nullable=False),
    Column("parent", TEXT, nullable=False, comment="slug of the broader topic, or empty"),
    Column("origin", TEXT, nullable=False, comment="first slug of the topic, part of the feed's id"),
    Column("retired", BIG_INTEGER, comment="time of retirement"),
    Column("successor", TEXT, nullable=False, comment="slug of the topic that replaces a retired topic, or empty"),
    Column("entries", Integer, nullable=False),
    Column("newest", BIG_INTEGER, comment="`published` of the newest entry"),
    Column("since", BIG_INTEGER, comment="time from which subscribers know the topic; empty: never"),
)
Index("topics_by_retirement", topics.c.retired)


aliases = Table(
    "aliases",
    metadata,
    Column("slug", TEXT, primary_key=True),
    Column("topic", TEXT, nullable=False, comment="slug of the topic with this alias"),
)

providers = Table(
    "providers",
    metadata,
    Column("domain", TEXT, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("newest", BIG_INTEGER),
    Column("since", BIG_INTEGER, comment="time of the first release of an entry"),
)

entries = Table(
    "entries",
    metadata,
    Column("number", BIG_INTEGER, primary_key=True, autoincrement=False, comment="in order of days, see numbers.py"),
    Column("id", TEXT, nullable=False, comment="of one version at any time; other versions of the id come later"),
    Column("kind", TEXT, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("provider", TEXT, nullable=False, comment="domain"),
    Column("topics", TEXT, nullable=False, comment="topic numbers, ascending, separated by spaces"),
    Column("published", BIG_INTEGER, nullable=False),
    Column("released", BIG_INTEGER, nullable=False, comment="time from which the entry is shown"),
    Column("expires", BIG_INTEGER, comment="time from which the entry is no longer shown; empty: never"),
    Column("quality", Integer),
    Column("heat", Integer),
    Column("peak_heat", Integer, comment="highest heat in any collect"),
    Column("since", BIG_INTEGER, nullable=False, comment="time of the last change, figures included"),
    Column("changed", BIG_INTEGER, nullable=False, comment="time from which subscribers see this version"),
    Column("atom_changed", BIG_INTEGER, nullable=False, comment="time from which Atom feeds show the element as it is"),
    Column("rss_changed", BIG_INTEGER, nullable=False, comment="the same in RSS"),
    Column("json_changed", BIG_INTEGER, nullable=False, comment="the same in JSON Feed"),
    Column(
        "updated_changed", BIG_INTEGER, nullable=False, comment="time at which `updated` got another value; 0: none"
    ),
    Column("updated_before", BIG_INTEGER, nullable=False, comment="the value before; 0: none"),
    Column("digest", TEXT, nullable=False, comment="hash of the visible part"),
    Column("document", TEXT, nullable=False, comment="the entry as JSON"),
)
Index("entries_by_time", entries.c.published.desc(), entries.c.id)
Index("entries_by_id", entries.c.id)
Index("entries_by_release", entries.c.released)
_index_some(entries, "entries_by_expiry (expires)", where="expires IS NOT NULL")
Index("entries_by_provider", entries.c.provider, entries.c.published.desc(), entries.c.id)

entry_topics = Table(
    "entry_topics",
    metadata,
    Column("topic", Integer, ForeignKey("topics.number"), primary_key=True),
    Column("published", BIG_INTEGER, primary_key=True),
    Column("entry", BIG_INTEGER, primary_key=True),
    sqlite_with_rowid=False,
)

former_versions = Table(
    "former_versions",
    metadata,
    Column("number", BIG_INTEGER, primary_key=True, autoincrement=False, comment="negative, see numbers.py"),
    Column("id", TEXT, nullable=False),
    Column("published", BIG_INTEGER, nullable=False),
    Column("quality", Integer),
    Column("peak_heat", Integer),
    Column("released", BIG_INTEGER, nullable=False),
    Column("since", BIG_INTEGER, nullable=False, comment="time at which this version began"),
    Column("until", BIG_INTEGER, nullable=False, comment="time at which this version ended"),
    Column("document", TEXT, nullable=False, comment="the entry as JSON"),
    comment="The former versions of entries that closed digests show.",
)

departures = Table(
    "departures",
    metadata,
    Column("scope", TEXT, primary_key=True, comment="`feed`, `topics/<topic number>` or `providers/<domain>`"),
    Column("published", BIG_INTEGER, primary_key=True, comment="of the entry before it left"),
    Column("id", TEXT, primary_key=True, comment="of the entry"),
    Column("kind", TEXT, primary_key=True, comment="of the entry before it left"),
    Column(
        "until", BIG_INTEGER, nullable=False, comment="time at which the entry left, the last time if several times"
    ),
    comment="When entries left the feed of everything, of a topic or of a provider, or their place in the feed.",
    sqlite_with_rowid=False,
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("scope", TEXT, primary_key=True, comment="`feed`, `topics/<topic number>` or `providers/<domain>`"),
    Column("id", TEXT, primary_key=True, comment="of the entry that was removed"),
    Column("changed", BIG_INTEGER, primary_key=True, comment="time from which the feed shows the tombstone"),
    Column("ref", TEXT, nullable=False, comment="the id of the entry in Atom feeds"),
    Column("removed", BIG_INTEGER, nullable=False, comment="time of the removal, as the article gives it"),
    Column("appears", BIG_INTEGER, comment="time of the removal, if later than the commit that wrote the row"),
    Column("ended", BIG_INTEGER, comment="time at which the feed ceased to show the tombstone; empty: not yet"),
    comment="The removed articles, for the tombstones of Atom feeds (RFC 6721).",
    sqlite_with_rowid=False,
)
Index("tombstones_by_time", tombstones.c.scope, tombstones.c.removed.desc(), tombstones.c.id)
Index("tombstones_by_id", tombstones.c.id)
_index_some(tombstones, "tombstones_by_appearance (appears)", where="appears IS NOT NULL")

recent_changes = Table(
    "recent_changes",
    metadata,
    Column("number", BIG_INTEGER, primary_key=True, autoincrement=False, comment="see numbers.py"),
    Column("id", TEXT, nullable=False),
    Column("published", BIG_INTEGER, nullable=False),
    Column("until", BIG_INTEGER, nullable=False, comment="time of the change"),
    comment="The last changes to entries: a composed feed changes when an entry that it selected changes.",
)

closings = Table(
    "closings",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False, comment="days since 1970-01-01, in UTC"),
    Column("closed", BIG_INTEGER, nullable=False, comment="time of the first collect after the day"),
    comment="When days were closed for digests; the first collect closed all earlier days.",
)

rankings = Table(
    "rankings",
    metadata,
    Column("cycle", TEXT, primary_key=True, comment="`daily` or `weekly`"),
    Column("issue", Integer, primary_key=True, autoincrement=False),
    Column("numbers", TEXT, nullable=False, comment="JSON list of the numbers of entries, best first"),
    Column("headlines", TEXT, nullable=False, comment="JSON list of the headlines of the best entries"),
    comment="The entries of digests at the time of closing; the first collect ranked the newest digests.",
)

commits = Table(
    "commits",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("token", TEXT, nullable=False, comment="random"),
    comment="The last commits: a database that goes back to an earlier state may give a version to another commit.",
)

scopes = Table(
    "scopes",
    metadata,
    Column("name", TEXT, primary_key=True, comment="`feed`, `topics/<slug>` or `providers/<domain>`"),
    Column("version", Integer, nullable=False, default=0, comment="version of the last visible change"),
    Column("ranking", Integer, nullable=False, default=0, comment="version of the last change to heat or quality"),
    Column(
        "changed",
        BIG_INTEGER,
        nullable=False,
        default=0,
        comment="time of the last change to title, description or image",
    ),
)
Index("scopes_by_version", scopes.c.version)
Index("scopes_by_ranking", scopes.c.ranking)

blocks = Table(
    "blocks",
    metadata,
    Column("scope", TEXT, primary_key=True, comment="`feed`, `topics/<topic number>` or `providers/<domain>`"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("published", BIG_INTEGER, nullable=False, comment="of the oldest entry in the block when it was drawn"),
    Column("id", TEXT, nullable=False, comment="of the same entry"),
    Column("drawn", BIG_INTEGER, nullable=False, comment="time the start was drawn; 0: in a new catalog"),
    comment="The starts of archive blocks; block 1 has no start.",
)
Index("blocks_by_time", blocks.c.scope, blocks.c.published.desc(), blocks.c.id)

# The index of words, under the numbers of entries, former versions and recent changes. SQLAlchemy knows no virtual
# tables. The tokenizer of FTS5 splits words at spaces and changes nothing else.
for _occasion, _engine, _statement in (
    ("after_create", "sqlite", "CREATE VIRTUAL TABLE texts USING fts5(words, columnsize=0, tokenize='ascii')"),
    ("after_create", "postgresql", "CREATE TABLE texts (rowid bigint PRIMARY KEY, words tsvector NOT NULL)"),
    ("after_create", "postgresql", "CREATE INDEX texts_by_word ON texts USING gin (words)"),
    ("after_drop", "sqlite", "DROP TABLE IF EXISTS texts"),
    ("after_drop", "postgresql", "DROP TABLE IF EXISTS texts"),
):
    event.listen(entries, _occasion, DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]

announced = Table(
    "announced",
    metadata,
    Column("path", TEXT, primary_key=True, comment="canonical URL path of a document"),
    Column("etag", TEXT, nullable=False, comment="empty: not known"),
    Column(
        "unlinked", BIG_INTEGER, comment="of an archive document without a link: time since when no feed links to it"
    ),
    comment="The ETags at the last scan for changes: of feeds, with shared caches also of all that they keep for long.",
    sqlite_with_rowid=False,
)

pings = Table(
    "pings",
    metadata,
    Column("hub", TEXT, primary_key=True, comment="URL of the hub or of the shared cache"),
    Column("path", TEXT, primary_key=True, comment="canonical URL path of a document"),
    Column("etag", TEXT, nullable=False, comment="of the new bytes"),
    Column("since", BIG_INTEGER, nullable=False, comment="time of the change"),
    Column("attempts", Integer, nullable=False, comment="number of failed attempts"),
    Column("due", BIG_INTEGER, nullable=False, comment="time of the next attempt"),
    Column("repeats", Integer, nullable=False, comment="number of further deliveries after a successful one"),
    comment="The outbox: pending notifications of hubs and pending purges of shared caches.",
)

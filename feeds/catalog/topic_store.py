"""Store topics, their other slugs, and their metadata files."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Scope
from feeds.catalog.facts import read_fact, save_facts
from feeds.catalog.rows import Record, RowWriter
from feeds.catalog.stored import StoredTopic
from feeds.catalog.tombstones import find_buried_ids
from feeds.catalog.visibility import find_newest
from feeds.model.topics import TopicFile

_TOPIC_FILES = "topic_files"


class TopicStore:
    """Read and write topics over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = RowWriter(connection)

    def read_all(self) -> list[StoredTopic]:
        """Return every topic."""
        wanted = [schema.topics.c[name] for name in StoredTopic.__struct_fields__]
        return [_load(row._asdict()) for row in self._connection.execute(select(*wanted))]

    def read_entry_ids(self, number: int) -> list[str]:
        """Return the ids of a topic's entries, those of removed entries included."""
        members = schema.entry_topics.join(schema.entries, schema.entry_topics.c.entry == schema.entries.c.number)
        statement = select(schema.entries.c.id).select_from(members).where(schema.entry_topics.c.topic == number)
        return [*self._connection.scalars(statement), *find_buried_ids(self._connection, Scope(topic=number))]

    def has_entries(self, number: int, *, at: int) -> bool:
        """Return whether a topic has entries that are shown at a time, in seconds."""
        return find_newest(self._connection, now=at, topic=number) is not None

    def save(self, *, added: Sequence[StoredTopic], changed: Sequence[StoredTopic]) -> None:
        """Insert the `added` topics and overwrite the `changed` topics."""
        # Slugs are unique, and topics may exchange theirs: take all of them away first.
        self._rows.update(
            schema.topics, [{"number": each.number, "slug": _hidden_slug(each.number)} for each in changed]
        )
        self._rows.update(schema.topics, [_dump(each) for each in changed])
        self._rows.insert(schema.topics, [{**_dump(each), "entries": 0, "newest": None} for each in added])

    def replace_aliases(self, aliases: Mapping[str, str]) -> bool:
        """Store the slugs of topics by their other slugs, forget all former aliases, and return whether any differs."""
        former = {row.slug: row.topic for row in self._connection.execute(select(schema.aliases))}
        if aliases == former:
            return False
        self._rows.clear(schema.aliases)
        self._rows.insert(schema.aliases, [{"slug": slug, "topic": topic} for slug, topic in sorted(aliases.items())])
        return True

    def read_files(self) -> dict[str, TopicFile]:
        """Return the last good version of each topic metadata file, by key."""
        return msgspec.json.decode(read_fact(self._connection, _TOPIC_FILES) or "{}", type=dict[str, TopicFile])

    def save_files(self, files: Mapping[str, TopicFile]) -> None:
        """Store the topic metadata files, by key, and forget all others."""
        save_facts(self._connection, {_TOPIC_FILES: msgspec.json.encode(files).decode()})


def _hidden_slug(number: int) -> str:
    """Return the unique placeholder stored for an empty slug; real slugs never start with a slash."""
    return f"/{number}"


def _load(record: Record) -> StoredTopic:
    topic = StoredTopic(**record)
    return msgspec.structs.replace(topic, slug="") if topic.slug == _hidden_slug(topic.number) else topic


def _dump(topic: StoredTopic) -> Record:
    return {**msgspec.structs.asdict(topic), "slug": topic.slug or _hidden_slug(topic.number)}

"""Store article files with mentions, topic labels and problems."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Table, case, func, select

from feeds.catalog import schema
from feeds.catalog.rows import Record, RowWriter, chunks
from feeds.catalog.stored import StoredFile, StoredLabel, StoredMention
from feeds.model.errors import Problem

_PROBLEMS = msgspec.json.Decoder(tuple[Problem, ...])


@dataclass(slots=True)
class Spellings:
    """The spellings of a topic in three tiers, each with the number of articles, and the first date of an article.

    The tiers are the published articles with a date that has passed, the other articles with such a date, and the rest.
    """

    tiers: tuple[dict[str, int], ...] = field(default_factory=lambda: ({}, {}, {}))
    since: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """The number of articles by spelling in the first tier with any."""
        return next((tier for tier in self.tiers if tier), {})

    def add(self, label: str, count: int, *, tier: int, since: int | None) -> None:
        """Add articles with a spelling."""
        self.tiers[tier][label] = self.tiers[tier].get(label, 0) + count
        self.since = min((each for each in (self.since, since) if each is not None), default=None)

    def include(self, others: "Spellings") -> None:
        """Add all spellings of another topic with the same meaning."""
        for tier, spellings in enumerate(others.tiers):
            for label, count in spellings.items():
                self.add(label, count, tier=tier, since=others.since)
        self.since = min((each for each in (self.since, others.since) if each is not None), default=None)


class SourceStore:
    """Read and write files, mentions and labels over a connection; `inserted` counts the new mentions."""

    def __init__(self, connection: Connection) -> None:
        self.inserted = 0
        self._connection = connection
        self._rows = RowWriter(connection)

    # Files

    def read_files(self, keys: Collection[str] | None = None) -> dict[str, StoredFile]:
        """Return the known files by key: all files, or the files with the given keys."""
        if keys is not None:
            return {row.path: _load_file(row) for row in self._select_in(schema.files, "path", values=keys)}
        return {row.path: _load_file(row) for row in self._connection.execute(select(schema.files))}

    def save_files(self, files: Iterable[StoredFile]) -> None:
        """Insert or overwrite files."""
        self._rows.upsert(schema.files, [_dump_file(file) for file in files])

    def save_stamps(self, stamps: Mapping[str, str]) -> None:
        """Overwrite the stamps of known files, by key."""
        self._rows.update(schema.files, [{"path": key, "stamp": stamp} for key, stamp in stamps.items()])

    def delete_files(self, keys: Collection[str]) -> None:
        """Delete files, but neither mentions nor labels."""
        self._rows.remove(schema.files, [{"path": key} for key in keys])

    def count_accepted(self, *, limit: int) -> int:
        """Count the files with an accepted version, up to `limit`."""
        files = schema.files.c
        accepted = select(files.path).where(files.accepted == 1).limit(limit).subquery()
        return self._connection.scalar(select(func.count()).select_from(accepted)) or 0

    def read_problems(self, keys: Collection[str] | None = None) -> Iterator[Problem]:
        """Yield the problems of all files, or of the files with the given keys."""
        problems = schema.files.c.problems
        if keys is None:
            documents = list(self._connection.scalars(select(problems).where(problems != "")))
        else:
            rows = self._select_in(schema.files, "path", values=keys, where=problems != "")
            documents = [row.problems for row in rows]
        for document in documents:
            yield from _PROBLEMS.decode(document)

    # Mentions

    def read_mentions_in(self, keys: Collection[str]) -> list[StoredMention]:
        """Return the mentions in the files with the given keys."""
        return [StoredMention(*row) for row in self._select_in(schema.mentions, "path", values=keys)]

    def find_mentions(self, names: Collection[str]) -> list[StoredMention]:
        """Return all mentions with a URL or given id in `names`; a mention may be repeated."""
        mentions = schema.mentions
        # Two statements, because the index of `id` covers only mentions with a given id.
        rows = self._select_in(mentions, "url", values=names)
        rows += self._select_in(mentions, "id", values=names, where=mentions.c.id != "")
        return [StoredMention(*row) for row in rows]

    def insert_mentions(self, mentions: Iterable[StoredMention]) -> None:
        """Insert new mentions."""
        records = [_as_record(mention) for mention in mentions]
        self._rows.insert(schema.mentions, records)
        self.inserted += len(records)

    def delete_mentions(self, mentions: Iterable[StoredMention]) -> None:
        """Delete mentions by file and position."""
        self._rows.remove(schema.mentions, [_as_record(mention) for mention in mentions])

    def list_urls(self, *, after: str, limit: int) -> list[str]:
        """Return the first `limit` mentioned URLs after a URL, in order and without duplicates."""
        url = schema.mentions.c.url
        return list(self._connection.scalars(select(url).where(url > after).distinct().order_by(url).limit(limit)))

    def find_duplicates(self, urls: Collection[str] | None = None) -> list[list[str]]:
        """Return the keys of files with the same URL of a published article, a list for each such URL.

        Only the given `urls` are looked up, if any.
        """
        mentions = schema.mentions.c
        is_article = (mentions.position == 0) & (mentions.role == "published")
        keys: dict[str, list[str]] = {}
        for where in [is_article] if urls is None else [is_article & mentions.url.in_(some) for some in chunks(urls)]:
            shared = select(mentions.url).where(where).group_by(mentions.url).having(func.count() > 1)
            found = select(mentions.url, mentions.path).where(is_article, mentions.url.in_(shared))
            for url, key in self._connection.execute(found.order_by(mentions.url, mentions.path)):
                keys.setdefault(url, []).append(key)
        return list(keys.values())

    def find_shared_ids(self) -> list[str]:
        """Return the given ids that several URLs claim, or that are the URLs of other articles."""
        own, other = schema.mentions.alias("own"), schema.mentions.alias("other")
        given = own.c.id != ""
        several = select(own.c.id).where(given).group_by(own.c.id).having(func.count(own.c.url.distinct()) > 1)
        is_article = (other.c.position == 0) & (other.c.url == own.c.id)
        foreign = select(own.c.id).join_from(own, other, is_article).where(given, own.c.url != own.c.id).distinct()
        return list(self._connection.scalars(several.union(foreign)))

    def read_removed_urls(self) -> set[str]:
        """Return the URLs of removed articles."""
        return set(self._connection.scalars(select(schema.mentions.c.url).where(schema.mentions.c.role == "removed")))

    # Labels

    def read_labels_in(self, keys: Collection[str]) -> list[StoredLabel]:
        """Return the topic labels in the files with the given keys."""
        return [StoredLabel(*row) for row in self._select_in(schema.labels, "path", values=keys)]

    def insert_labels(self, labels: Iterable[StoredLabel]) -> None:
        """Insert new labels."""
        self._rows.insert(schema.labels, [_as_record(label) for label in labels])

    def delete_labels(self, labels: Iterable[StoredLabel]) -> None:
        """Delete labels by file and topic."""
        self._rows.remove(schema.labels, [_as_record(label) for label in labels])

    def count_spellings(self, topics: Collection[str], *, at: int) -> dict[str, Spellings]:
        """Return the spellings of topics, by key; `at` is the current time, in seconds."""
        labels = schema.labels.c
        tiers = case((labels.since.is_(None) | (labels.since > at), 2), (labels.published == 1, 0), else_=1)
        found: dict[str, Spellings] = {}
        for chunk in chunks(topics):
            statement = (
                select(labels.topic, labels.label, tiers, func.count(), func.min(labels.since))
                .where(labels.topic.in_(chunk))
                .group_by(labels.topic, labels.label, tiers)
            )
            for key, label, tier, count, since in self._connection.execute(statement):
                found.setdefault(key, Spellings()).add(label, count, tier=tier, since=since)
        return found

    def find_first_file(self, topic: str) -> str:
        """Return the first key of a file with a topic, by topic key; empty if there is none."""
        key = schema.labels.c.path
        return self._connection.scalar(select(func.min(key)).where(schema.labels.c.topic == topic)) or ""

    def _select_in(
        self, table: Table, column: str, *, values: Collection[str], where: ColumnElement[bool] | None = None
    ) -> list[Row[*tuple[Any, ...]]]:
        statement = select(table) if where is None else select(table).where(where)
        rows: list[Row[*tuple[Any, ...]]] = []
        for chunk in chunks(values):
            rows.extend(self._connection.execute(statement.where(table.c[column].in_(chunk))))
        return rows


def _load_file(row: Row[*tuple[Any, ...]]) -> StoredFile:
    problems = _PROBLEMS.decode(row.problems) if row.problems else ()
    return StoredFile(
        key=row.path, stamp=row.stamp, digest=row.digest, is_accepted=row.accepted == 1, problems=problems
    )


def _dump_file(file: StoredFile) -> Record:
    return {
        "path": file.key,
        "stamp": file.stamp,
        "digest": file.digest,
        "accepted": int(file.is_accepted),
        "problems": msgspec.json.encode(file.problems).decode() if file.problems else "",
    }


def _as_record(value: StoredMention | StoredLabel) -> Record:
    return msgspec.structs.asdict(value)

"""Write the catalog: the statements of one collect, in bulk, inside its one transaction."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import BLOCK_SIZE, Blocks, Key, Scope
from feeds.catalog.rows import Record, RowWriter, Stored, chunks, look_up
from feeds.catalog.schedule import last_turn
from feeds.catalog.search_index.texts import copy_texts, drop_texts, index_texts
from feeds.model.entry import Entry


class CatalogWriter(RowWriter):
    """The statements of one collect over one connection; whoever made the connection commits or rolls back."""

    # Single facts

    def facts(self) -> dict[str, str]:
        """Read all single values."""
        return {row.name: row.value for row in self._connection.execute(select(schema.facts))}

    def set_facts(self, values: dict[str, str]) -> None:
        """Write single values."""
        self.upsert(schema.facts, [{"name": name, "value": value} for name, value in values.items()])

    def scope_names(self) -> list[str]:
        """Read the names of all scopes."""
        return list(self._connection.scalars(select(schema.scopes.c.name)))

    # Files and mentions

    def files(self, keys: Collection[str] | None = None) -> dict[str, Stored]:
        """Read what is known of files, of all where no keys are given."""
        if keys is not None:
            return {row.path: row for row in self._select_in(schema.files, "path", keys)}
        return {row.path: row for row in self._connection.execute(select(schema.files))}

    def count_accepted(self, *, most: int) -> int:
        """Count the files of which some version became an article, up to `most` of them."""
        files = schema.files.c
        accepted = select(files.path).where(files.accepted == 1).limit(most).subquery()
        return self._connection.scalar(select(func.count()).select_from(accepted)) or 0

    def problems(self, keys: Collection[str] | None = None) -> list[str]:
        """Read the remembered problems of every file that has some, or of these files: JSON lists."""
        has_some = schema.files.c.problems != ""
        if keys is not None:
            return [row.problems for row in self._select_in(schema.files, "path", keys, where=has_some)]
        return list(self._connection.scalars(select(schema.files.c.problems).where(has_some)))

    def mentions_in(self, paths: Collection[str]) -> list[Stored]:
        """Read the mentions that files make."""
        return self._select_in(schema.mentions, "path", paths)

    def labels_in(self, paths: Collection[str]) -> list[Stored]:
        """Read the topic labels that files give."""
        return self._select_in(schema.labels, "path", paths)

    def mentions_of(self, names: Collection[str]) -> list[Stored]:
        """Read all mentions whose URL or given id is one of `names`, some perhaps twice."""
        mentions = schema.mentions
        # Two statements, for `id` has its index only where it is given.
        by_url = self._select_in(mentions, "url", names)
        return by_url + self._select_in(mentions, "id", names, where=mentions.c.id != "")

    def urls_after(self, url: str, *, limit: int) -> list[str]:
        """Read the next mentioned URLs in order, each once."""
        column = schema.mentions.c.url
        return list(
            self._connection.scalars(select(column).where(column > url).distinct().order_by(column).limit(limit))
        )

    def duplicate_urls(self, urls: Collection[str] | None = None) -> list[tuple[str, list[str]]]:
        """Read the URLs, of all or of these, that several published articles have, with the articles' paths."""
        mentions = schema.mentions.c
        is_article = (mentions.position == 0) & (mentions.role == "published")
        paths: dict[str, list[str]] = {}
        for where in [is_article] if urls is None else [is_article & mentions.url.in_(some) for some in chunks(urls)]:
            several = select(mentions.url).where(where).group_by(mentions.url).having(func.count() > 1)
            found = select(mentions.url, mentions.path).where(is_article, mentions.url.in_(several))
            for url, path in self._connection.execute(found.order_by(mentions.url, mentions.path)):
                paths.setdefault(url, []).append(path)
        return list(paths.items())

    def removed_urls(self) -> set[str]:
        """Read the URLs of removed articles."""
        return set(self._connection.scalars(select(schema.mentions.c.url).where(schema.mentions.c.role == "removed")))

    # Topics

    def topics(self) -> list[Stored]:
        """Read every topic."""
        return list(self._connection.execute(select(schema.topics)))

    def spellings(self, keys: Collection[str]) -> dict[str, dict[str, int]]:
        """Count, for each topic key, how many articles spell it in which way."""
        labels = schema.labels.c
        counted: dict[str, dict[str, int]] = {}
        for chunk in chunks(keys):
            statement = (
                select(labels.topic, labels.label, func.count()).where(labels.topic.in_(chunk))
                .group_by(labels.topic, labels.label)
            )  # fmt: skip
            for key, label, count in self._connection.execute(statement):
                counted.setdefault(key, {})[label] = count
        return counted

    def first_path_with(self, topic: str) -> str:
        """Give the first file that names a topic, by the topic's key; empty where none does."""
        path = schema.labels.c.path
        return self._connection.scalar(select(func.min(path)).where(schema.labels.c.topic == topic)) or ""

    def ids_in_topic(self, number: int) -> list[str]:
        """Read the ids of a topic's entries."""
        members = schema.entry_topics.join(schema.entries, schema.entry_topics.c.entry == schema.entries.c.number)
        statement = select(schema.entries.c.id).select_from(members).where(schema.entry_topics.c.topic == number)
        return list(self._connection.scalars(statement))

    # Entries

    def entries_called(self, ids: Collection[str]) -> dict[str, Stored]:
        """Read entries by id, without their documents."""
        columns = [column for column in schema.entries.c if column.name != "document"]
        rows: dict[str, Stored] = {}
        for chunk in chunks(ids):
            statement = select(*columns).where(schema.entries.c.id.in_(chunk))
            rows.update((row.id, row) for row in self._connection.execute(statement))
        return rows

    def last_turn(self, *, until: int) -> int:
        """Give the last moment up to `until`, in seconds, at which something showed by itself; 0 where nothing did."""
        return last_turn(self._connection, until=until)

    def documents(self, numbers: Collection[int]) -> dict[int, str]:
        """Read the documents of entries, by number."""
        return look_up(self._connection, schema.entries.c.number, schema.entries.c.document, numbers)

    def last_number(self, table: Table, within: range) -> int:
        """Give the highest number in use of a range; 0 where none is."""
        number = table.c.number
        found = select(func.max(number)).where(number >= within.start, number < within.stop)
        return self._connection.scalar(found) or 0

    def postings(self, table: Table, period: int, attributes: Collection[str]) -> dict[str, bytes]:
        """Read the stored sets of slots of a period, by attribute, where there are any."""
        columns = table.c
        return look_up(self._connection, columns.attribute, columns.slots, attributes, columns.period == period)

    def count_topics(self, numbers: Collection[int]) -> None:
        """Count the entries of topics anew, and note the newest."""
        members = schema.entry_topics.c
        found = self._count(members.topic, members.published, numbers)
        self.update(schema.topics, [{"number": number, **counted} for number, counted in found.items()])

    def count_providers(self, domains: Collection[str]) -> None:
        """Count the entries of providers anew, and note the newest."""
        found = self._count(schema.entries.c.provider, schema.entries.c.published, domains)
        self.upsert(schema.providers, [{"domain": domain, **counted} for domain, counted in found.items()])

    def index_texts(self, entries: Sequence[tuple[int, Entry]]) -> None:
        """Have entries found by their words, under their numbers; where these are the same, nothing is written."""
        index_texts(self._connection, entries)

    def copy_texts(self, numbers: Sequence[tuple[int, int]]) -> None:
        """Have what is found under the first number of each pair found under the second as well."""
        copy_texts(self._connection, numbers)

    def drop_texts(self, numbers: Collection[int]) -> None:
        """Have entries found by no words any more."""
        drop_texts(self._connection, numbers)

    # Blocks of archives

    def divide_new(self, *, until: int) -> None:
        """Divide the entries of a new catalog into blocks, but for those published after a moment, in seconds."""
        topics, providers = schema.topics.c, schema.providers.c
        large = 2 * BLOCK_SIZE  # what holds fewer is not divided
        numbers = self._connection.scalars(select(topics.number).where(topics.entries >= large)).all()
        domains = self._connection.scalars(select(providers.domain).where(providers.entries >= large)).all()
        scopes = (Scope(), *(Scope(topic=number) for number in numbers), *(Scope(provider=name) for name in domains))
        for scope in scopes:
            Blocks(self._connection, scope).divide_all(until=until)

    def divide(self, arrivals: Mapping[Scope, Collection[Key]], *, moment: int) -> None:
        """Divide blocks that have grown too large by what has come into them; `moment`, in seconds, is the commit's."""
        for scope, keys in arrivals.items():
            Blocks(self._connection, scope).divide(keys, until=moment, drawn=moment)

    def _count(self, column: Column[Any], published: Column[int], values: Collection[Any]) -> dict[Any, Record]:
        counted: dict[Any, Record] = {value: {"entries": 0, "newest": None} for value in sorted(values)}
        for chunk in chunks(values):
            grouped = select(column, func.count(), func.max(published)).where(column.in_(chunk)).group_by(column)
            for value, entries, newest in self._connection.execute(grouped):
                counted[value] = {"entries": entries, "newest": newest}
        return counted

    def _select_in(
        self, table: Table, column: str, values: Collection[str], *, where: ColumnElement[bool] | None = None
    ) -> list[Stored]:
        statement = select(table) if where is None else select(table).where(where)
        rows: list[Stored] = []
        for chunk in chunks(values):
            rows.extend(self._connection.execute(statement.where(table.c[column].in_(chunk))))
        return rows

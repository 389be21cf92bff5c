"""Publish what changed: merge the affected mentions into entries, and write only those that a subscriber sees otherwise."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from feeds.catalog import schema
from feeds.catalog.writer import CatalogWriter, Record, Stored
from feeds.collector.naming import Naming
from feeds.collector.recording import Affected
from feeds.entry import Entry, encode_visible, fingerprint
from feeds.mention import Mention, Role
from feeds.merge import group_by_id, merge
from feeds.moments import to_seconds

_BATCH_NAMES = 4_000
_SELECTED_BY = ("kind", "type", "provider", "published", "topics")
"""The columns that decide which feeds hold an entry, and where."""


@dataclass(slots=True)
class Changes:
    """What publishing did: counts of entries, and the scopes whose feeds look otherwise now.

    In `visible` scopes a subscriber sees a difference; in `ranking` scopes only heat or quality moved.
    """

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    visible: set[str] = field(default_factory=set)
    ranking: set[str] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Batch:
    """The rows that one batch of entries comes to."""

    inserts: list[Record] = field(default_factory=list)
    updates: list[Record] = field(default_factory=list)
    rankings: list[Record] = field(default_factory=list)
    withdrawals: list[Record] = field(default_factory=list)
    joined: list[Record] = field(default_factory=list)
    left: list[Record] = field(default_factory=list)
    departures: list[Record] = field(default_factory=list)
    departed: list[Record] = field(default_factory=list)


class Publisher:
    """Writes the entries of one collect, stamped with its `moment` (seconds); on a new catalog, with their own dates."""

    def __init__(self, writer: CatalogWriter, *, naming: Naming, moment: int, is_new: bool) -> None:
        self._writer = writer
        self._naming = naming
        self._slugs = {number: slug for slug, number in naming.numbers.items()}
        self._moment = moment
        self._is_new = is_new
        self._next_entry = writer.next_number(schema.entries)
        self._next_departure = writer.next_number(schema.departures)
        self._removed_urls = writer.removed_urls()
        self.changes = Changes()

    def publish(self, affected: Affected) -> None:
        """Bring every affected entry up to date."""
        if affected.everything:
            batches = self._all_urls()
        else:
            affected.names.update(self._leads_of(affected.removals))
            names = sorted(affected.names)
            batches = (names[start : start + _BATCH_NAMES] for start in range(0, len(names), _BATCH_NAMES))
        for batch in batches:
            self._publish_batch(batch)
        for number in sorted(self.changes.topics):
            self._writer.refresh_topic(number)
        for domain in sorted(self.changes.providers):
            self._writer.refresh_provider(domain)

    def _all_urls(self) -> Iterator[list[str]]:
        urls = self._writer.urls_after("", limit=_BATCH_NAMES)
        while urls:
            yield urls
            urls = self._writer.urls_after(urls[-1], limit=_BATCH_NAMES)

    def _leads_of(self, urls: Collection[str]) -> set[str]:
        drafts = (_mention(row).draft for row in self._writer.mentions_of(urls))
        return {lead.url for draft in drafts if draft for lead in draft.leads}

    def _publish_batch(self, names: Collection[str]) -> None:
        mentions = self._mentions_around(names)
        groups = group_by_id(mentions)
        concerned = {*names, *groups, *(mention.url for mention in mentions), *(mention.id for mention in mentions)}
        stored = self._writer.entries_called(sorted(concerned - {""}))
        batch = _Batch()
        for id in sorted(stored.keys() | groups.keys()):
            entry = merge(
                id, groups.get(id, ()), names=self._naming.names, removed_urls=self._removed_urls
            )
            self._decide(batch, entry, stored.get(id))
        self._write(batch)

    def _mentions_around(self, names: Collection[str]) -> list[Mention]:
        """Gather all mentions that may belong to the same entries: those of a URL, of its id, of that id as a URL, …"""
        rows: dict[tuple[str, int], Stored] = {}
        known: set[str] = set()
        frontier = set(names)
        while frontier:
            found = self._writer.mentions_of(sorted(frontier))
            rows.update(((row.path, row.position), row) for row in found)
            known |= frontier
            frontier = {name for row in found for name in (row.url, row.id) if name} - known
        return [_mention(row) for row in rows.values()]

    def _decide(self, batch: _Batch, entry: Entry | None, stored: Stored | None) -> None:
        if entry is None:
            if stored is not None:
                self._withdraw(batch, stored)
        elif stored is None:
            self._add(batch, entry)
        else:
            self._revise(batch, entry, stored)

    def _add(self, batch: _Batch, entry: Entry) -> None:
        record = self._record(entry, number=self._next_entry)
        self._next_entry += 1
        record["peak_heat"] = entry.heat
        record["changed"] = min(to_seconds(entry.updated), self._moment) if self._is_new else self._moment
        batch.inserts.append(record)
        batch.joined.extend(_memberships(record["topics"], published=record["published"], number=record["number"]))
        self.changes.added += 1
        self._note_visible(record)

    def _withdraw(self, batch: _Batch, stored: Stored) -> None:
        batch.withdrawals.append({"number": stored.number})
        batch.left.extend(_memberships(stored.topics, published=stored.published, number=stored.number))
        self._depart(batch, stored)
        self.changes.withdrawn += 1
        self._note_visible(stored._mapping)

    def _revise(self, batch: _Batch, entry: Entry, stored: Stored) -> None:
        record = self._record(entry, number=stored.number)
        heats = [heat for heat in (stored.peak_heat, entry.heat) if heat is not None]
        record["peak_heat"] = max(heats, default=None)
        if record["digest"] == stored.digest:
            self._rerank(batch, record, stored)
            return
        record["changed"] = self._moment
        batch.updates.append(record)
        if any(record[name] != getattr(stored, name) for name in _SELECTED_BY):
            batch.left.extend(_memberships(stored.topics, published=stored.published, number=stored.number))
            batch.joined.extend(_memberships(record["topics"], published=record["published"], number=stored.number))
            self._depart(batch, stored)
        self.changes.changed += 1
        self._note_visible(stored._mapping)
        self._note_visible(record)

    def _rerank(self, batch: _Batch, record: Record, stored: Stored) -> None:
        columns = ("quality", "heat", "peak_heat")
        if any(record[name] != getattr(stored, name) for name in columns):
            batch.rankings.append({"number": stored.number, **{name: record[name] for name in columns}})
            self.changes.ranking |= self._scopes(record)

    def _depart(self, batch: _Batch, stored: Stored) -> None:
        """Remember that an entry left the feeds it was in: those feeds have changed now."""
        if stored.released > self._moment:
            return  # nobody has seen it there
        columns = ("id", "kind", "type", "provider", "published", "quality", "peak_heat")
        departure = {name: getattr(stored, name) for name in columns}
        batch.departures.append({**departure, "number": self._next_departure, "moment": self._moment})
        batch.departed.extend(
            {"topic": int(number), "published": stored.published, "departure": self._next_departure}
            for number in stored.topics.split()
        )
        self._next_departure += 1

    def _record(self, entry: Entry, *, number: int) -> Record:
        document = encode_visible(entry)
        topics = sorted(self._naming.numbers[category.term] for category in entry.categories)
        return {
            "number": number,
            "id": entry.id,
            "kind": entry.kind.value,
            "type": entry.type,
            "provider": entry.provider.domain,
            "topics": " ".join(map(str, topics)),
            "published": to_seconds(entry.published),
            "released": to_seconds(entry.released),
            "quality": entry.quality,
            "heat": entry.heat,
            "digest": fingerprint(document),
            "document": document.decode(),
        }

    def _note_visible(self, record: Mapping[str, Any]) -> None:
        self.changes.topics.update(map(int, record["topics"].split()))
        self.changes.providers.add(record["provider"])
        if record["released"] <= self._moment:
            self.changes.visible |= self._scopes(record)

    def _scopes(self, record: Mapping[str, Any]) -> set[str]:
        topics = (f"topics/{self._slugs[int(number)]}" for number in record["topics"].split())
        return {"feed", f"providers/{record['provider']}", *topics}

    def _write(self, batch: _Batch) -> None:
        writer = self._writer
        writer.remove(schema.entry_topics, batch.left)
        writer.remove(schema.entries, batch.withdrawals)
        writer.update(schema.entries, batch.updates)
        writer.update(schema.entries, batch.rankings)
        writer.insert(schema.entries, batch.inserts)
        writer.insert(schema.entry_topics, batch.joined)
        writer.insert(schema.departures, batch.departures)
        writer.insert(schema.departure_topics, batch.departed)


def _memberships(topics: str, *, published: int, number: int) -> Iterable[Record]:
    return ({"topic": int(topic), "published": published, "entry": number} for topic in topics.split())


def _mention(row: Stored) -> Mention:
    draft = msgspec.json.decode(row.draft, type=Entry) if row.draft else None
    return Mention(path=row.path, position=row.position, url=row.url, id=row.id, role=Role(row.role), draft=draft)

"""Publish what changed: merge the affected mentions into entries, and write those that a subscriber sees otherwise."""

from collections.abc import Collection, Iterator
from functools import partial

import msgspec

from feeds.articles.mention import Mention, Role
from feeds.catalog import schema
from feeds.catalog.rows import Stored
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.postings import Numbers, PostingsWriter
from feeds.catalog.writer import CatalogWriter
from feeds.collector.diff import Decider, EntryChanges, Rows
from feeds.collector.merge import group_by_id, merge
from feeds.collector.sources import Affected
from feeds.collector.topics import Naming
from feeds.model.clock import find_day
from feeds.model.entry import Entry

_BATCH_NAMES = 4_000


def publish(writer: CatalogWriter, affected: Affected, *, naming: Naming, moment: int) -> EntryChanges:
    """Bring every affected entry up to date; `moment`, in seconds, is the commit's."""
    decider = Decider(
        naming.numbers,
        moment=moment,
        is_new=affected.everything,
        entries=Numbers(partial(writer.last_number, schema.entries)),
        departures=Numbers(partial(writer.last_number, schema.former_versions)),
    )
    postings = PostingsWriter(writer, schema.postings)
    removed_urls = writer.removed_urls()
    for names in _batch_names(writer, affected):
        mentions = _gather_mentions(writer, names)
        groups = group_by_id(mentions)
        concerned = {*names, *groups, *(mention.url for mention in mentions), *(mention.id for mention in mentions)}
        stored = writer.entries_called(sorted(concerned - {""}))
        for id in sorted(stored.keys() | groups.keys()):
            entry = merge(id, groups.get(id, ()), names=naming.names, removed_urls=removed_urls)
            decider.decide(entry, stored.get(id))
        _write(writer, decider.take_rows(), postings)
        if not affected.everything:
            postings.write()
    postings.write()
    writer.count_topics(decider.changes.topics)
    writer.count_providers(decider.changes.providers)
    if affected.everything:
        writer.divide_new(until=moment)
    else:
        writer.divide(decider.changes.arrivals, moment=moment)
    return decider.changes


def _batch_names(writer: CatalogWriter, affected: Affected) -> Iterator[list[str]]:
    if affected.everything:
        urls = writer.urls_after("", limit=_BATCH_NAMES)
        while urls:
            yield urls
            urls = writer.urls_after(urls[-1], limit=_BATCH_NAMES)
        return
    names = sorted(affected.names | _leads_of(writer, affected.removals))
    for start in range(0, len(names), _BATCH_NAMES):
        yield names[start : start + _BATCH_NAMES]


def _leads_of(writer: CatalogWriter, urls: Collection[str]) -> set[str]:
    drafts = (_mention(row).draft for row in writer.mentions_of(urls))
    return {lead.url for draft in drafts if draft for lead in draft.leads}


def _gather_mentions(writer: CatalogWriter, names: Collection[str]) -> list[Mention]:
    """Gather all mentions that may belong to the same entries: of the URLs, of their ids, of these as URLs, and on."""
    rows: dict[tuple[str, int], Stored] = {}
    known: set[str] = set()
    frontier = set(names)
    while frontier:
        found = writer.mentions_of(sorted(frontier))
        rows.update(((row.path, row.position), row) for row in found)
        known |= frontier
        frontier = {name for row in found for name in (row.url, row.id) if name} - known
    return [_mention(row) for row in rows.values()]


def _mention(row: Stored) -> Mention:
    draft = msgspec.json.decode(row.draft, type=Entry) if row.draft else None
    return Mention(path=row.path, position=row.position, url=row.url, id=row.id, role=Role(row.role), draft=draft)


def _write(writer: CatalogWriter, rows: Rows, postings: PostingsWriter) -> None:
    _write_departures(writer, rows)
    writer.remove(schema.entry_topics, rows.left)
    writer.remove(schema.entries, rows.withdrawals)
    writer.update(schema.entries, rows.updates)
    writer.update(schema.entries, rows.rankings)
    writer.insert(schema.entries, rows.inserts)
    writer.insert(schema.entry_topics, rows.joined)
    for number, attributes in rows.lost:
        postings.note(number, lost=attributes)
    for number, attributes in rows.gained:
        postings.note(number, gained=attributes)
    writer.drop_texts([record["number"] for record in rows.withdrawals])
    writer.index_texts(rows.texts)


def _write_departures(writer: CatalogWriter, rows: Rows) -> None:
    documents = writer.documents(rows.remembered)
    for departure, number in zip(rows.departures, rows.remembered, strict=True):
        # Until its day is over, no digest has shown it.
        is_over = find_day(departure["until"]) > find_day(departure["published"])
        departure["document"] = documents[number] if is_over else ""
    writer.insert(schema.former_versions, rows.departures)
    writer.insert(schema.former_version_topics, rows.departed)
    numbers = [-departure["number"] for departure in rows.departures]
    writer.copy_texts(list(zip(rows.remembered, numbers, strict=True)))
    postings = PostingsWriter(writer, schema.former_version_postings)
    for departure in rows.departures:
        postings.note(departure["number"], gained=list_attributes(departure))
    postings.write()

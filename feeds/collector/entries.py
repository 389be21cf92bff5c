"""Merge pending mentions into entries, and write the entries with differences from the catalog."""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from feeds.articles.mention import Mention, Role
from feeds.catalog.stored import StoredMention
from feeds.catalog.writer import CatalogWriter
from feeds.collector.diff import DiffSummary, EntryDiff
from feeds.collector.merge import group_by_id, merge
from feeds.collector.pending import PendingUpdates
from feeds.model.entry import Entry
from feeds.model.topics import TopicName

_BATCH_NAMES = 4_000


def update_entries(
    writer: CatalogWriter,
    pending: PendingUpdates,
    *,
    topic_names: Mapping[str, TopicName],
    topic_numbers: Mapping[str, int],
    committed: int,
) -> DiffSummary:
    """Update every pending entry.

    `topic_names` are the topics' names by key, `topic_numbers` the topics' numbers by slug. `committed` is the time of
    the commit, in seconds.
    """
    diff = EntryDiff(topic_numbers, committed=committed, is_new=pending.everything)
    entries = writer.write_entries(committed=committed, is_new=pending.everything)
    removed_urls = writer.sources.read_removed_urls()
    for names in _batch_names(writer, pending):
        mentions = _gather_mentions(writer, names)
        groups = group_by_id(mentions)
        ids = {*names, *groups, *(mention.url for mention in mentions), *(mention.id for mention in mentions)}
        stored = writer.find_entries(sorted(ids - {""}))
        for id in sorted(stored.keys() | groups.keys()):
            entry = merge(id, groups.get(id, ()), names=topic_names, removed_urls=removed_urls)
            diff.compare(entry, stored.get(id))
        entries.write(diff.take_changes())
    entries.finish()
    return diff.summary


def _batch_names(writer: CatalogWriter, pending: PendingUpdates) -> Iterator[list[str]]:
    if pending.everything:
        urls = writer.sources.list_urls(after="", limit=_BATCH_NAMES)
        while urls:
            yield urls
            urls = writer.sources.list_urls(after=urls[-1], limit=_BATCH_NAMES)
        return
    names = sorted(pending.entry_names | _find_leads(writer, pending.removed_urls))
    for start in range(0, len(names), _BATCH_NAMES):
        yield names[start : start + _BATCH_NAMES]


def _find_leads(writer: CatalogWriter, urls: Collection[str]) -> set[str]:
    """Return the URLs of the articles with the given URLs as coverage."""
    drafts = (_load(mention).draft for mention in writer.sources.find_mentions(urls))
    return {lead.url for draft in drafts if draft for lead in draft.leads}


def _gather_mentions(writer: CatalogWriter, names: Collection[str]) -> list[Mention]:
    """Gather all mentions with common entries: mentions of the names, then mentions of all ids and URLs found, etc."""
    mentions: dict[tuple[str, int], StoredMention] = {}
    known: set[str] = set()
    frontier = set(names)
    while frontier:
        found = writer.sources.find_mentions(sorted(frontier))
        mentions.update(((mention.path, mention.position), mention) for mention in found)
        known |= frontier
        frontier = {name for mention in found for name in (mention.url, mention.id) if name} - known
    return [_load(mention) for mention in mentions.values()]


def _load(mention: StoredMention) -> Mention:
    return Mention(
        path=mention.path,
        position=mention.position,
        url=mention.url,
        id=mention.id,
        role=Role(mention.role),
        draft=msgspec.json.decode(mention.draft, type=Entry) if mention.draft else None,
    )

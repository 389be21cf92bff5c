"""Merge pending mentions into entries, and write the entries with differences from the catalog."""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from feeds.articles.mention import Mention, Role
from feeds.catalog.stored import StoredMention
from feeds.catalog.writer import CatalogWriter
from feeds.collector.diff import DiffSummary, EntryDiff
from feeds.collector.identity import IdConflict, assign_ids, find_conflicts, make_spare_id
from feeds.collector.merge import group_by_url, merge
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
    handled: set[str] = set()
    for batch in _batch_names(writer, pending):
        names = set(batch) - handled
        mentions = gather_mentions(writer, names)
        handled.update(mention.url for mention in mentions if mention.url not in names)
        ids = assign_ids(mentions, at=committed)
        groups = {ids[url]: of_url for url, of_url in group_by_url(mentions).items()}
        stored = {} if pending.everything else writer.find_entries(_list_ids(names, mentions))
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
    drafts = (load_mention(mention).draft for mention in writer.sources.find_mentions(urls))
    return {lead.url for draft in drafts if draft for lead in draft.leads}


def _list_ids(names: Collection[str], mentions: Collection[Mention]) -> list[str]:
    """Return every id that an entry of the names or mentions has now or had before."""
    urls = {mention.url for mention in mentions}.union(names)
    given = {mention.id for mention in mentions}
    return sorted({*urls, *map(make_spare_id, urls), *given} - {""})


def find_id_conflicts(writer: CatalogWriter, *, names: Collection[str] | None, at: int) -> list[IdConflict]:
    """Return the conflicts between article files about ids at a time, of all files or of the URLs and ids `names`."""
    shared = writer.sources.find_shared_ids() if names is None else names
    return find_conflicts(gather_mentions(writer, shared), at=at) if shared else []


def gather_mentions(writer: CatalogWriter, names: Collection[str]) -> list[Mention]:
    """Gather all mentions with common entries: mentions of the names, then mentions of all ids and URLs found, etc."""
    mentions: dict[tuple[str, int], StoredMention] = {}
    known: set[str] = set()
    frontier = set(names)
    while frontier:
        found = writer.sources.find_mentions(sorted(frontier))
        mentions.update(((mention.path, mention.position), mention) for mention in found)
        known |= frontier
        frontier = {name for mention in found for name in (mention.url, mention.id) if name} - known
    return [load_mention(mention) for mention in mentions.values()]


def load_mention(mention: StoredMention) -> Mention:
    """Return a stored mention with its draft decoded."""
    return Mention(
        path=mention.path,
        position=mention.position,
        url=mention.url,
        id=mention.id,
        role=Role(mention.role),
        released=mention.released,
        expires=mention.expires,
        draft=msgspec.json.decode(mention.draft, type=Entry) if mention.draft else None,
    )

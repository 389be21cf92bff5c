"""Merge pending mentions into entries, and write the entries with differences from the catalog."""

from collections.abc import Collection, Iterator

from feeds.articles.mention import Mention
from feeds.catalog.writer import CatalogWriter
from feeds.collector.change_dates import date_changes
from feeds.collector.diff import DiffSummary, EntryDiff
from feeds.collector.identity import make_spare_id, strip_spare_prefix
from feeds.collector.linked_mentions import gather_mentions, load_mention
from feeds.collector.pending import PendingUpdates
from feeds.collector.tombstones import TombstoneUpdate
from feeds.collector.topics import CollectedTopics
from feeds.collector.version_plan import plan_entries
from feeds.model.adopted import Adoption
from feeds.model.shown_settings import ShownSettings

_BATCH_NAMES = 4_000


def update_entries(  # noqa: PLR0913 what decides on entries
    writer: CatalogWriter,
    pending: PendingUpdates,
    *,
    topics: CollectedTopics,
    adoption: Adoption,
    shown: ShownSettings,
    committed: int,
) -> DiffSummary:
    """Update every pending entry; `committed` is the time of the commit, in seconds."""
    with_related = shown.shows_related
    diff = EntryDiff(topics.numbers, committed=committed, is_new=pending.everything, with_related=with_related)
    entries = writer.write_entries(committed=committed, is_new=pending.everything, with_related=with_related)
    store = writer.write_tombstones(committed=committed, is_new=pending.everything)
    tombstones = TombstoneUpdate(
        store, names=topics.names, numbers=topics.numbers, adoption=adoption, committed=committed
    )
    removed_urls = writer.sources.read_removed_urls()
    handled: set[str] = set()
    for batch in _batch_names(writer, pending):
        names = set(batch) - handled
        mentions = gather_mentions(writer.sources, names)
        handled.update(mention.url for mention in mentions if mention.url not in names)
        plan = plan_entries(mentions, names=topics.names, removed_urls=removed_urls, at=committed, adoption=adoption)
        ids = [] if pending.everything else _list_ids(names, mentions)
        stored = writer.find_entries(ids)
        for id in sorted(stored.keys() | plan.keys()):
            diff.compare(plan.get(id, ()), stored.get(id, ()))
        changes = diff.take_changes()
        replaced = entries.read_replaced(changes)
        entries.write(list(date_changes(changes, replaced, shown=shown, committed=committed)), replaced)
        tombstones.update(mentions, shown=plan, ids=ids)
    entries.finish()
    diff.summary.ranking |= tombstones.scopes
    return diff.summary


def _batch_names(writer: CatalogWriter, pending: PendingUpdates) -> Iterator[list[str]]:
    if pending.everything:
        urls = writer.sources.list_urls(after="", limit=_BATCH_NAMES)
        while urls:
            yield urls
            urls = writer.sources.list_urls(after=urls[-1], limit=_BATCH_NAMES)
        return
    # No file mentions a spare id.
    names = sorted({*map(strip_spare_prefix, pending.entry_names), *_find_leads(writer, pending.removed_urls)})
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

"""Store the content of article files, and add the affected entries and topics to the pending updates."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from feeds.articles.mention import Role
from feeds.catalog.stored import StoredFile, StoredLabel, StoredMention
from feeds.catalog.writer import CatalogWriter
from feeds.collector.pending import PendingUpdates
from feeds.collector.read_result import ReadResult


def save_results(
    writer: CatalogWriter, results: Sequence[ReadResult], *, known: Mapping[str, StoredFile], pending: PendingUpdates
) -> None:
    """Store the results of reading files; a rejected file keeps the last good version."""
    sources = writer.sources
    parsed = [result for result in results if result.mentions is not None]
    read = [result for result in results if result.mentions is not None or result.is_rejected]
    sources.save_files(_make_file(result, known.get(result.file.key)) for result in read)
    unchanged = [result for result in results if result.mentions is None and not result.is_rejected]
    sources.save_stamps({result.file.key: result.file.stamp for result in unchanged})
    keys = [result.file.key for result in parsed if result.file.key in known]
    mentions = [mention for result in parsed for mention in result.mentions or ()]
    labels = [label for result in parsed for label in result.labels]
    _replace_mentions(writer, old=sources.read_mentions_in(keys), new=mentions, pending=pending)
    _replace_labels(writer, old=sources.read_labels_in(keys), new=labels, pending=pending)


def forget_files(writer: CatalogWriter, keys: Collection[str], *, pending: PendingUpdates) -> None:
    """Delete files with all mentions and labels."""
    sources = writer.sources
    _replace_mentions(writer, old=sources.read_mentions_in(keys), new=[], pending=pending)
    _replace_labels(writer, old=sources.read_labels_in(keys), new=[], pending=pending)
    sources.delete_files(keys)


def _replace_mentions(
    writer: CatalogWriter, *, old: Sequence[StoredMention], new: Sequence[StoredMention], pending: PendingUpdates
) -> None:
    deleted, inserted = _compare(old, new)
    writer.sources.delete_mentions(deleted)
    writer.sources.insert_mentions(inserted)
    if pending.everything:
        return
    for mention in (*deleted, *inserted):
        pending.entry_names.update(name for name in (mention.url, mention.id) if name)
        if mention.role == Role.REMOVED:
            pending.removed_urls.add(mention.url)


def _replace_labels(
    writer: CatalogWriter, *, old: Sequence[StoredLabel], new: Sequence[StoredLabel], pending: PendingUpdates
) -> None:
    deleted, inserted = _compare(old, new)
    writer.sources.delete_labels(deleted)
    writer.sources.insert_labels(inserted)
    pending.topic_keys.update(label.topic for label in (*deleted, *inserted))


_Row = TypeVar("_Row", StoredMention, StoredLabel)


def _compare(old: Sequence[_Row], new: Sequence[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Return the rows only in `old` and the rows only in `new`."""
    if not old:
        return [], list(new)
    before, after = set(old), set(new)
    return sorted(before - after), sorted(after - before)


def _make_file(result: ReadResult, known: StoredFile | None) -> StoredFile:
    return StoredFile(
        key=result.file.key,
        stamp=result.file.stamp if result.digest else "",
        digest=result.digest,
        is_accepted=not result.is_rejected or (known is not None and known.is_accepted),
        problems=result.problems,
    )

"""Compare entries with the stored versions and list the changes, without reading or writing the catalog."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import msgspec

from feeds.catalog.stored import EntryChange, StoredEntry
from feeds.model.clock import to_seconds
from feeds.model.entry import Entry, encode_visible, fingerprint


@dataclass(slots=True)
class DiffSummary:
    """The number of changed entries, and the scopes of changed feeds.

    Subscribers see a difference in `visible` scopes. Only heat or quality changed in `ranking` scopes. `waiting` pairs
    a release time, in seconds, with the scopes of feeds with a difference from then on.
    """

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    visible: set[str] = field(default_factory=set)
    ranking: set[str] = field(default_factory=set)
    waiting: list[tuple[int, set[str]]] = field(default_factory=list)


class EntryDiff:
    """Compare entries, and gather changes and a summary.

    `numbers` are topic numbers by slug. `committed` is the time of the commit, in seconds, and the time of change of
    each entry, except in a new catalog (`is_new`): there, entries keep their own dates.
    """

    def __init__(self, numbers: Mapping[str, int], *, committed: int, is_new: bool) -> None:
        self._numbers = numbers
        self._slugs = {number: slug for slug, number in numbers.items()}
        self._committed = committed
        self._is_new = is_new
        self._changes: list[EntryChange] = []
        self.summary = DiffSummary()

    def take_changes(self) -> list[EntryChange]:
        """Return and forget the changes since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def compare(self, entry: Entry | None, stored: StoredEntry | None) -> None:
        """Compare an entry (None: not shown) with the stored version (None: not stored)."""
        if entry is None:
            if stored is not None:
                self._withdraw(stored)
        elif stored is None:
            self._add(entry)
        else:
            self._revise(entry, stored)

    def _add(self, entry: Entry) -> None:
        document = encode_visible(entry)
        changed = min(to_seconds(entry.updated), self._committed) if self._is_new else self._committed
        after = self._describe(entry, document=document, peak_heat=entry.heat, changed=changed)
        self._changes.append(EntryChange(None, after, entry, document.decode()))
        self.summary.added += 1
        self._mark(after)

    def _withdraw(self, stored: StoredEntry) -> None:
        self._changes.append(EntryChange(stored, None))
        self.summary.withdrawn += 1
        self._mark(stored)

    def _revise(self, entry: Entry, stored: StoredEntry) -> None:
        document = encode_visible(entry)
        peak_heat = max((heat for heat in (stored.peak_heat, entry.heat) if heat is not None), default=None)
        after = self._describe(entry, document=document, peak_heat=peak_heat, changed=self._committed)
        if after.digest == stored.digest:
            self._rerank(stored, after)
            return
        self._changes.append(EntryChange(stored, after, entry, document.decode()))
        self.summary.changed += 1
        self._mark(stored)
        self._mark(after)

    def _rerank(self, stored: StoredEntry, after: StoredEntry) -> None:
        if (after.quality, after.heat, after.peak_heat) == (stored.quality, stored.heat, stored.peak_heat):
            return
        self._changes.append(EntryChange(stored, msgspec.structs.replace(after, changed=stored.changed)))
        self.summary.ranking |= self._list_scopes(after.topics, after.provider)

    def _describe(self, entry: Entry, *, document: bytes, peak_heat: int | None, changed: int) -> StoredEntry:
        return StoredEntry(
            id=entry.id,
            kind=entry.kind.value,
            type=entry.type,
            provider=entry.provider.domain,
            topics=tuple(sorted(self._numbers[category.term] for category in entry.categories)),
            published=to_seconds(entry.published),
            released=to_seconds(entry.released),
            quality=entry.quality,
            heat=entry.heat,
            peak_heat=peak_heat,
            since=self._committed,
            changed=changed,
            digest=fingerprint(document),
        )

    def _mark(self, entry: StoredEntry) -> None:
        """Mark the scopes of an entry as changed, now or from the release on."""
        scopes = self._list_scopes(entry.topics, entry.provider)
        if entry.released <= self._committed:
            self.summary.visible |= scopes
        else:
            self.summary.waiting.append((entry.released, scopes))

    def _list_scopes(self, topics: Collection[int], provider: str) -> set[str]:
        # A topic that was merged into another topic has no feed, and no slug.
        feeds = (f"topics/{self._slugs[topic]}" for topic in topics if topic in self._slugs)
        return {"feed", f"providers/{provider}", *feeds}

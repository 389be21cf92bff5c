"""Compare entries with the stored versions and list the changes, without reading or writing the catalog."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

import msgspec

from feeds.catalog.stored import FIGURES, EntryChange, StoredEntry, TimedEntry, keep_changes
from feeds.model.clock import to_seconds
from feeds.model.entry import Entry, Kind, encode_visible, fingerprint


@dataclass(slots=True)
class DiffSummary:
    """The number of changed entries, and the scopes of changed feeds.

    Subscribers see a difference in `visible` scopes. Only figures or types changed in `ranking` scopes. `waiting` pairs
    a release time, in seconds, with the scopes of feeds with a difference from then on. `last_expired` is the last time
    at which an entry expired, 0 if none has expired since the last collect. `moves` counts the entries that
    joined less those that left, by topic number and time of publication.
    """

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    visible: set[str] = field(default_factory=set)
    ranking: set[str] = field(default_factory=set)
    waiting: list[tuple[int, set[str]]] = field(default_factory=list)
    last_expired: int = 0
    moves: Counter[tuple[int, int]] = field(default_factory=Counter)


class _Version(NamedTuple):
    entry: StoredEntry
    content: Entry
    document: bytes


class EntryDiff:
    """Compare entries, and gather changes and a summary.

    `numbers` are topic numbers by slug. `committed` is the time of the commit, in seconds, and the time of change of
    each entry, except in a new catalog (`is_new`): there, entries keep their own dates. Charts count related entries
    only `with_related`.
    """

    def __init__(self, numbers: Mapping[str, int], *, committed: int, is_new: bool, with_related: bool = True) -> None:
        self._numbers = numbers
        self._slugs = {number: slug for slug, number in numbers.items()}
        self._committed = committed
        self._is_new = is_new
        self._with_related = with_related
        self._changes: list[EntryChange] = []
        self.summary = DiffSummary()

    def take_changes(self) -> list[EntryChange]:
        """Return and forget the changes since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def compare(self, versions: Sequence[TimedEntry], stored: Sequence[StoredEntry]) -> None:
        """Compare the versions of an entry with the stored versions, both in order of time.

        A stored version that has expired by the time of the commit has left already.
        """
        for entry in stored:
            if self._has_expired(entry):
                self._end(entry)
        kept = [entry for entry in stored if not self._has_expired(entry)]
        described = [self._describe(version, stored=stored) for version in versions]
        pairs = _match(described, kept, committed=self._committed)
        matched_new, matched_old = {id(new) for new, _ in pairs}, {id(old) for _, old in pairs}
        for new, old in pairs:
            self._keep(old, new.entry)
        added = [new for new in described if id(new) not in matched_new]
        removed = [old for old in kept if id(old) not in matched_old]
        for new, left in zip_longest(added, removed):
            self._replace(left, new)

    def _has_expired(self, stored: StoredEntry) -> bool:
        return stored.expires is not None and stored.expires <= self._committed

    def _end(self, stored: StoredEntry) -> None:
        """Turn an expired version into a former version; subscribers have seen it leave at its time."""
        self._changes.append(EntryChange(stored, None))
        self.summary.withdrawn += 1
        self.summary.ranking |= self._list_scopes(stored.topics, stored.provider)
        self.summary.last_expired = max(self.summary.last_expired, stored.expires or 0)

    def _replace(self, before: StoredEntry | None, version: _Version | None) -> None:
        after = version.entry if version else None
        if after and version:
            self._changes.append(EntryChange(before, after, version.content, version.document.decode()))
        else:
            self._changes.append(EntryChange(before, None))
        self.summary.added += before is None
        self.summary.withdrawn += after is None
        self.summary.changed += bool(before and after)
        self._count_moves(before, -1)
        self._count_moves(after, 1)
        for entry in (before, after):
            if entry:
                self._mark(entry)

    def _count_moves(self, entry: StoredEntry | None, difference: int) -> None:
        is_counted = entry and (self._with_related or entry.kind == Kind.ARTICLE.value)
        if entry and is_counted and entry.released <= self._committed and not self._is_new:
            for topic in entry.topics:
                self.summary.moves[topic, entry.published] += difference

    def _keep(self, stored: StoredEntry, after: StoredEntry) -> None:
        """Update the figures, the type and the expiry of a version without visible changes."""
        if any(getattr(after, name) != getattr(stored, name) for name in FIGURES):
            kept = keep_changes(msgspec.structs.replace(after, released=stored.released), stored)
            self._changes.append(EntryChange(stored, kept))
            self.summary.ranking |= self._list_scopes(after.topics, after.provider)
        elif after.expires != stored.expires:
            self._changes.append(EntryChange(stored, msgspec.structs.replace(stored, expires=after.expires)))

    def _describe(self, version: TimedEntry, *, stored: Sequence[StoredEntry]) -> _Version:
        entry, document = version.entry, encode_visible(version.entry)
        released = to_seconds(entry.released)
        # A version of the future does not change the heat of the present version.
        heats = [entry.heat, *(each.peak_heat for each in stored if each.released <= max(released, self._committed))]
        changed = max(min(to_seconds(entry.updated), self._committed) if self._is_new else self._committed, released)
        described = StoredEntry(
            id=entry.id,
            kind=entry.kind.value,
            type=entry.type,
            provider=entry.provider.domain,
            topics=tuple(sorted(self._numbers[category.term] for category in entry.categories)),
            published=to_seconds(entry.published),
            released=released,
            expires=version.expires,
            quality=entry.quality,
            heat=entry.heat,
            peak_heat=max((heat for heat in heats if heat is not None), default=None),
            since=self._committed,
            changed=changed,
            atom_changed=changed,
            rss_changed=changed,
            json_changed=changed,
            digest=fingerprint(document),
        )
        return _Version(described, entry, document)

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


def _match(
    described: Sequence[_Version], stored: Sequence[StoredEntry], *, committed: int
) -> list[tuple[_Version, StoredEntry]]:
    """Pair new and stored versions that look alike and begin at the same time, or have both begun."""
    by_key = {(max(old.released, committed), old.digest): old for old in stored}
    keys = ((max(new.entry.released, committed), new.entry.digest) for new in described)
    return [(new, by_key[key]) for new, key in zip(described, keys, strict=True) if key in by_key]

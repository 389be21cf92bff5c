"""Decide what one collect changes: compare each entry with the one in the catalog, without touching either."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from feeds.catalog.archive_blocks import Key, Scope
from feeds.catalog.rows import Record, Stored, as_record
from feeds.catalog.search_index.attributes import list_attributes
from feeds.catalog.search_index.postings import Numbers, find_period
from feeds.model.clock import to_seconds
from feeds.model.entry import Entry, encode_visible, fingerprint

_SELECTED_BY = ("kind", "type", "provider", "published", "topics")
"""The columns that decide which feeds hold an entry, and where."""

_FIGURES = ("quality", "heat", "peak_heat")
_REMEMBERED = ("id", "kind", "type", "provider", "topics", "published", "released", "since", "quality", "peak_heat")


@dataclass(slots=True)
class EntryChanges:
    """What a collect did to entries, in counts, and the scopes whose feeds look otherwise for it.

    In `visible` scopes a subscriber sees a difference; in `ranking` scopes only heat or quality moved; in `waiting`
    ones something changed that is released at the moment beside them. `topics` and `providers` have to be counted anew.
    `arrivals` are the places at which something has come into a scope that was there before.
    """

    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    visible: set[str] = field(default_factory=set)
    ranking: set[str] = field(default_factory=set)
    waiting: list[tuple[int, set[str]]] = field(default_factory=list)
    topics: set[int] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)
    arrivals: dict[Scope, list[Key]] = field(default_factory=dict)


@dataclass(slots=True)
class Rows:
    """The rows that decisions come to: of entries, of their topics, and of departures.

    `gained` and `lost` are the attributes that numbers have come to have and have no more. `remembered` are the entries
    that the departures were, by number. `texts` are the entries that say something else now, with their numbers.
    """

    inserts: list[Record] = field(default_factory=list)
    updates: list[Record] = field(default_factory=list)
    rankings: list[Record] = field(default_factory=list)
    withdrawals: list[Record] = field(default_factory=list)
    joined: list[Record] = field(default_factory=list)
    left: list[Record] = field(default_factory=list)
    departures: list[Record] = field(default_factory=list)
    departed: list[Record] = field(default_factory=list)
    gained: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    lost: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    remembered: list[int] = field(default_factory=list)
    texts: list[tuple[int, Entry]] = field(default_factory=list)


class Decider:
    """Turns differences into rows and counts.

    `numbers` are the topics' by slug; `moment` is the commit's, in seconds, and stamps what changes, except on a new
    catalog: there the entries carry their own dates. `entries` and `departures` hand out free numbers.
    """

    def __init__(
        self, numbers: Mapping[str, int], *, moment: int, is_new: bool, entries: Numbers, departures: Numbers
    ) -> None:
        self._numbers = numbers
        self._slugs = {number: slug for slug, number in numbers.items()}
        self._moment = moment
        self._is_new = is_new
        self._entries = entries
        self._departures = departures
        self._rows = Rows()
        self.changes = EntryChanges()

    def take_rows(self) -> Rows:
        """Hand over the rows decided since the last time."""
        rows, self._rows = self._rows, Rows()
        return rows

    def decide(self, entry: Entry | None, stored: Stored | None) -> None:
        """Decide about one entry: as it is to be (None: not shown), and as it is stored (None: not there)."""
        if entry is None:
            if stored is not None:
                self._withdraw(stored)
        elif stored is None:
            self._add(entry)
        else:
            self._revise(entry, stored)

    def _add(self, entry: Entry) -> None:
        record = self._record(entry)
        record["peak_heat"] = entry.heat
        record["since"] = self._moment
        record["changed"] = min(to_seconds(entry.updated), self._moment) if self._is_new else self._moment
        self._insert(record)
        self._rows.texts.append((record["number"], entry))
        self.changes.added += 1
        self._arrive(record)
        self._note(record["topics"], record["provider"], released=record["released"])

    def _withdraw(self, stored: Stored) -> None:
        self._remove(stored)
        self._remember(stored)
        self.changes.withdrawn += 1
        self._note(stored.topics, stored.provider, released=stored.released)

    def _revise(self, entry: Entry, stored: Stored) -> None:
        record = self._record(entry)
        record["peak_heat"] = max((heat for heat in (stored.peak_heat, entry.heat) if heat is not None), default=None)
        if record["digest"] == stored.digest:
            self._rerank(record, stored)
            return
        record["since"] = self._moment
        record["changed"] = self._moment
        self._remember(stored)
        if find_period(record["published"]) == find_period(stored.published):
            self._overwrite(record, stored)
        else:
            self._remove(stored)
            self._insert(record)
        self._rows.texts.append((record["number"], entry))
        is_withheld = stored.released <= self._moment < record["released"]
        if is_withheld or any(record[name] != getattr(stored, name) for name in _SELECTED_BY):
            self._arrive(record)
        self.changes.changed += 1
        self._note(stored.topics, stored.provider, released=stored.released)
        self._note(record["topics"], record["provider"], released=record["released"])

    def _rerank(self, record: Record, stored: Stored) -> None:
        if all(record[name] == getattr(stored, name) for name in _FIGURES):
            return
        after = {name: record[name] for name in _FIGURES}
        self._rows.rankings.append({"number": stored.number, **after, "since": self._moment})
        self._describe(stored.number, before=as_record(stored), after=record)
        self._remember(stored, after=after)
        self.changes.ranking |= self._scopes(record["topics"], record["provider"])

    def _insert(self, record: Record) -> None:
        record["number"] = self._entries.take(record["published"])
        self._rows.inserts.append(record)
        self._rows.joined.extend(_memberships(record["topics"], record["published"], number=record["number"]))
        self._rows.gained.append((record["number"], list_attributes(record)))

    def _overwrite(self, record: Record, stored: Stored) -> None:
        record["number"] = stored.number
        self._rows.updates.append(record)
        self._describe(stored.number, before=as_record(stored), after=record)
        if (record["topics"], record["published"]) != (stored.topics, stored.published):
            self._rows.left.extend(_memberships(stored.topics, stored.published, number=stored.number))
            self._rows.joined.extend(_memberships(record["topics"], record["published"], number=stored.number))

    def _remove(self, stored: Stored) -> None:
        self._rows.withdrawals.append({"number": stored.number})
        self._rows.left.extend(_memberships(stored.topics, stored.published, number=stored.number))
        self._rows.lost.append((stored.number, list_attributes(as_record(stored))))

    def _describe(self, number: int, *, before: Record, after: Record) -> None:
        had, has = list_attributes(before), list_attributes(after)
        self._rows.lost.append((number, had - has))
        self._rows.gained.append((number, has - had))

    def _remember(self, stored: Stored, *, after: Mapping[str, int | None] | None = None) -> None:
        """Keep an entry as it was, for feeds that it has left, or come into by its figures, have changed by it.

        `after` are its new figures, where nothing else is different.
        """
        if stored.released > self._moment:
            return  # nobody has seen it
        departure: Record = {name: getattr(stored, name) for name in _REMEMBERED}
        departure["number"] = self._departures.take(stored.published)
        departure["until"] = self._moment
        departure["figures_only"] = 0 if after is None else 1
        for name in ("quality", "peak_heat"):
            departure[f"{name}_after"] = after[name] if after else None
        self._rows.departures.append(departure)
        self._rows.remembered.append(stored.number)
        for topic in stored.topics.split():
            departed = {"topic": int(topic), "published": stored.published, "former_version": departure["number"]}
            self._rows.departed.append(departed)

    def _arrive(self, record: Record) -> None:
        if self._is_new or record["released"] > self._moment:
            return
        key = Key(record["published"], record["id"])
        topics = (Scope(topic=int(topic)) for topic in record["topics"].split())
        for scope in (Scope(), Scope(provider=record["provider"]), *topics):
            self.changes.arrivals.setdefault(scope, []).append(key)

    def _record(self, entry: Entry) -> Record:
        document = encode_visible(entry)
        topics = sorted(self._numbers[category.term] for category in entry.categories)
        return {
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

    def _note(self, topics: str, provider: str, *, released: int) -> None:
        self.changes.topics.update(map(int, topics.split()))
        self.changes.providers.add(provider)
        scopes = self._scopes(topics, provider)
        if released <= self._moment:
            self.changes.visible |= scopes
        else:
            self.changes.waiting.append((released, scopes))

    def _scopes(self, topics: str, provider: str) -> set[str]:
        return {"feed", f"providers/{provider}", *(f"topics/{self._slugs[int(topic)]}" for topic in topics.split())}


def _memberships(topics: str, published: int, *, number: int) -> Iterator[Record]:
    return ({"topic": int(topic), "published": published, "entry": number} for topic in topics.split())

"""Update the tombstones of removed articles."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

from feeds.articles.mention import Mention, Role
from feeds.catalog.archive_blocks import Scope
from feeds.catalog.tombstones import ScopedTombstone, TombstoneStore
from feeds.collector.identity import assign_ids
from feeds.model.adopted import Adoption
from feeds.model.clock import to_seconds
from feeds.model.entry import AdoptedIds, Entry
from feeds.model.feed import Format
from feeds.model.topics import TopicName

_NOTHING_ADOPTED = AdoptedIds()


class TombstoneUpdate:
    """Compare the removed articles with the stored tombstones, and write the differences.

    `names` are the names of topics by key, `numbers` their numbers by slug. The ids of tombstones are those that Atom
    feeds show, with regard to `adoption`. `scopes` are the scopes of the feeds that show other tombstones than before.
    """

    def __init__(
        self,
        store: TombstoneStore,
        *,
        names: Mapping[str, TopicName],
        numbers: Mapping[str, int],
        adoption: Adoption,
        committed: int,
    ) -> None:
        self._store = store
        self._names = names
        self._numbers = numbers
        self._adoption = adoption
        self._slugs = {Scope(topic=number).name: f"topics/{slug}" for slug, number in numbers.items()}
        self._committed = committed
        self.scopes: set[str] = set()

    def update(self, mentions: Sequence[Mention], *, shown: Container[str], ids: Collection[str]) -> None:
        """Update the tombstones of mentioned entries.

        `mentions` must include all mentions with a common URL or id. An entry that is `shown`, now or later, has no
        tombstone. `ids` are all ids that the entries have now or had before, empty in a new catalog.
        """
        removed = _find_removed(mentions)
        if not removed and not ids:
            return
        stored = self._store.find(ids)
        planned = set(self._plan(removed, mentions, shown))
        ended = {each: changed for each, changed in stored.items() if each not in planned}
        added = planned.difference(stored)
        self._store.end(ended)
        self._store.add(added)
        visible = (each for each in (*ended, *added) if each.removed <= self._committed)
        self.scopes.update(self._slugs.get(each.scope, each.scope) for each in visible)

    def _plan(
        self, removed: Mapping[str, Entry], mentions: Sequence[Mention], shown: Container[str]
    ) -> Iterator[ScopedTombstone]:
        """Yield the tombstones of removed articles, given by URL."""
        ids = assign_ids(mentions, at=self._committed, adoption=self._adoption) if removed else {}
        for url, draft in removed.items():
            adopted = self._adoption.ids.get(url, _NOTHING_ADOPTED)
            ref = adopted.find(Format.ATOM) or ids[url]
            if ids[url] not in shown:
                for scope in self._list_scopes(draft):
                    yield ScopedTombstone(scope.name, ids[url], ref, to_seconds(draft.updated))

    def _list_scopes(self, draft: Entry) -> Iterator[Scope]:
        yield from (Scope(), Scope(provider=draft.provider.domain))
        for category in draft.categories:
            if name := self._names.get(category.term):
                yield Scope(topic=self._numbers[name.slug])


def _find_removed(mentions: Iterable[Mention]) -> dict[str, Entry]:
    """Return the drafts of removed articles by URL; of several files at a URL, the file removed last counts."""
    drafts: dict[str, Entry] = {}
    for mention in mentions:
        if mention.role is Role.REMOVED and mention.url and mention.draft:
            known = drafts.get(mention.url, mention.draft)
            drafts[mention.url] = max(known, mention.draft, key=lambda draft: (draft.updated, draft.categories))
    return drafts

"""Plan how entries change with the clock alone: articles are released, corrected and expire without another collect."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from feeds.articles.mention import Mention, Role
from feeds.catalog.stored import TimedEntry
from feeds.collector.identity import assign_ids
from feeds.collector.merge import group_by_url, merge
from feeds.model.adopted import NOTHING_ADOPTED, Adoption
from feeds.model.clock import to_seconds
from feeds.model.entry import Entry, encode_visible
from feeds.model.topics import TopicName


def plan_entries(
    mentions: Sequence[Mention],
    *,
    names: Mapping[str, TopicName],
    removed_urls: Container[str],
    at: int,
    adoption: Adoption = NOTHING_ADOPTED,
) -> dict[str, list[TimedEntry]]:
    """Return the present and all future versions of entries by id, in order of time, seen from a time in seconds.

    `mentions` must include all mentions with a common URL or id. Entries show their ids in `adoption`.
    """
    planner = _Planner(names, removed_urls, adoption)
    if not any(
        (mention.released or 0) > at or (mention.expires or 0) > at or _awaits_correction(mention, at)
        for mention in mentions
    ):
        return {id: [TimedEntry(entry)] for id, entry in planner.merge_all(mentions, at=at).items()}
    groups = _group_linked(mentions)
    due = {root for root, group in groups.items() if any(any(_list_times(each, after=at)) for each in group)}
    rest = [mention for root, group in groups.items() if root not in due for mention in group]
    plan = {id: [TimedEntry(entry)] for id, entry in planner.merge_all(rest, at=at).items()}
    for root in sorted(due):
        plan |= planner.plan(groups[root], at=at)
    return plan


class _Planner:
    """Merge mentions at several times."""

    def __init__(self, names: Mapping[str, TopicName], removed_urls: Container[str], adoption: Adoption) -> None:
        self._names = names
        self._removed_urls = removed_urls
        self._adoption = adoption

    def merge_all(self, mentions: Sequence[Mention], *, at: int) -> dict[str, Entry]:
        """Return the entries at a time, by id."""
        ids = assign_ids(mentions, at=at, adoption=self._adoption)
        merged = {
            url: merge(ids[url], of_url, names=self._names, removed_urls=self._removed_urls, at=at)
            for url, of_url in group_by_url(mentions).items()
        }
        return {entry.id: self._adopt(entry, url) for url, entry in merged.items() if entry}

    def _adopt(self, entry: Entry, url: str) -> Entry:
        adopted = self._adoption.ids.get(url)
        return msgspec.structs.replace(entry, adopted=adopted) if adopted else entry

    def plan(self, mentions: Sequence[Mention], *, at: int) -> dict[str, list[TimedEntry]]:
        """Return the versions of the entries of linked mentions, by id."""
        times = sorted({at, *(time for mention in mentions for time in _list_times(mention, after=at))})
        states = [self.merge_all(mentions, at=time) for time in times]
        ids = {id for state in states for id in state}
        return {id: list(_join(times, [state.get(id) for state in states])) for id in ids}


def _join(times: Sequence[int], entries: Sequence[Entry | None]) -> Iterator[TimedEntry]:
    """Join equal versions at consecutive times."""
    version: Entry | None = entries[0]
    for (_, time), (before, after) in zip(pairwise(times), pairwise(entries), strict=True):
        if not _is_same(before, after):
            if version:
                yield TimedEntry(version, expires=time)
            version = after
    if version:
        yield TimedEntry(version)


def _is_same(before: Entry | None, after: Entry | None) -> bool:
    if before is None or after is None:
        return before is after
    figures = [(each.type, each.quality, each.heat) for each in (before, after)]
    return figures[0] == figures[1] and encode_visible(before) == encode_visible(after)


def _list_times(mention: Mention, *, after: int) -> Iterator[int]:
    """Yield the later times at which a mention, or a correction in it, begins or ceases to count."""
    corrections = mention.draft.corrections if mention.draft else ()
    times: list[int | None] = [to_seconds(correction.date) for correction in corrections]
    if corrections or mention.role in {Role.PUBLISHED, Role.RELATED}:
        times += [mention.released, mention.expires]
    yield from (time for time in times if time is not None and time > after)


def _awaits_correction(mention: Mention, at: int) -> bool:
    corrections = mention.draft.corrections if mention.draft else ()
    return bool(corrections) and to_seconds(corrections[0].date) > at


def _group_linked(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Group mentions with a common URL or id, also through other mentions."""
    parents: dict[str, str] = {}

    def find_root(name: str) -> str:
        while (parent := parents.get(name, name)) != name:
            name = parent
        return name

    found = list(mentions)
    for mention in found:
        if mention.id:
            parents[find_root(mention.id)] = find_root(mention.url)
    groups: dict[str, list[Mention]] = {}
    for mention in found:
        groups.setdefault(find_root(mention.url), []).append(mention)
    return groups

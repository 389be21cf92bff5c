"""Finish a collect: mark what has changed for servers and exports, and store the state for the next collect."""

from collections import Counter
from dataclasses import dataclass

import msgspec

from feeds.catalog.activity import WEEK_SECONDS, WEEKS
from feeds.catalog.digests import DIGESTS
from feeds.catalog.list_changes import ListChanges, date_lists
from feeds.catalog.list_reader import ListReader
from feeds.catalog.stored import CollectState
from feeds.catalog.topic_page_store import PageChanges
from feeds.catalog.topic_pages import TopicPageReader, date_pages, describe_topic_pages, find_changed_pages
from feeds.catalog.writer import CatalogWriter
from feeds.collector.diff import DiffSummary
from feeds.collector.topics import CollectedTopics
from feeds.model.clock import Clock, find_day, from_seconds, to_seconds
from feeds.model.shown_settings import ShownSettings

_MAX_WAIT_SECONDS = 2
_ALIASES = "aliases"
"""The scope of the other names of topics, which no feed shows."""


class DatedDocuments(msgspec.Struct, frozen=True):
    """The changes of lists and of topics' pages before a collect; without `pages`, those that are stored."""

    lists: ListChanges
    pages: PageChanges | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """The commit at the end of a collect that began at `started`; both times are in seconds.

    `before` is the state after the last collect, and `is_new` marks the first collect. Feeds show `shown`.
    """

    writer: CatalogWriter
    before: CollectState
    is_new: bool
    shown: ShownSettings
    clock: Clock
    started: int
    committed: int

    def date_scheduled_changes(self) -> DatedDocuments:
        """Return the changes of documents before the collect, scheduled changes since the last collect included."""
        reader, now = self.writer.open_reader(), from_seconds(self.committed)
        lists = ListReader(reader, self.shown).read_changes(now=now)
        return DatedDocuments(lists, TopicPageReader(reader).read_all_changes(now=now))

    def finish(self, topics: CollectedTopics, summary: DiffSummary, *, dated: DatedDocuments) -> CollectState:
        """Mark the changed scopes with the next version, and store the state for the next collect.

        `dated` are the changes of lists and of topics' pages before the collect.
        """
        summary.visible |= self._mark_retitled(topics)
        # Readers have seen the old version of entries that were released during this collect.
        now = to_seconds(self.clock.now())
        summary.visible.update(*(scopes for released, scopes in summary.waiting if released <= now))
        closed_scopes, closed = self._close_days()
        # Pages that find names find topics by these too.
        aliases = {_ALIASES} if topics.has_new_aliases and not self.is_new else set()
        has_commit = bool(summary.visible or summary.ranking or closed_scopes or aliases or self.is_new)
        state = self._make_state(summary, closed=closed, has_commit=has_commit, has_new_aliases=bool(aliases))
        self.writer.save_state(state)
        has_changes = bool(summary.visible or summary.ranking or self.is_new)
        self._date_lists(dated.lists, has_changes=has_changes)
        pages = self._date_pages(dated.pages, has_changes=has_changes)
        if has_commit:
            self.writer.record_commit(state.version)
            self.writer.mark_scopes_changed(summary.visible | closed_scopes | aliases | pages, version=state.version)
            self.writer.mark_scopes_reranked(summary.ranking, version=state.version)
            self._wait_until(max(self.committed, state.settings_changed))
        return state

    def _date_lists(self, before: ListChanges, *, has_changes: bool) -> None:
        """Store the times of the last changes of lists; a change of settings counts as a change of each list."""
        changes = before
        if has_changes:
            now = from_seconds(self.committed)
            reader = self.writer.open_reader()
            changed = reader.find_last_change(now=now) if self.is_new else now
            found = ListReader(reader, self.shown).describe(now=now)
            known = {} if self._has_new_settings else before
            changes = date_lists(known, found, changed=to_seconds(changed) if changed else 0)
        self.writer.save_list_changes(changes)

    def _date_pages(self, scheduled: PageChanges | None, *, has_changes: bool) -> set[str]:
        """Store the times of the last changes of topics' pages, and return the scopes of the pages that changed now."""
        if scheduled is None and not has_changes:
            return set()
        now, reader = from_seconds(self.committed), self.writer.open_reader()
        stored = reader.read_page_changes()
        before = stored if scheduled is None else scheduled
        found = describe_topic_pages(reader.list_topics(now=now), now=now)
        after = date_pages(before, found, changed=0 if self.is_new else self.committed)
        self.writer.topic_pages.save(stored, after)
        return find_changed_pages(before, after, reader) if not self.is_new else set()

    @property
    def _has_new_settings(self) -> bool:
        return self.before.settings_fingerprint != self.shown.fingerprint

    def _make_state(
        self, summary: DiffSummary, *, closed: int, has_commit: bool, has_new_aliases: bool
    ) -> CollectState:
        before = self.before
        has_visible_change = bool(summary.visible or has_new_aliases) and not self.is_new
        return CollectState(
            version=before.version + has_commit,
            committed=self.committed if has_commit else before.committed,
            changed=self.committed if has_visible_change else max(before.changed, summary.last_expired),
            created=self.committed if self.is_new else before.created,
            collected=self.started,
            closed=closed,
            entries=before.entries + summary.added - summary.withdrawn,
            settings_fingerprint=self.shown.fingerprint,
            settings_changed=self._date_settings(),
            charted=self.committed if self._has_new_charts(summary.moves) else before.charted,
            shown_values=msgspec.json.encode(self.shown.values).decode(),
        )

    def _date_settings(self) -> int:
        """Return the time of the last change of settings.

        If the catalog starts over, readers know later dates than those of the entries, up to the present second.
        """
        if self.writer.has_started_over:
            return to_seconds(self.clock.now()) + 1
        return self.committed if self._has_new_settings else self.before.settings_changed

    def _has_new_charts(self, moves: Counter[tuple[int, int]]) -> bool:
        """Return whether any topic has another number of entries in one of the weeks up to the newest entry."""
        if not moves:
            return False
        newest = self.writer.open_reader().find_newest(now=from_seconds(self.committed))
        end = to_seconds(newest) if newest else 0
        weeks: Counter[tuple[int, int]] = Counter()
        for (topic, published), difference in moves.items():
            weeks[topic, (end - published) // WEEK_SECONDS] += difference
        return any(difference and week < WEEKS for (_, week), difference in weeks.items())

    def _close_days(self) -> tuple[set[str], int]:
        """Close the days since the last collect; return the changed scopes and the first open day."""
        today = find_day(self.started)
        first = today if self.is_new else self.before.closed
        days = range(first, today)
        self.writer.close_days(days, committed=self.committed, is_new=self.is_new)
        return ({DIGESTS} if days else set()), max(first, today)

    def _mark_retitled(self, topics: CollectedTopics) -> set[str]:
        """Mark the scopes with another title, and return those with any change; all scopes if settings changed."""
        if self.is_new:
            return set()
        if self._has_new_settings:
            return set(self.writer.list_scopes())
        self.writer.mark_scopes_retitled({f"topics/{slug}" for slug in topics.retitled}, committed=self.committed)
        return {f"topics/{slug}" for slug in topics.changed}

    def _wait_until(self, time: int) -> None:
        # After two commits within one second, Last-Modified would be in the future without a wait (RFC 9110 section
        # 8.8.2.1). If the clock was set back, the wait would be too long.
        seconds = time - to_seconds(self.clock.now())
        if 0 < seconds <= _MAX_WAIT_SECONDS:
            self.clock.sleep(seconds)

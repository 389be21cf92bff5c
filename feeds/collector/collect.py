"""Run one collect, from the content folders to the catalog, in one transaction."""

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

import msgspec

from feeds.articles.files import ContentFile, scan
from feeds.catalog import schema
from feeds.catalog.catalog import Catalog
from feeds.catalog.digests import DIGESTS
from feeds.catalog.rows import Stored
from feeds.catalog.writer import CatalogWriter
from feeds.collector.diff import EntryChanges
from feeds.collector.entries import publish
from feeds.collector.parallel import Task, read_sources
from feeds.collector.sources import Affected, forget_files, record_readings
from feeds.collector.stored_problems import find_problems
from feeds.collector.topic_files import read_topic_files
from feeds.collector.topics import Naming, update_topics
from feeds.model.clock import SYSTEM_CLOCK, Clock, find_day, to_seconds
from feeds.model.errors import Level, MassRemovalError, Problem

Progress = Callable[[int, int], object]
"""Is told how many of how many files have been read."""

_BATCH_READINGS = 1_000
_LONGEST_WAIT_SECONDS = 2


class CollectResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one collect did.

    `read`, `kept` and `gone` count article files: parsed anew, as they were, and no longer there; `rejected` counts
    those that stand rejected, and `problems` are those of every file as it stands now, by path. All of these are about
    the files that were to be collected, be they all or only some. `added`, `changed`, `withdrawn` and `unchanged` count
    entries, of the whole catalog. `scopes` name the feeds that a subscriber sees otherwise. `seconds` tells how long
    each phase took.
    """

    read: int
    kept: int
    gone: int
    rejected: int
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    problems: tuple[Problem, ...]
    scopes: frozenset[str]
    version: int
    seconds: dict[str, float]


class _Site(msgspec.Struct, frozen=True):
    """What a collector works for."""

    folders: Sequence[Path]
    settings_fingerprint: str
    clock: Clock


class Collector:
    """Collect the articles below `folders` into `catalog`.

    `settings_fingerprint` changes with every setting that feeds show.
    """

    def __init__(
        self, catalog: Catalog, folders: Sequence[Path], *, settings_fingerprint: str = "", clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._catalog = catalog
        self._site = _Site(folders, settings_fingerprint, clock)

    def collect(
        self,
        *,
        only: Collection[ContentFile] | None = None,
        force: bool = False,
        progress: Progress = lambda _done, _total: None,
    ) -> CollectResult:
        """Bring the catalog into agreement with the articles, or just with the `only` ones that may have changed.

        To collect those costs about the same however many articles there are. A file that cannot become an article
        keeps what it last said in the catalog. With `force`, any number of articles may be gone.

        Raises:
            MassRemovalError: more than half of the articles are gone, and `force` is not set.
            SettingsError: a folder does not exist or cannot be read.
            CatalogError: the catalog cannot be written.
        """
        with self._catalog.writing() as writer:
            collect = _Collect(writer, self._site, force=force, progress=progress)
            return collect.run_whole() if only is None else collect.run_partial(only)


class _Collect:
    """One collect under way."""

    def __init__(self, writer: CatalogWriter, site: _Site, *, force: bool, progress: Progress) -> None:
        self._writer = writer
        self._site = site
        self._force = force
        self._progress = progress
        self._facts = writer.facts()
        self._is_new = "version" not in self._facts
        self._now = to_seconds(site.clock.now())
        self._moment = self._choose_moment()
        self._affected = Affected(everything=self._is_new)
        self._problems: list[Problem] = []
        self._seconds: dict[str, float] = {}

    def run_whole(self) -> CollectResult:
        with self._timing("scan"):
            content = scan(self._site.folders, now_ns=self._now * 1_000_000_000)
            known = self._writer.files()
        return self._run(content.articles, known=known, topic_files=content.topics, keys=None)

    def run_partial(self, files: Collection[ContentFile]) -> CollectResult:
        if self._is_new:
            return self.run_whole()  # one that has been thrown away must not come back with a few articles only
        with self._timing("scan"):
            present = [file for file in files if os.path.lexists(file.path)]
            keys = {file.key for file in files}
            known = self._writer.files(keys)
        return self._run(present, known=known, topic_files=None, keys=keys)

    def _run(
        self,
        files: Sequence[ContentFile],
        *,
        known: Mapping[str, Stored],
        topic_files: Sequence[ContentFile] | None,
        keys: Collection[str] | None,
    ) -> CollectResult:
        """Collect `files`: all there are, or, of the articles with these `keys`, those that are still there."""
        gone = sorted(known.keys() - {file.key for file in files})
        leaving = self._find_leaving([known[key] for key in gone])
        with self._timing("read"):
            forget_files(self._writer, gone, affected=self._affected)
            read = self._read(_select_changed(files, known), known=known)
            self._guard(leaving)
        with self._timing("publish"):
            topics = read_topic_files(self._writer, topic_files, affected=self._affected, problems=self._problems)
            naming = update_topics(self._writer, self._affected, files=topics, moment=self._moment)
            changes = publish(self._writer, self._affected, naming=naming, moment=self._moment)
            self._problems.extend(find_problems(self._writer, self._site.folders, naming=naming, keys=keys))
            entries = int(self._facts.get("entries", 0)) + changes.added - changes.withdrawn
            version = self._stamp(naming, changes, entries=entries)
        return CollectResult(
            read=read,
            kept=len(files) - read,
            gone=len(gone),
            rejected=len({problem.path for problem in self._problems if problem.level is Level.ERROR}),
            added=changes.added,
            changed=changes.changed,
            withdrawn=changes.withdrawn,
            unchanged=entries - changes.added - changes.changed,
            problems=tuple(sorted(self._problems)),
            scopes=frozenset(changes.visible),
            version=version,
            seconds=self._seconds,
        )

    def _find_leaving(self, gone: Sequence[Stored]) -> tuple[list[str], int]:
        """Give the URLs of the articles whose files are gone, and how many articles were; none for a few."""
        paths = [row.path for row in gone if row.accepted]
        enough = 2 * len(paths)
        if self._force or not paths or (articles := self._writer.count_accepted(most=enough)) == enough:
            return [], 0
        return [row.url for row in self._writer.mentions_in(paths) if row.position == 0], articles

    def _guard(self, leaving: tuple[list[str], int]) -> None:
        """Refuse if most articles would be gone: what has only moved to another file is still mentioned."""
        urls, articles = leaving
        present = {row.url for row in self._writer.mentions_of(set(urls)) if row.position == 0}
        removed = sum(url not in present for url in urls)
        if removed * 2 > articles:
            raise MassRemovalError(removed=removed, known=articles)

    def _read(self, tasks: Sequence[Task], *, known: Mapping[str, Stored]) -> int:
        parsed = done = 0
        with closing(read_sources(tasks)) as readings:
            while batch := list(islice(readings, _BATCH_READINGS)):
                record_readings(self._writer, batch, known=known, affected=self._affected)
                parsed += sum(reading.mentions is not None or reading.rejected for reading in batch)
                done += len(batch)
                self._progress(done, len(tasks))
        return parsed

    def _choose_moment(self) -> int:
        """Choose the moment of this commit: now, but later than the last commit and whatever has shown by itself.

        Validators hang on it, and two states of a feed must not share one.
        """
        if self._is_new:
            return self._now
        return max(self._now, int(self._facts["committed"]) + 1, self._writer.last_turn(until=self._now) + 1)

    def _stamp(self, naming: Naming, changes: EntryChanges, *, entries: int) -> int:
        """Give the scopes that look otherwise now the next version, and note what the next collect goes by."""
        changes.visible |= self._stamp_settings(naming)
        # What was released while this collect was under way has been seen as it was before.
        now = to_seconds(self._site.clock.now())
        changes.visible.update(*(scopes for released, scopes in changes.waiting if released <= now))
        closed = self._close_days()
        version = int(self._facts.get("version", 0))
        facts = {
            "collected": str(self._now),
            "settings_fingerprint": self._site.settings_fingerprint,
            "entries": str(entries),
        }
        if changes.visible or changes.ranking or closed or self._is_new:
            version += 1
            facts |= {"version": str(version), "committed": str(self._moment)}
            if changes.visible and not self._is_new:
                facts["changed"] = str(self._moment)
            self._stamp_scopes(changes.visible | closed, version=version)
            self._stamp_scopes(changes.ranking, ranking=version)
            self._wait_for_moment()
        self._writer.set_facts(facts)
        return version

    def _close_days(self) -> set[str]:
        """Close the days that have passed since the last collect, and give the scope that has changed if any has."""
        today = find_day(self._now)
        days = range(int(self._facts.get("closed", today)), today)
        self._writer.insert(schema.closings, [{"day": day, "closed": self._moment} for day in days])
        if days or self._is_new:
            self._writer.set_facts({"closed": str(today)} | ({"created": str(self._moment)} if self._is_new else {}))
        return {DIGESTS} if days else set()

    def _stamp_settings(self, naming: Naming) -> set[str]:
        """Stamp the scopes that are titled otherwise now, or all if the site is, and give their names."""
        if self._is_new:
            return set()
        if self._facts.get("settings_fingerprint") != self._site.settings_fingerprint:
            self._writer.set_facts({"settings_changed": str(self._moment)})
            return set(self._writer.scope_names())
        titled = {f"topics/{slug}" for slug in naming.changed}
        self._stamp_scopes(titled, changed=self._moment)
        return titled

    def _stamp_scopes(self, names: Collection[str], **columns: int) -> None:
        self._writer.upsert(schema.scopes, [{"name": name, **columns} for name in sorted(names)])

    def _wait_for_moment(self) -> None:
        # Two commits within one second: without the wait, Last-Modified would lie in the future (RFC 9110 section
        # 8.8.2.1). A clock that was set back is not waited for.
        if 0 < self._moment - self._now <= _LONGEST_WAIT_SECONDS:
            self._site.clock.sleep(self._moment - self._now)

    @contextmanager
    def _timing(self, phase: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._seconds[phase] = time.perf_counter() - begun


def _select_changed(files: Sequence[ContentFile], known: Mapping[str, Stored]) -> list[Task]:
    """Give the files that have to be read: new ones, and those whose stamp cannot vouch for them."""
    tasks = []
    for file in files:
        row = known.get(file.key)
        if row is None or not file.stamp or row.stamp != file.stamp:
            tasks.append((file, row.digest if row else ""))
    return tasks

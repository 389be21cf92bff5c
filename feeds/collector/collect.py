"""Run one collect, from the content folders to the catalog, in one transaction."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import msgspec

from feeds.catalog import schema
from feeds.catalog.store import Catalog
from feeds.catalog.writer import CatalogWriter, Stored
from feeds.collector.naming import Naming, update_topics
from feeds.collector.publishing import Changes, Publisher
from feeds.collector.reading import Reading, Task, read_sources
from feeds.collector.recording import Affected, forget_files, record_readings
from feeds.errors import MassRemovalError, Problem
from feeds.moments import SYSTEM_CLOCK, Clock, to_seconds
from feeds.folders import ContentFile, scan
from feeds.topics import TopicFile

Progress = Callable[[int, int], object]
"""Is told how many of how many files have been read."""

_BATCH_READINGS = 1_000
_LONGEST_WAIT_SECONDS = 2


class CollectResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one collect did.

    `read`, `kept`, `rejected` and `gone` count article files: parsed anew, as they were, standing rejected, and no
    longer there. `added`, `changed`, `withdrawn` and `unchanged` count entries. `problems` are those of every file as
    it stands now, by path. `scopes` name the feeds that a subscriber sees otherwise. `seconds` tells how long each
    phase took.
    """

    read: int
    kept: int
    rejected: int
    gone: int
    added: int
    changed: int
    withdrawn: int
    unchanged: int
    problems: tuple[Problem, ...]
    scopes: frozenset[str]
    version: int
    seconds: dict[str, float]


class Collector:
    """Collects the articles below `folders` into `catalog`; `appearance` stands for all settings that feeds show."""

    def __init__(
        self, catalog: Catalog, folders: Sequence[Path], *, appearance: str = "", clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._catalog = catalog
        self._folders = folders
        self._appearance = appearance
        self._clock = clock

    def collect(self, *, force: bool = False, progress: Progress = lambda _done, _total: None) -> CollectResult:
        """Bring the catalog into agreement with the articles.

        A file that cannot become an article keeps what it last said in the catalog. With `force`, any number of
        articles may be gone.

        Raises:
            MassRemovalError: more than half of the articles are gone, and `force` is not set.
            SettingsError: a folder does not exist or cannot be read.
            CatalogError: the catalog cannot be written.
        """
        with self._catalog.writing() as writer:
            return _Collect(writer, folders=self._folders, appearance=self._appearance, clock=self._clock).run(
                force=force, progress=progress
            )


class _Collect:
    """One collect under way."""

    def __init__(self, writer: CatalogWriter, *, folders: Sequence[Path], appearance: str, clock: Clock) -> None:
        self._writer = writer
        self._folders = folders
        self._appearance = appearance
        self._clock = clock
        self._facts = writer.facts()
        self._is_new = "version" not in self._facts
        self._now = to_seconds(clock.now())
        self._affected = Affected(everything=self._is_new)
        self._seconds: dict[str, float] = {}

    def run(self, *, force: bool, progress: Progress) -> CollectResult:
        with self._timing("scan"):
            known = {row.path: row for row in self._writer.files()}
            sources = list(scan(self._folders, now_ns=time.time_ns()))
            gone = sorted(known.keys() - {source.key for source in sources})
            _guard(known, gone, force=force)
        with self._timing("read"):
            forget_files(self._writer, gone, affected=self._affected)
            read = self._read(_changed(sources, known), known=known, progress=progress)
        with self._timing("publish"):
            naming = update_topics(self._writer, self._affected, files=self._topic_files())
            changes = self._publish(naming)
        problems = _decode_problems(self._writer.problems(), sources)
        version = self._stamp(naming, changes)
        return CollectResult(
            read=read,
            kept=len(sources) - read,
            rejected=len({problem.path for problem in problems if problem.level == "error"}),
            gone=len(gone),
            added=changes.added,
            changed=changes.changed,
            withdrawn=changes.withdrawn,
            unchanged=self._writer.count(schema.entries) - changes.added - changes.changed,
            problems=problems,
            scopes=frozenset(changes.visible),
            version=version,
            seconds=self._seconds,
        )

    def _read(self, tasks: Sequence[Task], *, known: Mapping[str, Stored], progress: Progress) -> int:
        parsed = done = 0
        readings = read_sources(tasks)
        while batch := list(islice(readings, _BATCH_READINGS)):
            record_readings(self._writer, batch, known=known, affected=self._affected)
            parsed += sum(reading.mentions is not None or reading.rejected for reading in batch)
            done += len(batch)
            progress(done, len(tasks))
        return parsed

    def _topic_files(self) -> Sequence[TopicFile]:
        return ()

    def _publish(self, naming: Naming) -> Changes:
        publisher = Publisher(self._writer, naming=naming, moment=self._moment, is_new=self._is_new)
        publisher.publish(self._affected)
        return publisher.changes

    @property
    def _moment(self) -> int:
        """The moment of this commit: now, but always later than the last one's.

        Validators hang on it, and two states of a feed must not share one.
        """
        return max(self._now, int(self._facts.get("moment", 0)) + 1)

    def _stamp(self, naming: Naming, changes: Changes) -> int:
        """Give the scopes that look otherwise now the next version, and note what the next collect goes by."""
        seen = changes.visible | self._stamp_appearance(naming)
        version = int(self._facts.get("version", 0))
        facts = {"collected": str(self._now), "appearance": self._appearance}
        if seen or changes.ranking or self._is_new:
            version += 1
            facts |= {"version": str(version), "moment": str(self._moment)}
            self._writer.upsert(schema.scopes, [{"name": name, "version": version} for name in sorted(seen)])
            ranked = sorted(changes.ranking)
            self._writer.upsert(schema.scopes, [{"name": name, "ranking": version} for name in ranked])
            self._wait_for_moment()
        self._writer.set_facts(facts)
        return version

    def _stamp_appearance(self, naming: Naming) -> set[str]:
        """Stamp the scopes that are titled otherwise now, or all if the site is, and give their names."""
        if self._is_new:
            return set()
        if self._facts.get("appearance") != self._appearance:
            self._writer.set_facts({"appearance_changed": str(self._moment)})
            return set(self._writer.scope_names())
        titled = {f"topics/{slug}" for slug in naming.changed}
        self._writer.upsert(schema.scopes, [{"name": name, "changed": self._moment} for name in sorted(titled)])
        return titled

    def _wait_for_moment(self) -> None:
        # Two commits within one second: without the wait, Last-Modified would lie in the future (RFC 9110 section
        # 8.8.2.1). A clock that was set back is not waited for.
        if 0 < self._moment - self._now <= _LONGEST_WAIT_SECONDS:
            self._clock.sleep(self._moment - self._now)

    @contextmanager
    def _timing(self, phase: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._seconds[phase] = time.perf_counter() - begun


def _guard(known: Mapping[str, Stored], gone: Sequence[str], *, force: bool) -> None:
    articles = sum(row.accepted for row in known.values())
    removed = sum(known[key].accepted for key in gone)
    if removed * 2 > articles and not force:
        raise MassRemovalError(removed=removed, known=articles)


def _changed(sources: Sequence[ContentFile], known: Mapping[str, Stored]) -> list[Task]:
    """Give the files that have to be read: new ones, and those whose stamp cannot vouch for them."""
    tasks = []
    for source in sources:
        row = known.get(source.key)
        if row is None or not source.stamp or row.stamp != source.stamp:
            tasks.append((source, row.digest if row else ""))
    return tasks


def _decode_problems(documents: Sequence[str], sources: Sequence[ContentFile]) -> tuple[Problem, ...]:
    problems = (msgspec.json.decode(document, type=tuple[Problem, ...]) for document in documents)
    return tuple(sorted(problem for group in problems for problem in group))

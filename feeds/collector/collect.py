"""Update the catalog from the content folders, in a single transaction."""

import logging
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path

import msgspec

from feeds.articles.content_file import ContentFile
from feeds.articles.dialects.site_finder import SiteFinder
from feeds.articles.files import Content, find_site, needs_scan, scan
from feeds.articles.repository_files import is_about_repository
from feeds.catalog.catalog import Catalog
from feeds.catalog.stored import CollectState, StoredFile
from feeds.catalog.writer import CatalogWriter
from feeds.collector.adopted_files import read_adopted_files
from feeds.collector.collect_result import CollectResult, Progress
from feeds.collector.commit import Commit
from feeds.collector.entries import update_entries
from feeds.collector.lint_rules import find_adopted_id_problems, find_clashes, find_id_problems, find_problems
from feeds.collector.mass_removal import Removal, check_removal, find_removal
from feeds.collector.parallel import ReadSources, read_sources
from feeds.collector.pending import PendingUpdates
from feeds.collector.read_result import ReadTask
from feeds.collector.sources import forget_files, save_results
from feeds.collector.topic_files import read_topic_files
from feeds.collector.topics import CollectedTopics, update_topics
from feeds.model.adopted import Adoption
from feeds.model.clock import SYSTEM_CLOCK, Clock, from_seconds, to_seconds
from feeds.model.errors import ClockError, DamagedCatalogError, Level, Problem
from feeds.model.shown_settings import ShownSettings
from feeds.model.stemmer import find_stemmer

_log = logging.getLogger(__name__)

_BATCH_FILES = 1_000
_NOTHING_SHOWN = ShownSettings()
_CLOCK_TOLERANCE = timedelta(days=1)


class _Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a collector."""

    folders: Sequence[Path]
    follow_links: bool
    articles_url: str
    shown: ShownSettings
    clock: Clock


class Collector:
    """Collect the articles below `folders` into `catalog`.

    With `follow_links`, symbolic links may lead out of the folders. `articles_url` is the URL below which posts of
    other tools stand. `shown` are the settings that feeds show.
    """

    def __init__(  # noqa: PLR0913 the settings of a collect
        self,
        catalog: Catalog,
        folders: Sequence[Path],
        *,
        follow_links: bool = False,
        articles_url: str = "",
        shown: ShownSettings = _NOTHING_SHOWN,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._catalog = catalog
        self._options = _Options(
            folders=folders, follow_links=follow_links, articles_url=articles_url, shown=shown, clock=clock
        )

    def collect(
        self,
        *,
        only: Collection[ContentFile] | None = None,
        force: bool = False,
        progress: Progress = lambda _done, _total: None,
        read: ReadSources = read_sources,
    ) -> CollectResult:
        """Update the catalog from all articles, or from the `only` files that may have changed.

        The cost of a partial collect hardly depends on the number of articles. A rejected or skipped file keeps the
        last good version in the catalog. A damaged catalog is renamed, and a new catalog made. With `force`, any number
        of articles may be removed, and a catalog from the future is rebuilt. `read` reads the files.

        Raises:
            ClockError: the catalog was written more than a day after the present time, and `force` is not set.
            MassRemovalError: more than half of the articles would be removed, and `force` is not set.
            SettingsError: a folder does not exist or cannot be read.
            CatalogError: the catalog cannot be written.
        """

        def run(*, has_started_over: bool = False) -> CollectResult:
            with self._catalog.writing() as writer:
                writer.has_started_over |= has_started_over
                self._check_clock(writer, force=force)
                collect = _Collect(writer, self._options, force=force, progress=progress, read=read)
                return collect.run_full() if only is None else collect.run_partial(only)

        try:
            return run()
        except DamagedCatalogError:
            if moved := self._catalog.move_aside(now=self._options.clock.now()):
                _log.warning("The catalog was damaged. It was renamed to %s, and a new catalog is made.", moved)
            return run(has_started_over=True)

    def _check_clock(self, writer: CatalogWriter, *, force: bool) -> None:
        """Refuse a catalog from the future, or start over with `force`.

        From then on, all commits would be in the future, and no digest would be made before that time comes.
        """
        state = writer.read_state()
        now = self._options.clock.now()
        written = from_seconds(max(state.committed, state.collected)) if state else now
        if written - now <= _CLOCK_TOLERANCE:
            return
        if not force:
            raise ClockError(written=written, now=now)
        writer.start_over()


class _Collect:
    """A collect in progress."""

    def __init__(
        self, writer: CatalogWriter, options: _Options, *, force: bool, progress: Progress, read: ReadSources
    ) -> None:
        self._writer = writer
        self._options = options
        self._force = force
        self._progress = progress
        self._read_sources = read
        state = writer.read_state()
        self._is_new = state is None
        self._before = state or CollectState(settings_fingerprint=options.shown.fingerprint)
        self._now = to_seconds(options.clock.now())
        self._committed = self._choose_commit_time()
        self._commit = Commit(
            writer=writer,
            before=self._before,
            is_new=self._is_new,
            shown=options.shown,
            clock=options.clock,
            started=self._now,
            committed=self._committed,
        )
        self._pending = PendingUpdates(everything=self._is_new)
        if not self._is_new:
            # An article that competes for an id since its release may change the ids of other entries.
            due = writer.find_scheduled_entry_ids(after=self._before.collected, until=self._committed)
            self._pending.entry_names.update(due)
            for versions in writer.find_entries(due).values():
                self._pending.topic_numbers.update(number for each in versions for number in each.topics)
        self._problems: list[Problem] = []
        self._id_problems: list[Problem] = []
        self._seconds: dict[str, float] = {}

    def run_full(self) -> CollectResult:
        with self._timing("scan"):
            options = self._options
            content = scan(
                options.folders,
                now_ns=self._now * 1_000_000_000,
                follow_links=options.follow_links,
                articles_url=options.articles_url,
            )
            known = self._writer.sources.read_files()
        return self._run(content, known=known, keys=None)

    def run_partial(self, files: Collection[ContentFile]) -> CollectResult:
        # A deleted catalog must not come back with a few articles only.
        if self._is_new or any(needs_scan(self._options.folders, file) for file in files):
            return self.run_full()
        with self._timing("scan"):
            finder = SiteFinder(self._options.articles_url)
            found = [find_site(self._options.folders, file, finder) for file in files if os.path.lexists(file.path)]
            present = [file for file in found if file and not is_about_repository(file.path)]
            keys = {file.key for file in files}
            known = self._writer.sources.read_files(keys)
        return self._run(Content(present, []), known=known, keys=keys)

    def _run(self, content: Content, *, known: Mapping[str, StoredFile], keys: Collection[str] | None) -> CollectResult:
        """Collect all existing files, or the existing article files with the given `keys`."""
        self._writer.use_stemmer(find_stemmer(self._options.shown.language))
        files = content.articles
        self._problems.extend(content.problems)
        gone = sorted(key for key in known.keys() - {file.key for file in files} if not content.has_skipped(key))
        removal = Removal() if self._force else find_removal(self._writer, [known[key] for key in gone])
        dated = self._commit.date_scheduled_changes()
        with self._timing("read"):
            forget_files(self._writer, gone, pending=self._pending)
            read = self._read(_select_changed(files, known), known=known)
            check_removal(self._writer, removal)
        with self._timing("publish"):
            described = None if keys is not None else content
            topic_metadata = read_topic_files(self._writer, described, pending=self._pending, problems=self._problems)
            adoption = read_adopted_files(self._writer, described, pending=self._pending, problems=self._problems)
            topics = update_topics(self._writer, self._pending, files=topic_metadata, committed=self._committed)
            summary = update_entries(
                self._writer,
                self._pending,
                topics=topics,
                adoption=adoption,
                shown=self._options.shown,
                committed=self._committed,
            )
            self._find_problems(topics, adoption, keys=keys)
            state = self._commit.finish(topics, summary, dated=dated)
        return CollectResult(
            read=read,
            files_unchanged=len(files) - read,
            files_removed=len(gone),
            rejected=len({problem.path for problem in self._problems if problem.level is Level.ERROR}),
            added=summary.added,
            changed=summary.changed,
            withdrawn=summary.withdrawn,
            unchanged=state.entries - summary.added - summary.changed,
            problems=tuple(sorted((*self._problems, *self._id_problems))),
            scopes=frozenset(summary.visible),
            version=state.version,
            settings={}
            if self._is_new
            else self._options.shown.compare(msgspec.json.decode(self._before.shown_values)),
            seconds=self._seconds,
        )

    def _read(self, tasks: Sequence[ReadTask], *, known: Mapping[str, StoredFile]) -> int:
        """Read files and store the results; return the number of files with new content."""
        parsed = done = 0
        with closing(self._read_sources(tasks)) as results:
            while batch := list(islice(results, _BATCH_FILES)):
                save_results(self._writer, batch, known=known, pending=self._pending)
                parsed += sum(result.mentions is not None or result.is_rejected for result in batch)
                done += len(batch)
                self._progress(done, len(tasks))
        return parsed

    def _find_problems(self, topics: CollectedTopics, adoption: Adoption, *, keys: Collection[str] | None) -> None:
        """Find the problems of all files, or of the files with the given keys."""
        folders = self._options.folders
        self._problems.extend(find_problems(self._writer, folders, keys=keys))
        clashes = find_clashes(self._writer, folders, clashes=topics.clashes, changed=topics.changed, keys=keys)
        self._problems.extend(clashes)
        self._id_problems = find_id_problems(self._writer, folders, at=self._committed, keys=keys)
        if adoption.owners:
            self._id_problems += find_adopted_id_problems(self._writer, folders, adoption=adoption, keys=keys)

    def _choose_commit_time(self) -> int:
        """Return the time of the commit: now, but after the last commit and after the last scheduled change.

        Validators depend on the time, and two states of a feed must not share a validator.
        """
        if self._is_new:
            return self._now
        scheduled = self._writer.find_last_scheduled_change(until=self._now)
        # After a rebuild, documents have the time of the settings, which is later than the commit.
        last = max(self._before.committed, self._before.settings_changed, scheduled)
        return max(self._now, last + 1)

    @contextmanager
    def _timing(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds[phase] = time.perf_counter() - start


def _select_changed(files: Sequence[ContentFile], known: Mapping[str, StoredFile]) -> list[ReadTask]:
    """Return the files to read: new files, and files without a stamp or with a changed stamp."""
    tasks = []
    for file in files:
        stored = known.get(file.key)
        if stored is None or not file.stamp or stored.stamp != file.stamp:
            tasks.append((file, stored.digest if stored else ""))
    return tasks

"""Replay a history, predict each commit with `feeds diff`, and compare with what a reader counts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, closing, nullcontext
from datetime import datetime
from pathlib import Path
from time import process_time

import msgspec

from benchmarks.prediction.polling import PollingReader, serving_catalog
from benchmarks.prediction.repository import (
    CONTENT,
    TimedCommit,
    invent_timed_history,
    read_timed_history,
    write_repository,
)
from benchmarks.prediction.subscriber import Count, Subscriber
from benchmarks.soak.edits import apply_commit
from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.compare.differences import SiteDifference
from feeds.compare.site_comparison import compare_sites
from feeds.compare.site_view import SiteView, read_site_view
from feeds.compare.states import open_states
from feeds.model.clock import Clock, from_seconds, to_seconds
from feeds.settings import Settings

_REPORTED_COMMITS = 25
_ALL_FEEDS_EVERY = 25  # commits: otherwise only feeds that should have changed are polled, or did


class Mismatch(msgspec.Struct, frozen=True):
    """A feed in which a reader counts something else than predicted."""

    commit: int
    path: str
    predicted: Count
    counted: Count


class PredictionResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a replay; `doubled` and `lost` describe the stories for which `feeds diff` fails, by commit."""

    commits: int
    with_difference: int
    feeds: int
    polls: int
    new: int
    modified: int
    ignored: int
    doubled: tuple[str, ...]
    lost: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]
    seconds: float

    @property
    def has_passed(self) -> bool:
        """Whether the reader counted what was predicted."""
        return not self.mismatches


class _Predicted(msgspec.Struct, frozen=True):
    difference: SiteDifference
    before: SiteView
    after: SiteView


class _Newsroom:
    """The real site: a folder of articles, and the catalog that collects each commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "published"
        self.folder.mkdir()
        self.catalog = Catalog(f"sqlite:///{folder / 'published.sqlite3'}")
        self.now = from_seconds(0)
        self.clock = Clock(now=lambda: self.now, sleep=lambda _seconds: None)

    def collect(self, commit: TimedCommit) -> Iterable[str]:
        """Apply a commit, collect, and return the paths of changed feeds."""
        apply_commit(self.folder, commit.changes)
        result = Collector(self.catalog, [self.folder], clock=self.clock).collect(force=True)
        return {f"/{scope}" for scope in result.scopes}


class _Replay:
    """A replay in progress."""

    def __init__(self, newsroom: _Newsroom, reader: PollingReader, environ: Mapping[str, str]) -> None:
        self._newsroom = newsroom
        self._reader = reader
        self._environ = environ
        self._settings = Settings.from_environ(environ)
        self._subscriber = Subscriber()
        self._paths: set[str] = set()
        self.new = self.modified = self.with_difference = 0
        self.seconds = 0.0
        self.doubled: list[str] = []
        self.lost: list[str] = []
        self.mismatches: list[Mismatch] = []

    def finish(self, commits: int, polls: int) -> PredictionResult:
        """Return the result."""
        return PredictionResult(
            commits=commits,
            with_difference=self.with_difference,
            feeds=len(self._paths),
            polls=polls,
            new=self.new,
            modified=self.modified,
            ignored=self._subscriber.ignored,
            doubled=tuple(self.doubled),
            lost=tuple(self.lost),
            mismatches=tuple(self.mismatches),
            seconds=self.seconds,
        )

    def begin(self, commits: Sequence[TimedCommit]) -> None:
        """Publish the first commits, and subscribe."""
        for commit in commits:
            self._newsroom.now = from_seconds(commit.time)
            self._newsroom.collect(commit)
        self._subscribe()

    def step(self, number: int, commit: TimedCommit, revisions: tuple[str, str]) -> None:
        """Poll, publish a commit and poll again."""
        since = self._newsroom.now
        self._newsroom.now = from_seconds(commit.time)
        predicted = self._predict(revisions, now=self._newsroom.now)
        self._poll_scheduled(predicted, since=since)
        counts = self._subscriber.predict(predicted.difference, predicted.after)
        self._note(number, predicted.difference)
        changed = self._newsroom.collect(commit)
        everything = self._paths if number % _ALL_FEEDS_EVERY == 0 else set()
        for path in sorted(self._paths & {*changed, *counts, *everything}):
            counted, expected = self._reader.poll(path), counts.get(path, Count())
            self.new += len(counted.new)
            self.modified += len(counted.modified)
            if counted != expected:
                self.mismatches.append(Mismatch(number, path, expected, counted))
        self._subscribe()

    def _predict(self, revisions: tuple[str, str], *, now: datetime) -> _Predicted:
        started = process_time()
        with open_states(
            *revisions, now=now, environ=self._environ, progress=lambda _label: nullcontext(lambda _done, _total: None)
        ) as (before, after):
            difference = compare_sites(before, after, now=now)
            self.seconds += process_time() - started
            views = [read_site_view(state.reader, settings=state.settings, now=now) for state in (before, after)]
        return _Predicted(difference, *views)

    def _poll_scheduled(self, predicted: _Predicted, *, since: datetime) -> None:
        """Let the reader see what the clock alone has changed since the last commit."""
        with self._newsroom.catalog.reading() as reader:
            until = to_seconds(self._newsroom.now)
            if not reader.list_scheduled_changes(after=to_seconds(since), until=until):
                return
        for path in sorted(self._paths):
            self._reader.poll(path)
        self._subscriber.poll(predicted.before, self._paths)

    def _note(self, number: int, difference: SiteDifference) -> None:
        self.with_difference += bool(difference.feeds)
        self.doubled += [
            f"{number}: {story.former_id} -> {story.id} ({story.sameness}, {'stays' if story.has_stayed else 'leaves'})"
            for story in difference.doubled
        ]
        self.lost += [f"{number}: {story.id} ({story.path}, {story.cause})" for story in difference.lost]

    def _subscribe(self) -> None:
        """Subscribe to the feeds that are new."""
        with self._newsroom.catalog.reading() as reader:
            view = read_site_view(reader, settings=self._settings, now=self._newsroom.now)
        added = view.feeds.keys() - self._paths
        for path in sorted(added):
            self._reader.subscribe(path)
        self._subscriber.poll(view, added)
        self._paths |= added


def replay_history(
    folder: Path, history: Path | None, *, skip: int, commits: int, progress: Callable[[str], object]
) -> PredictionResult:
    """Replay `commits` of a history, and compare each prediction with the counts of a reader.

    The reader subscribes after the first `skip` commits, or after the first.

    Raises:
        CalledProcessError: git fails.
    """
    edits = read_timed_history(history) if history else invent_timed_history(folder / "invented")
    first = max(1, skip)
    edits = edits[: first + commits]
    ids = write_repository(folder / "repository", edits)
    newsroom = _Newsroom(folder)
    with (
        closing(newsroom.catalog),
        serving_catalog(newsroom.catalog, newsroom.clock) as url,
        closing(PollingReader(url)) as reader,
        chdir(folder / "repository"),
    ):
        replay = _Replay(newsroom, reader, {"FEEDS_CONTENT": CONTENT, "FEEDS_SITE_URL": url})
        replay.begin(edits[:first])
        for number, commit in enumerate(edits[first:], start=first):
            replay.step(number, commit, (ids[number - 1], ids[number]))
            if number % _REPORTED_COMMITS == 0:
                progress(f"commit {number} of {len(edits)}, {len(replay.mismatches)} mismatches")
    return replay.finish(len(edits) - first, reader.polls)


def write_prediction_result(result: PredictionResult) -> str:
    """Write the figures, and every mismatch."""
    lines = [
        f"commits: {result.commits}, with a difference for subscribers: {result.with_difference}",
        f"feeds: {result.feeds}, polls: {result.polls}",
        f"stories that the reader counts as new: {result.new:,}, as modified: {result.modified:,}",
        f"changes that the reader ignores: {result.ignored:,}",
        f"seconds of processor time for each commit's `feeds diff`: {result.seconds / max(1, result.commits):.2f}",
        f"doubled stories: {len(result.doubled)}",
        *(f"  {line}" for line in result.doubled),
        f"lost stories: {len(result.lost)}",
        *(f"  {line}" for line in result.lost),
        f"feeds in which the reader counts something else: {len(result.mismatches)}",
        *(f"  {line}" for each in result.mismatches for line in _describe(each)),
    ]
    return "\n".join(lines)


def _describe(mismatch: Mismatch) -> Iterator[str]:
    for kind in ("new", "modified"):
        predicted, counted = getattr(mismatch.predicted, kind), getattr(mismatch.counted, kind)
        for ids, what in ((predicted - counted, "only predicted"), (counted - predicted, "only counted")):
            if ids:
                yield f"commit {mismatch.commit}, {mismatch.path}, {kind}, {what}: {', '.join(sorted(ids))}"

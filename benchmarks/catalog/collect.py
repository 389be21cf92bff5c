"""Measure `feeds collect` with all, one and no changed articles, and Hugo's build of the same articles."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.corpus import Corpus, find_newest, restoring, retitle
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import Usage, measure, measure_hugo, run

# The collector reads younger files twice, because they may change again without a new modification time.
SETTLED_SECONDS = 2.1
# HTTP dates are in whole seconds, so the collector waits until commits are a second apart. Do not measure the wait.
PAUSE_SECONDS = 1.1

_HUGO = "Hugo's build"


class _Round(msgspec.Struct, frozen=True, kw_only=True):
    """One run of all measurements; `hugo` is None without a script for Hugo."""

    hugo: Usage | None
    cold: Usage
    again: Usage
    one_changed: Usage


def collect_command(corpus: Corpus, *options: str) -> list[str]:
    """Return the command that collects a corpus."""
    return [sys.executable, "-m", "feeds", "collect", *options, str(corpus.articles)]


def collect_settings(corpus: Corpus) -> dict[str, str]:
    """Return the settings for collecting a corpus into its catalog."""
    return {"DATABASE_URL": corpus.database_url}


def measure_collecting(corpus: Corpus, *, runs: int, hugo: Path | None, progress: Progress) -> list[Figure]:
    """Measure whole processes, ours and Hugo's in turn, and leave a complete catalog."""
    time.sleep(SETTLED_SECONDS)
    rounds = []
    for number in range(runs):
        progress(f"{corpus.size:,} articles: collecting, run {number + 1} of {runs}")
        rounds.append(_measure_round(corpus, hugo))
    run(collect_command(corpus), collect_settings(corpus))  # the last change was undone
    return _make_figures(corpus.size, rounds)


def _measure_round(corpus: Corpus, hugo: Path | None) -> _Round:
    command, settings = collect_command(corpus), collect_settings(corpus)
    peer = measure_hugo(hugo, corpus.articles) if hugo else None
    _delete_catalog(corpus)
    cold = measure(command, settings)
    time.sleep(PAUSE_SECONDS)
    again = measure(command, settings)
    with restoring(find_newest(corpus)) as path:
        retitle(path, "Changed")
        time.sleep(PAUSE_SECONDS)
        one_changed = measure(command, settings)
    return _Round(hugo=peer, cold=cold, again=again, one_changed=one_changed)


def _delete_catalog(corpus: Corpus) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{corpus.catalog}{suffix}").unlink(missing_ok=True)


def _make_figures(size: int, rounds: Sequence[_Round]) -> list[Figure]:
    cold = [each.cold for each in rounds]
    peers = [each.hugo for each in rounds if each.hugo]
    hugo = tuple(peer.wall_seconds for peer in peers)
    return [
        Figure(
            name="cold collect",
            size=size,
            unit="s",
            ours=tuple(usage.wall_seconds for usage in cold),
            peer_name=_HUGO,
            peer=hugo,
            target=Target(Comparison.RATIO, 0.6),
        ),
        Figure(
            name="cold collect, CPU time",
            size=size,
            unit="s",
            ours=tuple(usage.cpu_seconds for usage in cold),
            peer_name=_HUGO,
            peer=tuple(peer.cpu_seconds for peer in peers if peer.cpu_seconds),
        ),
        Figure(
            name="cold collect, memory of the largest process",
            size=size,
            unit="MB",
            ours=tuple(usage.peak_mb for usage in cold),
            peer_name=_HUGO,
            peer=tuple(peer.peak_mb for peer in peers),
        ),
        Figure(
            name="collect again, 1 article changed",
            size=size,
            unit="s",
            ours=tuple(each.one_changed.wall_seconds for each in rounds),
            peer_name=_HUGO,
            peer=hugo,
            target=Target(Comparison.RATIO, 0.08),
        ),
        Figure(
            name="collect again, nothing changed",
            size=size,
            unit="s",
            ours=tuple(each.again.wall_seconds for each in rounds),
            peer_name=_HUGO,
            peer=hugo,
        ),
    ]

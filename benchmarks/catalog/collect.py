"""Measure `feeds collect`: everything, nothing, and one changed article; Hugo's build of the same beside it."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.corpus import Corpus, find_newest, restoring, retitle
from benchmarks.figures import Comparison, Figure, Target, Tell
from benchmarks.processes import Usage, measure, measure_hugo, run

# A file this young may change again under the same stamp, so the collector would read it twice.
SETTLED_SECONDS = 2.1
# Validators are in whole seconds, so the collector lets two commits be a second apart. That is not what is measured.
PAUSE_SECONDS = 1.1

_HUGO = "Hugo's build"


class _Round(msgspec.Struct, frozen=True, kw_only=True):
    """One run of everything; `hugo` is None where there is none."""

    hugo: Usage | None
    cold: Usage
    again: Usage
    one_changed: Usage


def collect_command(corpus: Corpus, *options: str) -> list[str]:
    """Give the command that collects a corpus."""
    return [sys.executable, "-m", "feeds", "collect", *options, str(corpus.articles)]


def collect_settings(corpus: Corpus) -> dict[str, str]:
    """Give the settings under which a corpus is collected into its catalog."""
    return {"DATABASE_URL": corpus.database_url}


def measure_collecting(corpus: Corpus, *, runs: int, hugo: Path | None, tell: Tell) -> list[Figure]:
    """Measure whole processes, ours and Hugo's in turn; leaves the catalog collected."""
    time.sleep(SETTLED_SECONDS)
    rounds = []
    for number in range(runs):
        tell(f"{corpus.size:,} articles: collecting, run {number + 1} of {runs}")
        rounds.append(_measure_round(corpus, hugo))
    run(collect_command(corpus), collect_settings(corpus))  # the last change was taken back
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
            target=Target(Comparison.RATIO, 1.0),
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
            target=Target(Comparison.RATIO, 0.1),
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

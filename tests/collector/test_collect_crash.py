"""Kill a collector with SIGKILL at any time: the catalog is the old or the new catalog.

`FEEDS_SOAK` says how many times; a handful without it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from feeds.model.errors import CatalogError
from feeds.model.query import Query
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, related
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.program, pytest.mark.thorough]

KILLS = SOAK or 2
ARTICLES = 40
POOL_KILLS = SOAK or 1
POOL_ARTICLES = 450  # so many are read by a pool of processes
PROGRAM = """
import sys
from pathlib import Path
from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
collector = Collector(Catalog(sys.argv[1]), [Path(sys.argv[2])])
print("ready", flush=True)
collector.collect()
"""
# Rows with dangling references.
ORPHANS = (
    "SELECT entry FROM entry_topics WHERE entry NOT IN (SELECT number FROM entries)",
    "SELECT topic FROM entry_topics WHERE topic NOT IN (SELECT number FROM topics)",
    "SELECT number FROM former_versions WHERE number NOT IN (SELECT rowid FROM texts)",
    "SELECT number FROM recent_changes WHERE number NOT IN (SELECT rowid FROM texts)",
    "SELECT path FROM mentions WHERE path NOT IN (SELECT path FROM files)",
    "SELECT path FROM labels WHERE path NOT IN (SELECT path FROM files)",
)


def write_edition(newsroom: Newsroom, number: int, *, articles: int = ARTICLES) -> None:
    """Rewrite every article, with a title, topic and coverage different from the edition before."""
    for story in range(articles):
        topics = ["AI", f"Topic {(story + number) % 5}"]
        coverage = related(f"other-{story}-{number % 3}", f"other-{story + 1}-{number % 3}")
        newsroom.write(f"story-{story}", title=f"Edition {number % 3}", topics=topics, related=coverage)


def start_collecting(newsroom: Newsroom, *, start_new_session: bool = False) -> subprocess.Popen[bytes]:
    """Start a collector in a process, perhaps in a new process group, and return when it begins."""
    command = [sys.executable, "-c", PROGRAM, newsroom.database_url, str(newsroom.folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], start_new_session=start_new_session
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    time.sleep(seconds)
    process.kill()
    process.communicate()


def find_group(group: int) -> list[int]:
    """Return the living processes of a process group."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if read_group(pid) == group]


def read_group(pid: int) -> int | None:
    """Return the process group of a process, or None if the process has ended."""
    try:
        state, _parent, group = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state == "Z" else int(group)


def check_consistency(newsroom: Newsroom) -> None:
    for statement in ORPHANS:
        assert newsroom.query(statement) == [], statement
    if newsroom.database_url.startswith("sqlite"):
        assert newsroom.query("PRAGMA integrity_check") == [("ok",)]
        assert newsroom.query("PRAGMA foreign_key_check") == []


def measure_collect(newsroom: Newsroom) -> float:
    with start_collecting(newsroom) as process:
        begun = time.monotonic()
    assert process.returncode == 0
    return time.monotonic() - begun


@pytest.mark.timeout(300 + 10 * KILLS)
def test_a_killed_collector_leaves_the_old_or_the_new_catalog(newsroom: Newsroom) -> None:
    newsroom.now = datetime.now(UTC)  # as the programs; a catalog from the future is refused
    write_edition(newsroom, 0)
    newsroom.collect()
    write_edition(newsroom, 1)
    longest_seconds = measure_collect(newsroom) * 1.2
    old = newsroom.dump()
    moments = Random(7)  # noqa: S311 no secret
    for number in range(2, 2 + KILLS):
        write_edition(newsroom, number)
        kill_after(start_collecting(newsroom), moments.uniform(0, longest_seconds))
        check_consistency(newsroom)
        killed = newsroom.dump()
        newsroom.collect()
        new = newsroom.dump()
        assert killed in (old, new), number
        assert newsroom.see(Query(with_related=False)).titles == [f"Edition {number % 3}"] * ARTICLES
        old = new


@pytest.mark.timeout(300 + 10 * KILLS)
def test_a_collector_killed_at_its_first_collect_leaves_no_or_a_whole_catalog(newsroom: Newsroom) -> None:
    newsroom.now = datetime.now(UTC)  # as the programs; a catalog from the future is refused
    write_edition(newsroom, 0)
    moments = Random(11)  # noqa: S311 no secret
    for _ in range(3):
        kill_after(start_collecting(newsroom), moments.uniform(0, 0.3))
        try:
            assert len(newsroom.see(limit=1_000).entries) > ARTICLES
        except CatalogError as error:
            assert "run `feeds collect` first" in str(error)  # noqa: PT017 either outcome is right
    newsroom.collect()
    check_consistency(newsroom)
    assert len(newsroom.see(limit=1_000).entries) > ARTICLES


def kill_with_workers(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def kill_alone(process: subprocess.Popen[bytes]) -> None:
    process.kill()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="a pool is used, and seen, on Linux only")
@pytest.mark.parametrize("kill", [kill_with_workers, kill_alone])
@pytest.mark.timeout(300 + 10 * POOL_KILLS)
def test_the_workers_of_a_killed_collector_end_too(
    tmp_path: Path, kill: Callable[["subprocess.Popen[bytes]"], None]
) -> None:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    write_edition(newsroom, 0, articles=POOL_ARTICLES)
    newsroom.collect()
    moments = Random(13)  # noqa: S311 no secret
    for number in range(1, 1 + POOL_KILLS):
        write_edition(newsroom, number, articles=POOL_ARTICLES)
        old = newsroom.dump()
        with start_collecting(newsroom, start_new_session=True) as process:
            wait_until(lambda: len(find_group(process.pid)) > 1)
            time.sleep(moments.uniform(0, 0.1))
            kill(process)
        wait_until(lambda: not find_group(process.pid))
        check_consistency(newsroom)
        killed = newsroom.dump()
        newsroom.collect()
        assert killed in (old, newsroom.dump()), number
        titles = newsroom.see(Query(with_related=False), limit=POOL_ARTICLES).titles
        assert titles == [f"Edition {number % 3}"] * POOL_ARTICLES

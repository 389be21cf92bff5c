"""Changes below the content folders are detected, or the reason for not watching is reported."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from feeds.collector.file_events import watch_folders

# No more files may be opened, and the system cannot create a queue of events.
BLIND_PROGRAM = """
import resource, sys
from pathlib import Path
from threading import Event
from feeds.collector.file_events import watch_folders

batches = watch_folders([Path(sys.argv[1])], stop=Event(), on_error=print)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
print(next(batches).needs_full_collect, next(batches).needs_full_collect)
"""


@pytest.mark.program
def test_a_refusal_to_watch_is_reported_and_all_articles_are_checked(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", BLIND_PROGRAM, str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    error, batches = done.stdout.splitlines()
    assert error.startswith("The content folders cannot be watched (")
    assert batches == "True False"


def test_the_catalogs_own_files_count_as_no_change(tmp_path: Path) -> None:
    """A flood of changes to the catalog in the content folder would cause a collect of all articles."""
    (tmp_path / ".feeds").mkdir()
    with closing(watch_folders([tmp_path], stop=Event(), on_error=lambda error: pytest.fail(str(error)))) as batches:
        assert next(batches).is_fresh
        for name in ("catalog.sqlite3", "catalog.sqlite3-wal"):
            (tmp_path / ".feeds" / name).touch()
            (tmp_path / ".feeds" / name).unlink()
        assert [next(batches).count for _ in range(3)] == [0, 0, 0]
        (tmp_path / "feeds.toml").write_text("")
        changes = next(events for events in batches if events.count)
    assert (changes.has_settings, changes.files, changes.needs_full_collect) == (True, (), False)


def test_a_change_of_adopted_ids_needs_a_full_collect(tmp_path: Path) -> None:
    with closing(watch_folders([tmp_path], stop=Event(), on_error=lambda error: pytest.fail(str(error)))) as batches:
        assert next(batches).is_fresh
        (tmp_path / "adopted.yaml").write_text("entries: []\n")
        changes = next(events for events in batches if events.count)
    assert (changes.files, changes.needs_full_collect) == ((), True)

"""Changes below the content folders are told of, or it is told why they cannot be."""

import subprocess
import sys
from pathlib import Path

import pytest

# No file may be opened any more, so the system gives no queue for its notices.
DEAF_PROGRAM = """
import resource, sys
from pathlib import Path
from threading import Event
from feeds.collector.file_events import listen

batches = listen([Path(sys.argv[1])], stop=Event(), complain=print)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
print(next(batches).is_whole, next(batches).is_whole)
"""


@pytest.mark.program
def test_a_system_that_refuses_to_watch_is_complained_of_and_everything_looked_through(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", DEAF_PROGRAM, str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    complaint, told = done.stdout.splitlines()
    assert complaint.startswith("The content folders cannot be watched (")
    assert told == "True False"

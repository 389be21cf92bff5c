"""A process with threads has its files read by another process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collector.test_parallel import GOOD, KILLERS, MANY, ROOT, read_alone, write_tasks
from tests.support.waiting import wait_until

pytestmark = pytest.mark.program

THREADED = f"""{KILLERS}
import time
from contextlib import closing
from threading import Event, Thread
from feeds.collector.reading_process import reading_aside

def is_read(results):
    results = list(results)
    assert [result.file for result in results] == [file for file, _ in tasks]
    return all(result.is_rejected if "kill" in Path(task[0].path).read_text() else result == read_source(task)
               for result, task in zip(results, tasks))
"""


@pytest.mark.parametrize("number", [0, 1, 70, MANY])
def test_files_are_read_while_threads_run(tmp_path: Path, number: int) -> None:
    write_tasks(tmp_path, number)
    for path in list(tmp_path.iterdir())[::150]:
        path.write_text(GOOD.format(path.stem).replace("Story", "kill"))
    script = f"""{THREADED}
with reading_aside() as read:
    Thread(target=Event().wait, daemon=True).start()
    print(is_read(read(tasks)), is_read(read(tasks)))
print(len(multiprocessing.active_children()))
"""
    assert read_alone(tmp_path, script) == ["True", "True", "0"]


def test_a_request_may_end_early(tmp_path: Path) -> None:
    write_tasks(tmp_path, MANY)
    script = f"""{THREADED}
with reading_aside() as read:
    for number in (1, 64, 65, 449):
        with closing(read(tasks)) as results:
            for _ in range(number):
                next(results)
    print(is_read(read(tasks)))
"""
    assert read_alone(tmp_path, script) == ["True"]


def test_without_the_process_files_are_read_here(tmp_path: Path) -> None:
    write_tasks(tmp_path, MANY)
    script = f"""{THREADED}
with reading_aside() as read:
    results = read(tasks)
    first = next(results)
    (child,) = multiprocessing.active_children()
    os.kill(child.pid, signal.SIGKILL)
    print(is_read([first, *results]), is_read(read(tasks)))
"""
    assert read_alone(tmp_path, script) == ["True", "True"]


def test_a_process_with_threads_reads_by_itself(tmp_path: Path) -> None:
    script = f"""{THREADED}
Thread(target=Event().wait, daemon=True).start()
with reading_aside() as read:
    print(read is read_sources)
"""
    assert read_alone(tmp_path, script) == ["True"]


def test_the_process_ends_with_its_parent(tmp_path: Path) -> None:
    script = f"""{THREADED}
with reading_aside() as read:
    (child,) = multiprocessing.active_children()
    print(child.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", "import sys\nsys.argv[1] = '.'\n" + "exec(sys.stdin.read())", "."]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    preamble = "import multiprocessing\ntasks = []\nfrom pathlib import Path\nfrom feeds.collector.parallel import *\n"
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, input=preamble + script, stdout=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    wait_until(lambda: not Path(f"/proc/{int(done.stdout)}").exists())


WATCH = f"""{KILLERS}
import sys
from feeds.cli import main
main(["collect", "--watch"])
"""


def test_a_watch_survives_a_file_that_ends_its_process(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (content / "a.md").write_text(GOOD.format("a"))
    (content / "0.md").write_text(GOOD.format("0").replace("Story", "kill"))
    log = tmp_path / "log"
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "FEEDS_CONTENT": "content"}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", WATCH], cwd=tmp_path, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until(lambda: "content/0.md:1:1: error internal" in log.read_text())
            (content / "b.md").write_text(GOOD.format("b"))
            wait_until(lambda: "/providers/news.example" in log.read_text() and log.read_text().count("version") == 2)
            (content / "b.md").write_text(GOOD.format("b").replace("Story", "kill segv"))
            wait_until(lambda: "content/b.md:1:1: error internal" in log.read_text())
            (content / "c.md").write_text(GOOD.format("c"))
            wait_until(lambda: log.read_text().count("version") == 3)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0, log.read_text()

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import msgspec
import pytest

from feeds.articles.content_file import ContentFile
from feeds.catalog.stored import StoredLabel, StoredMention
from feeds.collector.parallel import read_source, read_sources
from feeds.collector.read_result import ReadResult, ReadTask

ROOT = Path(__file__).parents[2]
MANY = 450  # more than it takes to read on all cores
GOOD = """\
---
title: Story {0}
webUrl: https://news.example/{0}
publishedDateTime: 2021-03-01T08:00:00Z
topics: [AI]
---
"""
# Files with `kill` in their name end the process that reads them, as a crash in a library does.
KILLERS = """
import os, signal
from feeds.articles import yaml_values

def open_parser(yaml, then=yaml_values.open_parser):
    if "kill" in yaml:
        os.kill(os.getpid(), signal.SIGSEGV if "segv" in yaml else signal.SIGKILL)
    return then(yaml)

yaml_values.open_parser = open_parser
"""
PREAMBLE = """
import multiprocessing, sys
from pathlib import Path
from feeds.articles.content_file import ContentFile
from feeds.collector.parallel import read_source, read_sources
tasks = [(ContentFile(path.name, str(path), ""), "") for path in sorted(Path(sys.argv[1]).iterdir())]
"""


def write_tasks(folder: Path, number: int) -> list[ReadTask]:
    """Write articles; every seventh has unclosed front matter."""
    tasks = []
    for index in range(number):
        path = folder / f"{index:04}.md"
        path.write_text("---\ntitle: no end" if index % 7 == 3 else GOOD.format(index))
        tasks.append((ContentFile(path.name, str(path), ""), ""))
    return tasks


def read_alone(folder: Path, script: str) -> list[str]:
    """Run a script over `tasks` in a process with a single thread, unlike the test process; return its output."""
    command = [sys.executable, "-W", "error", "-c", PREAMBLE + script, str(folder)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout.split()


@pytest.mark.program
def test_reading_on_all_cores_gives_the_same_results(tmp_path: Path) -> None:
    write_tasks(tmp_path, MANY)
    script = """
results = read_sources(tasks)
first = next(results)
print(len(multiprocessing.active_children()) > 0)
print([first, *results] == [read_source(task) for task in tasks])
print(len(multiprocessing.active_children()))
"""
    assert read_alone(tmp_path, script) == ["True", "True", "0"]


@pytest.mark.program
def test_reading_on_all_cores_may_end_early(tmp_path: Path) -> None:
    write_tasks(tmp_path, MANY)
    script = """
results = read_sources(tasks)
print(next(results).file.key)
results.close()
print(len(multiprocessing.active_children()))
"""
    assert read_alone(tmp_path, script) == ["0000.md", "0"]


@pytest.mark.program
@pytest.mark.parametrize(
    ("number", "killers"), [(1, {0}), (2, {1}), (50, {7, 8}), (MANY, {0, 70, 71, 449}), (1_500, {900})]
)
def test_a_file_that_ends_its_process_costs_this_file_alone(tmp_path: Path, number: int, killers: set[int]) -> None:
    write_tasks(tmp_path, number)
    for index in killers:
        word = "kill" if index % 2 else "kill segv"
        (tmp_path / f"{index:04}.md").write_text(GOOD.format(index).replace("Story", word))
    script = f"""{KILLERS}
results = list(read_sources(tasks))
print([result.file for result in results] == [file for file, _ in tasks])
for result, task in zip(results, tasks):
    if "kill" in Path(task[0].path).read_text():
        print(task[0].key, result.is_rejected, result.digest == "", result.mentions, result.problems[0].code)
    else:
        assert result == read_source(task)
print(len(multiprocessing.active_children()))
"""
    killed = [f"{index:04}.md True True None internal" for index in sorted(killers)]
    assert read_alone(tmp_path, script) == ["True", *" ".join(killed).split(), "0"]


@pytest.mark.program
def test_a_collect_survives_a_file_that_ends_its_process(tmp_path: Path) -> None:
    write_tasks(tmp_path, 3)
    (tmp_path / "0001.md").write_text(GOOD.format(1).replace("Story", "kill"))
    script = f"""{KILLERS}
from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.articles.named_files import find_named
from feeds.collector.lint import check_content
folder = Path(sys.argv[1])
result = Collector(Catalog(f"sqlite:///{{folder}}/catalog.sqlite3"), [folder]).collect()
print(result.added, result.rejected, [problem.code for problem in result.problems])
print([problem.code for problem in check_content(find_named([folder]), progress=lambda *_: None).problems])
"""
    assert " ".join(read_alone(tmp_path, script)) == "2 1 ['internal'] ['internal']"


def test_few_files_leave_no_process_behind(tmp_path: Path) -> None:
    results = read_sources(write_tasks(tmp_path, 10))
    next(results)
    assert not multiprocessing.active_children()
    assert len(list(results)) == 9


def test_a_process_with_two_threads_does_not_fork(tmp_path: Path) -> None:
    tasks = write_tasks(tmp_path, MANY)
    finished = Event()
    thread = Thread(target=finished.wait)
    thread.start()
    try:
        results = read_sources(tasks)
        first = next(results)
        assert not multiprocessing.active_children()
        assert [first, *results] == [read_source(task) for task in tasks]
    finally:
        finished.set()
        thread.join()


def read(path: Path, digest: str = "") -> ReadResult:
    return read_source((ContentFile(path.name, str(path), ""), digest))


def test_an_article_becomes_its_mentions_and_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(GOOD.format(1))
    result = read(path)
    assert not result.is_rejected
    assert result.labels == (StoredLabel("a.md", "ai", "AI", 1_614_585_600, 1),)
    assert result.mentions is not None
    assert [msgspec.structs.replace(mention, draft="") for mention in result.mentions] == [
        StoredMention("a.md", 0, "https://news.example/1", "", "published", 1_614_585_600, None, "")
    ]


def test_an_unpublished_article_keeps_only_its_url_and_topics(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(GOOD.format(1).replace("topics:", "published: false\ntopics:"))
    assert read(path).mentions == [
        StoredMention("a.md", 0, "https://news.example/1", "", "unpublished", 1_614_585_600, None, "")
    ]
    assert read(path).labels == (StoredLabel("a.md", "ai", "AI", 1_614_585_600, 0),)


def test_an_unchanged_file_is_not_parsed_again(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(GOOD.format(1))
    digest = read(path).digest
    assert read(path, digest).mentions is None
    assert not read(path, digest).is_rejected
    path.write_text(GOOD.format(2))
    assert read(path, digest).mentions is not None


@pytest.mark.parametrize("kind", ["missing", "link", "folder", "damaged"])
def test_a_file_without_an_article_is_rejected_with_a_problem(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.md"
    if kind == "link":
        path.symlink_to(tmp_path / "nowhere")
    elif kind == "folder":
        path.mkdir()
    elif kind == "damaged":
        path.write_bytes(os.urandom(8) + b"\xff")
    result = read(path)
    assert (result.is_rejected, result.mentions) == (True, None)
    assert [problem.path for problem in result.problems] == [str(path)]

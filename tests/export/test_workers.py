"""An export on all cores gives the same files; a process that ends, or a collect meanwhile, damages nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.publisher import MANIFEST, Publisher
from tests.support.paths import ROOT

pytestmark = [pytest.mark.program, pytest.mark.slow]

PREAMBLE = """
import multiprocessing, os, signal, sys, time
from datetime import datetime, timedelta
from feeds.catalog.catalog import Catalog
from feeds.cli import main
from feeds.export import workers
from feeds.export.rendering import RenderPlan, render_all
from feeds.model.clock import SYSTEM_CLOCK
from feeds.settings import Settings
from feeds.site.walk import list_addresses
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it in background jobs
"""


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """Return a publisher of many topics: the addresses of a few would be rendered in one process."""
    publisher = Publisher(tmp_path)
    for number in range(12):
        publisher.write(f"story-{number}", topics=f"[Tides, Topic {number}]")
    publisher.collect()
    return publisher


def make_environment(publisher: Publisher) -> dict[str, str]:
    own = {
        "DATABASE_URL": f"sqlite:///{publisher.content.parent / 'catalog.sqlite3'}",
        "FEEDS_SITE_URL": publisher.settings.site_url,
        "FEEDS_SITE_TITLE": publisher.settings.site_title,
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **own}


def run(publisher: Publisher, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process with a single thread, unlike the test process, and with two cores."""
    cores = "os.cpu_count = lambda: 2\n"
    command = [sys.executable, "-W", "error", "-c", PREAMBLE + cores + script, str(publisher.root)]
    return subprocess.run(
        command, env=make_environment(publisher), check=False, capture_output=True, text=True, timeout=60
    )


def read_files(folder: Path) -> dict[str, bytes]:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files.pop(MANIFEST)
    return files


EXPORT = """
main(["export", sys.argv[1]])
"""


def test_an_export_on_all_cores_writes_the_same_files(publisher: Publisher) -> None:
    finished = run(publisher, EXPORT)
    assert (finished.returncode, finished.stderr) == (0, "")
    files = read_files(publisher.root)
    publisher.root = publisher.root.with_name("alone")
    publisher.export()
    assert files == read_files(publisher.root)


def test_all_processes_render_and_none_is_left(publisher: Publisher) -> None:
    script = """
def render_and_name(addresses, plan, reader):
    for files in render_all(addresses, plan, reader):
        yield workers.RenderedFiles(path=str(os.getpid()), bodies={}, modified=None, scopes=())

workers.render_all = render_and_name
settings, now = Settings.from_environ(os.environ), SYSTEM_CLOCK.now()
with workers.rendering_on_all_cores() as render, Catalog(settings.database_url).reading() as reader:
    addresses = list(list_addresses(reader, settings=settings, now=now))
    plan = RenderPlan(settings=settings, now=now, compress=False)
    processes = {files.path for files in render(addresses, plan, reader)}
    print(len(processes) in (1, 2), str(os.getpid()) in processes, len(multiprocessing.active_children()))
print(len(multiprocessing.active_children()))
"""
    assert run(publisher, script).stdout.split() == ["True", "False", "2", "0"]


def test_a_process_that_ends_stops_the_export_with_a_sentence(publisher: Publisher) -> None:
    script = """
def end(addresses, plan, reader):
    os.kill(os.getpid(), signal.SIGKILL)

workers.render_all = end
"""
    finished = run(publisher, script + EXPORT)
    message = "A process of the export has ended, perhaps for lack of memory; the export is incomplete. Run it again."
    assert (finished.returncode, finished.stderr) == (1, f"Error: {message}\n")
    assert read_files(publisher.root) == {}
    assert run(publisher, EXPORT).returncode == 0
    files = read_files(publisher.root)
    publisher.root = publisher.root.with_name("alone")
    publisher.export()
    assert files == read_files(publisher.root)


def test_an_error_in_a_process_stops_the_export_with_its_sentence(publisher: Publisher) -> None:
    script = """
from feeds.model.errors import CatalogError

def fail(addresses, plan, reader):
    raise CatalogError("The database is away.")

workers.render_all = fail
"""
    finished = run(publisher, script + EXPORT)
    assert (finished.returncode, finished.stderr) == (1, "Error: The database is away.\n")
    assert read_files(publisher.root) == {}


def test_a_process_that_sees_another_state_of_the_catalog_renders_nothing(publisher: Publisher) -> None:
    script = """
from pathlib import Path
from feeds.collector.collect import Collector

settings, now = Settings.from_environ(os.environ), SYSTEM_CLOCK.now()
content = Path(sys.argv[1]).with_name("content")
with workers.rendering_on_all_cores() as render, Catalog(settings.database_url).reading() as reader:
    addresses = list(list_addresses(reader, settings=settings, now=now))
    for path in content.glob("*.md"):
        path.write_text(path.read_text().replace("Title of", "Another title of"))
    catalog = Catalog(settings.database_url)
    result = Collector(catalog, [content], shown=settings.shown).collect()
    plan = RenderPlan(settings=settings, now=now, compress=False)
    rendered = list(render(addresses, plan, reader))
    print(result.changed, rendered == list(render_all(addresses, plan, reader)))
    print(any(b"Another title" in body for files in rendered for body in files.bodies.values()))
"""
    finished = run(publisher, script)
    assert (finished.stdout.split(), finished.stderr) == (["12", "True", "False"], "")


def test_an_interrupt_leaves_no_torn_file_and_no_process(publisher: Publisher) -> None:
    script = """
def render_slowly(addresses, plan, reader):
    os.write(1, f"{os.getpid()}\\n".encode())  # a whole line at once
    time.sleep(0.2)
    yield from render_all(addresses, plan, reader)

workers.render_all = render_slowly
"""
    command = [sys.executable, "-c", PREAMBLE + script + EXPORT, str(publisher.root)]
    process = subprocess.Popen(
        command,
        env=make_environment(publisher),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout
        assert process.stderr
        worker = int(process.stdout.readline())
        os.killpg(process.pid, signal.SIGINT)
        errors = process.stderr.read()
    assert (process.returncode, errors) == (1, "\nAborted!\n")
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert not [name for name in publisher.list_files() if name.endswith(".tmp")]
    result = publisher.export()
    assert result.written + result.unchanged == len(read_files(publisher.root))

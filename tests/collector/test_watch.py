"""A watch collects changes soon, and no temporary failure ends it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import make_url
from yaml._yaml import CParser

from feeds.articles import yaml_values
from feeds.catalog.catalog import Catalog
from feeds.collector.collect_result import CollectResult
from feeds.collector.watch import watch
from feeds.collector.watch_options import WAIT_SECONDS, WatchCallbacks, WatchOptions, WatchTiming
from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.model.errors import (
    CatalogBusyError,
    CatalogError,
    CatalogSilentError,
    FeedsError,
    MassRemovalError,
    SettingsError,
)
from tests.support.app import read_titles
from tests.support.articles import LONG_AGO, compose_article, write_titled_article
from tests.support.postgresql import DatabaseServer
from tests.support.silent_network import connecting
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

FAST = WatchTiming(first_pause_seconds=0.1, longest_pause_seconds=0.5)
PROGRAM = """
import sys
from pathlib import Path
from feeds.catalog.catalog import Catalog
from feeds.collector.watch import watch_until_signalled
from feeds.collector.watch_options import WAIT_SECONDS, WatchCallbacks, WatchOptions

def say(word):
    return lambda what: print(word, type(what).__name__, flush=True)

catalog = Catalog(sys.argv[1], wait_seconds=WAIT_SECONDS)
callbacks = WatchCallbacks(on_collect=say("collected"), on_error=say("error"))
watch_until_signalled(WatchOptions(catalog=catalog, folders=[Path(sys.argv[2])]), callbacks)
print("stopped", flush=True)
"""


IMPATIENT = "import feeds.catalog.postgresql as connections; connections.ASK_SECONDS = 0.2"


class WatchedSite:
    """A content folder with articles `a` to `d`, and a catalog in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.content = root / "content"
        self.elsewhere = root / "elsewhere"
        self.catalog_folder = root / "catalog"
        for folder in (self.content, self.elsewhere, self.catalog_folder):
            folder.mkdir()
        for name in "abcd":
            write_titled_article(self.content / f"{name}.md")
        self.database = self.catalog_folder / "catalog.db"
        self.url = f"sqlite:///{self.database}"
        self.results: list[CollectResult] = []
        self.errors: list[FeedsError] = []
        self.releases: list[datetime] = []

    def titles(self) -> set[str]:
        return read_titles(self.url)

    def version(self) -> int:
        with closing(Catalog(self.url)) as catalog, catalog.reading() as reader:
            return reader.read_state().version

    def wait_for(self, *titles: str) -> None:
        wait_until(lambda: self.titles().issuperset(titles))

    def wait_for_error(self, kind: type[FeedsError]) -> None:
        wait_until(lambda: any(isinstance(error, kind) for error in self.errors))

    def wait_until_watching(self) -> None:
        """Wait until the system reports changes: from then on, only the changed file is collected."""
        titles = (f"d {number}" for number in count())

        def is_watching() -> bool:
            write_titled_article(self.content / "d.md", next(titles))
            return self.results[-1].read + self.results[-1].files_unchanged == 1

        wait_until(is_watching)

    @contextmanager
    def watched(self, *, clock: Clock = SYSTEM_CLOCK, timing: WatchTiming = FAST) -> Iterator[None]:
        """Watch in another thread, and wait for the first collect."""
        callbacks = WatchCallbacks(
            on_collect=self.results.append, on_error=self.errors.append, on_release=self.releases.append
        )
        catalog = Catalog(self.url, wait_seconds=WAIT_SECONDS)
        options = WatchOptions(catalog=catalog, folders=[self.content], clock=clock, timing=timing)
        stop = Event()
        thread = Thread(target=watch, args=(options, callbacks), kwargs={"stop": stop})
        thread.start()
        try:
            wait_until(lambda: self.results)
            yield
        finally:
            stop.set()
            thread.join()
            catalog.close()


@pytest.fixture
def site(tmp_path: Path) -> WatchedSite:
    return WatchedSite(tmp_path)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Write to a catalog, as another collector does."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        yield


# What is published


def test_a_changed_file_is_published(site: WatchedSite) -> None:
    with site.watched():
        write_titled_article(site.content / "a.md", "changed")
        site.wait_for("changed")
    assert site.titles() == {"changed", "b", "c", "d"}


def test_a_file_is_collected_again_whenever_it_changes(site: WatchedSite) -> None:
    with site.watched():
        for title in ("one", "two", "three"):
            write_titled_article(site.content / "a.md", title)
            site.wait_for(title)


def test_a_deleted_file_is_withdrawn(site: WatchedSite) -> None:
    with site.watched():
        (site.content / "a.md").unlink()
        wait_until(lambda: site.titles() == {"b", "c", "d"})


def test_only_results_with_news_are_reported(site: WatchedSite) -> None:
    with site.watched():
        (site.content / "a.md").touch()
        write_titled_article(site.content / "b.md", "b")
        write_titled_article(site.content / "e.md")
        wait_until(lambda: len(site.results) == 2)
    assert [(result.added, result.changed) for result in site.results] == [(4, 0), (1, 0)]


def test_a_burst_makes_few_commits(site: WatchedSite) -> None:
    with site.watched():
        before = site.version()
        for number in range(50):
            write_titled_article(site.content / f"burst-{number}.md")
        site.wait_for(*(f"burst-{number}" for number in range(50)))
        assert site.version() - before <= 5


def test_a_flood_makes_few_commits(site: WatchedSite) -> None:
    with site.watched():
        before = site.version()
        for number in range(600):
            write_titled_article(site.content / f"flood-{number}.md")
        wait_until(lambda: len(site.titles()) == 604)
        assert site.version() - before <= 5


def test_new_and_removed_folders_are_detected(site: WatchedSite) -> None:
    write_titled_article(site.elsewhere / "moved.md")
    with site.watched():
        site.elsewhere.rename(site.content / "in")
        site.wait_for("moved")
        write_titled_article(site.content / "in" / "new.md")
        site.wait_for("new")
        (site.content / "in").rename(site.elsewhere)
        wait_until(lambda: site.titles() == {"a", "b", "c", "d"})


def test_topic_files_are_detected(site: WatchedSite) -> None:
    topics = site.content / "topics"
    topics.mkdir()
    with site.watched():
        (topics / "robots.yaml").write_text("name: Robots\ndescription: They walk.\n")

        def is_described() -> bool:
            with closing(Catalog(site.url)) as catalog, catalog.reading() as reader:
                topic = reader.find_topic("robots", now=SYSTEM_CLOCK.now())
            return topic is not None and topic.description == "They walk."

        wait_until(is_described)


def test_a_file_that_the_program_fails_on_is_reported_and_holds_up_nothing(
    site: WatchedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    class AssertingParser(CParser):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            assert "faulty" not in text

    with site.watched():
        site.wait_until_watching()
        monkeypatch.setattr(yaml_values, "CParser", AssertingParser)
        write_titled_article(site.content / "a.md", "faulty")
        (site.content / "b.md").unlink()
        os.mkfifo(site.content / "b.md")
        write_titled_article(site.content / "c.md", "changed")
        site.wait_for("changed")

        def list_reported() -> set[tuple[str, str]]:
            problems = [problem for result in site.results for problem in result.problems]
            return {(Path(problem.path).name, problem.code) for problem in problems}

        wait_until(lambda: {("a.md", "internal"), ("b.md", "not-a-file")} <= list_reported())
    assert {"a", "b", "changed"} < site.titles()
    assert site.errors == []


def test_links_within_the_folder_are_watched(site: WatchedSite) -> None:
    (site.content / "sub").mkdir()
    write_titled_article(site.content / "sub" / "e.md")
    (site.content / ".v1").mkdir()
    write_titled_article(site.content / ".v1" / "f.md")
    (site.content / "again").symlink_to("sub")
    (site.content / ".now").symlink_to(".v1")
    (site.content / "f.md").symlink_to(".now/f.md")
    with site.watched():
        site.wait_until_watching()
        write_titled_article(site.content / "sub" / "e.md", "changed")
        site.wait_for("changed")
        (site.content / ".v2").mkdir()
        write_titled_article(site.content / ".v2" / "f.md", "second")
        (site.content / ".next").symlink_to(".v2")
        (site.content / ".next").rename(site.content / ".now")
        site.wait_for("second")
    assert site.titles() >= {"a", "b", "c", "changed", "second"}
    assert len(site.titles()) == 6


def test_a_link_out_of_the_folder_holds_up_nothing(site: WatchedSite) -> None:
    write_titled_article(site.elsewhere / "e.md")
    with site.watched():
        site.wait_until_watching()
        (site.content / "a.md").unlink()
        (site.content / "a.md").symlink_to(site.elsewhere / "e.md")
        (site.content / "more").symlink_to(site.elsewhere)
        wait_until(lambda: len(site.results[-1].problems) == 2)
        write_titled_article(site.elsewhere / "e.md", "unseen")
        write_titled_article(site.content / "b.md", "changed")
        site.wait_for("changed")
    assert {"a", "changed", "c"} < site.titles()
    assert "unseen" not in site.titles()


def test_an_unreported_change_is_found_later(site: WatchedSite) -> None:
    # A file changed by another name, in a folder that is not watched, is changed unreported.
    os.link(site.content / "a.md", site.elsewhere / "alias.txt")
    with site.watched(timing=WatchTiming(full_collect_seconds=0.5)):
        (site.elsewhere / "alias.txt").write_text(compose_article("a", "changed unreported"))
        site.wait_for("changed unreported")


def test_releases_are_reported(site: WatchedSite) -> None:
    ahead = timedelta(0)
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    write_titled_article(site.content / "e.md", published=tomorrow)
    with site.watched(clock=Clock(now=lambda: datetime.now(UTC) + ahead, sleep=time.sleep)):
        assert site.releases == []
        ahead = timedelta(days=2)
        wait_until(lambda: site.releases)
    assert site.releases == [tomorrow]


# What editors do


def test_temporary_files_are_ignored(site: WatchedSite) -> None:
    with site.watched():
        site.wait_until_watching()
        for name in (".x.md.swp", "x.md~", "#x.md#", ".#x.md", "4913"):
            write_titled_article(site.content / name, "temporary")
            (site.content / name).unlink()
        write_titled_article(site.content / "e.md")
        wait_until(lambda: site.results[-1].added == 1)
    assert "temporary" not in site.titles()
    assert site.results[-1].read + site.results[-1].files_unchanged < 5, (
        "temporary files caused a collect of all articles"
    )


def test_an_atomically_replaced_file_is_published(site: WatchedSite) -> None:
    with site.watched():
        write_titled_article(site.content / ".a.md.new", "replaced").replace(site.content / "a.md")
        site.wait_for("replaced")


def test_a_file_moved_to_a_backup_and_rewritten_is_never_withdrawn(site: WatchedSite) -> None:
    with site.watched():
        (site.content / "a.md").rename(site.content / "a.md~")
        write_titled_article(site.content / "a.md", "rewritten")
        site.wait_for("rewritten")
        wait_until(lambda: len(site.results) == 2)
    assert [result.withdrawn for result in site.results] == [0, 0]


def test_a_half_written_file_keeps_its_last_good_version(site: WatchedSite) -> None:
    whole = compose_article("a", "complete")
    with site.watched():
        (site.content / "a.md").write_text(whole[:40])
        wait_until(lambda: any(problem.code == "unclosed-front-matter" for problem in site.results[-1].problems))
        assert site.titles() == {"a", "b", "c", "d"}
        (site.content / "a.md").write_text(whole)
        site.wait_for("complete")
        wait_until(lambda: site.results[-1].problems == ())


def test_a_problem_is_reported_once_and_again_when_it_comes_back(site: WatchedSite) -> None:
    def list_reported() -> list[str]:
        return [problem.code for result in site.results for problem in result.problems]

    (site.content / "spoilt.md").write_text("no front matter")
    with site.watched():
        site.wait_until_watching()
        site.results.clear()
        write_titled_article(site.content / "a.md", "changed")
        site.wait_for("changed")
        (site.content / "b.md").write_text("no front matter")
        wait_until(lambda: len(list_reported()) == 1)
        write_titled_article(site.content / "b.md", "fixed")
        site.wait_for("fixed")
        (site.content / "b.md").write_text("no front matter")
        wait_until(lambda: len(list_reported()) == 2)
        write_titled_article(site.content / "c.md", "last")
        site.wait_for("last")
    assert list_reported() == ["no-front-matter"] * 2


# Temporary failures


def test_a_folder_may_move_away_and_come_back(site: WatchedSite) -> None:
    away = site.elsewhere / "content"
    with site.watched():
        site.content.rename(away)
        site.wait_for_error(SettingsError)
        write_titled_article(away / "e.md")
        assert site.titles() == {"a", "b", "c", "d"}
        away.rename(site.content)
        site.wait_for("e")
        write_titled_article(site.content / "f.md")
        site.wait_for("f")
    assert len(site.errors) == 1


def test_a_folder_may_be_replaced(site: WatchedSite) -> None:
    with site.watched():
        site.content.rename(site.elsewhere / "old")
        site.content.mkdir()
        for name in "abcde":
            write_titled_article(site.content / f"{name}.md", f"new {name}")
        site.wait_for("new a", "new e")
        write_titled_article(site.content / "a.md", "newer")
        site.wait_for("newer")


def test_an_emptied_folder_is_refused_and_may_be_filled_again(site: WatchedSite) -> None:
    with site.watched():
        for name in "abcd":
            (site.content / f"{name}.md").rename(site.elsewhere / f"{name}.md")
        site.wait_for_error(MassRemovalError)
        write_titled_article(site.content / "e.md")
        site.wait_for("a", "e")
        for name in "abcd":
            (site.elsewhere / f"{name}.md").rename(site.content / f"{name}.md")
        write_titled_article(site.content / "a.md", "back")
        site.wait_for("back")
        wait_until(lambda: site.results[-1].read + site.results[-1].files_unchanged == 5)
    assert len(site.errors) == 1
    assert site.titles() == {"back", "b", "c", "d", "e"}


def test_a_lost_catalog_loses_nothing(site: WatchedSite) -> None:
    lost = site.elsewhere / "catalog"
    with site.watched():
        site.catalog_folder.rename(lost)
        site.catalog_folder.touch()
        write_titled_article(site.content / "a.md", "meanwhile")
        site.wait_for_error(CatalogError)
        site.catalog_folder.unlink()
        lost.rename(site.catalog_folder)
        site.wait_for("meanwhile")
    assert len(site.errors) == 1


def test_a_lost_connection_loses_nothing(site: WatchedSite, postgresql: DatabaseServer) -> None:
    site.url = postgresql.create_database()
    name = make_url(site.url).database
    allow = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {{}}'.format
    with psycopg.connect(site.url.replace(f"/{name}?", "/postgres?"), autocommit=True) as admin, site.watched():
        admin.execute(allow("false").encode())
        write_titled_article(site.content / "a.md", "meanwhile")
        site.wait_for_error(CatalogError)
        admin.execute(allow("true").encode())
        site.wait_for("meanwhile")
    assert len(site.errors) == 1


@pytest.mark.program
def test_a_silent_database_is_reported_once_and_loses_nothing(
    site: WatchedSite, postgresql: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.catalog.postgresql.ASK_SECONDS", 1)
    monkeypatch.setattr("feeds.catalog.postgresql.LOST_SECONDS", 1)
    direct = postgresql.create_database()
    with connecting(direct) as network:
        site.url = network.url
        with site.watched():
            site.url = direct
            with network.losing():
                write_titled_article(site.content / "a.md", "meanwhile")
                site.wait_for_error(CatalogSilentError)
            site.wait_for("meanwhile")
            wait_until(lambda: len(site.results) > 1)
    assert [type(error) for error in site.errors] == [CatalogSilentError]


def test_a_deleted_catalog_is_rebuilt_from_all_articles(site: WatchedSite) -> None:
    with site.watched():
        for path in site.catalog_folder.iterdir():
            path.unlink(missing_ok=True)  # SQLite deletes -wal and -shm files with the last connection
        write_titled_article(site.content / "e.md")
        site.wait_for("e")
        assert site.titles() == {"a", "b", "c", "d", "e"}


def test_the_watch_waits_for_another_collector(site: WatchedSite) -> None:
    with site.watched():
        with locked(site.database):
            write_titled_article(site.content / "a.md", "meanwhile")
            site.wait_for_error(CatalogBusyError)
        site.wait_for("meanwhile")
    assert len(site.errors) == 1


# Stopping


@contextmanager
def running(site: WatchedSite, *, program: str = PROGRAM) -> Iterator["subprocess.Popen[str]"]:
    """Run a program that watches and prints a line for each event."""
    command = [sys.executable, "-c", program, site.url, str(site.content)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def stop(process: "subprocess.Popen[str]", number: signal.Signals) -> str:
    """Stop a program by a signal and return its last output; fail if stopping takes too long or prints an error."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    return output


def read_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.mark.program
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_watch_while_nothing_happens(site: WatchedSite, number: signal.Signals) -> None:
    with running(site) as process:
        assert read_line(process) == "collected CollectResult\n"
        assert stop(process, number) == "stopped\n"


@pytest.mark.program
def test_a_signal_ends_the_watch_while_waiting_for_the_catalog(site: WatchedSite) -> None:
    with locked(site.database), running(site) as process:
        assert read_line(process) == "error CatalogBusyError\n"
        assert stop(process, signal.SIGTERM) == "stopped\n"


@pytest.mark.program
def test_a_signal_ends_the_watch_while_waiting_for_the_folder(site: WatchedSite) -> None:
    site.content.rename(site.elsewhere / "content")
    with running(site) as process:
        assert read_line(process) == "error SettingsError\n"
        assert stop(process, signal.SIGTERM) == "stopped\n"


@pytest.mark.program
def test_a_signal_rolls_back_a_running_collect(site: WatchedSite) -> None:
    for number in range(2_000):
        write_titled_article(site.content / f"{number}.md", published=LONG_AGO + timedelta(hours=number))
    with running(site) as process:
        wait_until(lambda: site.database.with_name("catalog.db-wal").exists())
        assert stop(process, signal.SIGTERM) in {"stopped\n", "collected CollectResult\nstopped\n"}
    assert len(site.titles()) in {0, 2_004}


@pytest.mark.program
def test_a_signal_rolls_back_a_collect_that_waits_for_a_silent_database(
    site: WatchedSite, postgresql: DatabaseServer
) -> None:
    for number in range(2_000):
        write_titled_article(site.content / f"{number}.md", published=LONG_AGO + timedelta(hours=number))
    direct = postgresql.create_database()
    with connecting(direct) as network:
        site.url = network.url
        with running(site, program=IMPATIENT + PROGRAM) as process:
            wait_until(lambda: network.connections)
            with network.delaying():
                assert read_line(process) == "error CatalogSilentError\n"
                assert stop(process, signal.SIGTERM) == "stopped\n"
    site.url = direct
    assert site.titles() == set()

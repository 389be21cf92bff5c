"""Watching: whatever changes is collected soon, and nothing that passes ends it."""

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

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import CollectResult
from feeds.collector.watch import WAIT_SECONDS, Listener, Watched, WatchTiming, watch
from feeds.model.clock import SYSTEM_CLOCK, Clock
from feeds.model.errors import CatalogBusyError, CatalogError, FeedsError, MassRemovalError, SettingsError
from tests.support.app import read_titles
from tests.support.articles import LONG_AGO, compose_article, write_titled_article
from tests.support.postgresql import DatabaseServer
from tests.support.waiting import wait_until

HASTE = WatchTiming(first_pause_seconds=0.1, longest_pause_seconds=0.5)
PROGRAM = """
import sys
from pathlib import Path
from feeds.catalog.catalog import Catalog
from feeds.collector.watch import WAIT_SECONDS, Listener, Watched, watch_until_signalled

def say(word):
    return lambda what: print(word, type(what).__name__, flush=True)

catalog = Catalog(sys.argv[1], wait_seconds=WAIT_SECONDS)
listener = Listener(collected=say("collected"), troubled=say("troubled"))
watch_until_signalled(Watched(catalog=catalog, folders=[Path(sys.argv[2])]), listener)
print("bye", flush=True)
"""


class Room:
    """A content folder with articles `a` to `d`, and a catalog in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.content = root / "content"
        self.elsewhere = root / "elsewhere"
        self.shelf = root / "shelf"
        for folder in (self.content, self.elsewhere, self.shelf):
            folder.mkdir()
        for name in "abcd":
            write_titled_article(self.content / f"{name}.md")
        self.database = self.shelf / "catalog.db"
        self.url = f"sqlite:///{self.database}"
        self.results: list[CollectResult] = []
        self.troubles: list[FeedsError] = []
        self.releases: list[datetime] = []

    def titles(self) -> set[str]:
        return read_titles(self.url)

    def version(self) -> int:
        with closing(Catalog(self.url)) as catalog, catalog.reading() as reader:
            return reader.state().version

    def wait_for(self, *titles: str) -> None:
        wait_until(lambda: self.titles().issuperset(titles))

    def wait_for_trouble(self, kind: type[FeedsError]) -> None:
        wait_until(lambda: any(isinstance(trouble, kind) for trouble in self.troubles))

    def wait_for_ears(self) -> None:
        """Wait until changes are heard of, rather than found: then just the one file is collected."""
        titles = (f"d {number}" for number in count())

        def is_heard() -> bool:
            write_titled_article(self.content / "d.md", next(titles))
            return self.results[-1].read + self.results[-1].kept == 1

        wait_until(is_heard)

    @contextmanager
    def watched(self, *, clock: Clock = SYSTEM_CLOCK, pace: WatchTiming = HASTE) -> Iterator[None]:
        """Watch in a thread of its own, from the first collect on."""
        listener = Listener(collected=self.results.append, troubled=self.troubles.append, released=self.releases.append)
        catalog = Catalog(self.url, wait_seconds=WAIT_SECONDS)
        watched = Watched(catalog=catalog, folders=[self.content], clock=clock, pace=pace)
        stop = Event()
        thread = Thread(target=watch, args=(watched, listener), kwargs={"stop": stop})
        thread.start()
        try:
            wait_until(lambda: self.results)
            yield
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Write to a catalog, as another collector does."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        yield


# What is published


def test_a_changed_file_is_published(room: Room) -> None:
    with room.watched():
        write_titled_article(room.content / "a.md", "changed")
        room.wait_for("changed")
    assert room.titles() == {"changed", "b", "c", "d"}


def test_a_file_is_collected_again_whenever_it_changes(room: Room) -> None:
    with room.watched():
        for title in ("one", "two", "three"):
            write_titled_article(room.content / "a.md", title)
            room.wait_for(title)


def test_a_deleted_file_is_withdrawn(room: Room) -> None:
    with room.watched():
        (room.content / "a.md").unlink()
        wait_until(lambda: room.titles() == {"b", "c", "d"})


def test_it_tells_what_it_published_and_nothing_else(room: Room) -> None:
    with room.watched():
        (room.content / "a.md").touch()
        write_titled_article(room.content / "b.md", "b")
        write_titled_article(room.content / "e.md")
        wait_until(lambda: len(room.results) == 2)
    assert [(result.added, result.changed) for result in room.results] == [(4, 0), (1, 0)]


def test_a_burst_comes_to_few_commits(room: Room) -> None:
    with room.watched():
        before = room.version()
        for number in range(50):
            write_titled_article(room.content / f"burst-{number}.md")
        room.wait_for(*(f"burst-{number}" for number in range(50)))
        assert room.version() - before <= 5


def test_a_flood_comes_to_few_commits(room: Room) -> None:
    with room.watched():
        before = room.version()
        for number in range(600):
            write_titled_article(room.content / f"flood-{number}.md")
        wait_until(lambda: len(room.titles()) == 604)
        assert room.version() - before <= 5


def test_folders_that_come_and_go_are_noticed(room: Room) -> None:
    write_titled_article(room.elsewhere / "moved.md")
    with room.watched():
        room.elsewhere.rename(room.content / "in")
        room.wait_for("moved")
        write_titled_article(room.content / "in" / "new.md")
        room.wait_for("new")
        (room.content / "in").rename(room.elsewhere)
        wait_until(lambda: room.titles() == {"a", "b", "c", "d"})


def test_topic_files_are_noticed(room: Room) -> None:
    topics = room.content / "topics"
    topics.mkdir()
    with room.watched():
        (topics / "robots.yaml").write_text("name: Robots\ndescription: They walk.\n")

        def is_described() -> bool:
            with closing(Catalog(room.url)) as catalog, catalog.reading() as reader:
                topic = reader.topic("robots")
            return topic is not None and topic.description == "They walk."

        wait_until(is_described)


def test_what_nobody_tells_is_found_in_time(room: Room) -> None:
    # A file changed by another name, in a folder that is not watched, is changed unheard of.
    os.link(room.content / "a.md", room.elsewhere / "alias.txt")
    with room.watched(pace=WatchTiming(whole_seconds=0.5)):
        (room.elsewhere / "alias.txt").write_text(compose_article("a", "changed unheard of"))
        room.wait_for("changed unheard of")


def test_entries_whose_time_comes_are_told_of(room: Room) -> None:
    ahead = timedelta(0)
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    write_titled_article(room.content / "e.md", published=tomorrow)
    with room.watched(clock=Clock(now=lambda: datetime.now(UTC) + ahead, sleep=time.sleep)):
        assert room.releases == []
        ahead = timedelta(days=2)
        wait_until(lambda: room.releases)
    assert room.releases == [tomorrow]


# What editors do


def test_temporary_files_are_passed_over(room: Room) -> None:
    with room.watched():
        room.wait_for_ears()
        for name in (".x.md.swp", "x.md~", "#x.md#", ".#x.md", "4913"):
            write_titled_article(room.content / name, "temporary")
            (room.content / name).unlink()
        write_titled_article(room.content / "e.md")
        wait_until(lambda: room.results[-1].added == 1)
    assert "temporary" not in room.titles()
    assert room.results[-1].read + room.results[-1].kept < 5, "they had all articles looked through"


def test_a_file_replaced_at_once_is_published(room: Room) -> None:
    with room.watched():
        write_titled_article(room.content / ".a.md.new", "replaced").replace(room.content / "a.md")
        room.wait_for("replaced")


def test_a_file_moved_to_a_backup_and_written_anew_is_never_withdrawn(room: Room) -> None:
    with room.watched():
        (room.content / "a.md").rename(room.content / "a.md~")
        write_titled_article(room.content / "a.md", "rewritten")
        room.wait_for("rewritten")
        wait_until(lambda: len(room.results) == 2)
    assert [result.withdrawn for result in room.results] == [0, 0]


def test_a_half_written_file_keeps_its_last_good_version(room: Room) -> None:
    whole = compose_article("a", "complete")
    with room.watched():
        (room.content / "a.md").write_text(whole[:40])
        wait_until(lambda: any(problem.code == "unclosed-front-matter" for problem in room.results[-1].problems))
        assert room.titles() == {"a", "b", "c", "d"}
        (room.content / "a.md").write_text(whole)
        room.wait_for("complete")
        wait_until(lambda: room.results[-1].problems == ())


def test_a_problem_is_told_of_once_and_again_when_it_comes_back(room: Room) -> None:
    def list_told() -> list[str]:
        return [problem.code for result in room.results for problem in result.problems]

    (room.content / "spoilt.md").write_text("no front matter")
    with room.watched():
        room.wait_for_ears()
        room.results.clear()
        write_titled_article(room.content / "a.md", "changed")
        room.wait_for("changed")
        (room.content / "b.md").write_text("no front matter")
        wait_until(lambda: len(list_told()) == 1)
        write_titled_article(room.content / "b.md", "mended")
        room.wait_for("mended")
        (room.content / "b.md").write_text("no front matter")
        wait_until(lambda: len(list_told()) == 2)
        write_titled_article(room.content / "c.md", "last")
        room.wait_for("last")
    assert list_told() == ["no-front-matter"] * 2


# What passes


def test_a_folder_may_move_away_and_come_back(room: Room) -> None:
    away = room.elsewhere / "content"
    with room.watched():
        room.content.rename(away)
        room.wait_for_trouble(SettingsError)
        write_titled_article(away / "e.md")
        assert room.titles() == {"a", "b", "c", "d"}
        away.rename(room.content)
        room.wait_for("e")
        write_titled_article(room.content / "f.md")
        room.wait_for("f")
    assert len(room.troubles) == 1


def test_a_folder_may_be_made_anew(room: Room) -> None:
    with room.watched():
        room.content.rename(room.elsewhere / "old")
        room.content.mkdir()
        for name in "abcde":
            write_titled_article(room.content / f"{name}.md", f"new {name}")
        room.wait_for("new a", "new e")
        write_titled_article(room.content / "a.md", "newer")
        room.wait_for("newer")


def test_an_emptied_folder_is_refused_in_a_sentence_and_then_filled_again(room: Room) -> None:
    with room.watched():
        for name in "abcd":
            (room.content / f"{name}.md").rename(room.elsewhere / f"{name}.md")
        room.wait_for_trouble(MassRemovalError)
        write_titled_article(room.content / "e.md")
        room.wait_for("a", "e")
        for name in "abcd":
            (room.elsewhere / f"{name}.md").rename(room.content / f"{name}.md")
        write_titled_article(room.content / "a.md", "back")
        room.wait_for("back")
        wait_until(lambda: room.results[-1].read + room.results[-1].kept == 5)
    assert len(room.troubles) == 1
    assert room.titles() == {"back", "b", "c", "d", "e"}


def test_a_lost_catalog_loses_nothing(room: Room) -> None:
    lost = room.elsewhere / "shelf"
    with room.watched():
        room.shelf.rename(lost)
        room.shelf.touch()
        write_titled_article(room.content / "a.md", "meanwhile")
        room.wait_for_trouble(CatalogError)
        room.shelf.unlink()
        lost.rename(room.shelf)
        room.wait_for("meanwhile")
    assert len(room.troubles) == 1


def test_a_lost_connection_loses_nothing(room: Room, postgresql: DatabaseServer) -> None:
    room.url = postgresql.create_database()
    name = make_url(room.url).database
    allow = f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {{}}'.format
    with psycopg.connect(room.url.replace(f"/{name}?", "/postgres?"), autocommit=True) as admin, room.watched():
        admin.execute(allow("false").encode())
        write_titled_article(room.content / "a.md", "meanwhile")
        room.wait_for_trouble(CatalogError)
        admin.execute(allow("true").encode())
        room.wait_for("meanwhile")
    assert len(room.troubles) == 1


def test_a_catalog_thrown_away_is_made_anew_with_everything(room: Room) -> None:
    with room.watched():
        for path in room.shelf.iterdir():
            path.unlink(missing_ok=True)  # SQLite removes what lies beside its file when nobody has that open
        write_titled_article(room.content / "e.md")
        room.wait_for("e")
        assert room.titles() == {"a", "b", "c", "d", "e"}


def test_another_collector_is_waited_for(room: Room) -> None:
    with room.watched():
        with locked(room.database):
            write_titled_article(room.content / "a.md", "meanwhile")
            room.wait_for_trouble(CatalogBusyError)
        room.wait_for("meanwhile")
    assert len(room.troubles) == 1


# Stopping


@contextmanager
def running(room: Room) -> Iterator["subprocess.Popen[str]"]:
    """Run a program that watches; it says in words what happens."""
    command = [sys.executable, "-c", PROGRAM, room.url, str(room.content)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def stop(process: "subprocess.Popen[str]", number: signal.Signals) -> str:
    """Stop a program by a signal, and give its last words; fail where it takes too long or complains."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    return output


def read_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.mark.program
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_while_nothing_happens(room: Room, number: signal.Signals) -> None:
    with running(room) as process:
        assert read_line(process) == "collected CollectResult\n"
        assert stop(process, number) == "bye\n"


@pytest.mark.program
def test_a_signal_ends_it_while_it_waits_for_the_catalog(room: Room) -> None:
    with locked(room.database), running(room) as process:
        assert read_line(process) == "troubled CatalogBusyError\n"
        assert stop(process, signal.SIGTERM) == "bye\n"


@pytest.mark.program
def test_a_signal_ends_it_while_it_waits_for_the_folder(room: Room) -> None:
    room.content.rename(room.elsewhere / "content")
    with running(room) as process:
        assert read_line(process) == "troubled SettingsError\n"
        assert stop(process, signal.SIGTERM) == "bye\n"


@pytest.mark.program
def test_a_signal_rolls_back_the_collect_under_way(room: Room) -> None:
    for number in range(2_000):
        write_titled_article(room.content / f"{number}.md", published=LONG_AGO + timedelta(hours=number))
    with running(room) as process:
        wait_until(lambda: room.database.with_name("catalog.db-wal").exists())
        assert stop(process, signal.SIGTERM) in {"bye\n", "collected CollectResult\nbye\n"}
    assert len(room.titles()) in {0, 2_004}

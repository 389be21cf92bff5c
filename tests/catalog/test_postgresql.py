"""A server that does not answer delays readers only so long, and writers wait until it answers again."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from feeds.catalog import postgresql as module
from feeds.catalog.catalog import Catalog
from feeds.catalog.database import ConnectionLimits
from feeds.model.errors import CatalogBusyError, CatalogError, CatalogSilentError, OverloadError
from tests.support.newsroom import Newsroom
from tests.support.postgresql import DatabaseServer
from tests.support.silent_network import Network, connecting
from tests.support.waiting import wait_until

pytestmark = pytest.mark.program

QUICK = ConnectionLimits(connections=2, queue_seconds=0.2, answer_seconds=0.3)


@pytest.fixture
def network(postgresql: DatabaseServer, tmp_path: Path) -> Iterator[Network]:
    """Connect with a catalog that has no entries."""
    newsroom = Newsroom(tmp_path / "articles", postgresql.create_database())
    newsroom.collect()
    newsroom.catalog.close()
    with connecting(newsroom.database_url) as network:
        yield network


def read(catalog: Catalog) -> int:
    with catalog.reading() as reader:
        return reader.read_state().version


def test_a_reader_gives_up_when_all_packets_are_lost(network: Network) -> None:
    with closing(Catalog(network.url, limits=QUICK)) as catalog:
        assert read(catalog) == 1
        with network.losing():
            for _ in range(3):
                with pytest.raises(CatalogSilentError, match=r"does not answer: no answer for 0\.3 seconds\."):
                    read(catalog)
        wait_until(lambda: can_read(catalog))


def can_read(catalog: Catalog) -> bool:
    try:
        return read(catalog) == 1
    except CatalogSilentError:
        return False


def test_a_reader_gives_up_connecting(network: Network) -> None:
    with closing(Catalog(network.url, limits=QUICK)) as catalog:
        with network.losing(), pytest.raises(CatalogSilentError):
            read(catalog)
        wait_until(lambda: can_read(catalog))


def test_a_reader_gives_up_in_the_middle(network: Network) -> None:
    with closing(Catalog(network.url, limits=QUICK)) as catalog:
        with network.losing(), pytest.raises(CatalogSilentError), catalog.reading() as reader:
            reader.has_commit(1, "")
        with pytest.raises(CatalogSilentError), catalog.reading() as reader, network.losing():
            reader.has_commit(1, "")


def test_a_reader_gives_up_on_locked_tables(network: Network) -> None:
    with closing(Catalog(network.url, limits=QUICK)) as catalog, psycopg.connect(network.url) as other:
        assert read(catalog) == 1
        other.execute("LOCK TABLE facts")
        with pytest.raises(CatalogSilentError, match="statement timeout"):
            read(catalog)


def test_a_reader_does_not_wait_for_a_writer_that_starts_over(network: Network) -> None:
    with closing(Catalog(network.url, limits=QUICK)) as catalog, closing(Catalog(network.url)) as other:
        with other.writing() as writer:
            writer.start_over()
            assert writer.read_state() is None
            assert read(catalog) == 1
        assert read(catalog) == 0


def test_no_more_connections_are_opened_than_allowed(network: Network) -> None:
    with closing(Catalog(network.url, limits=QUICK)) as catalog:
        with catalog.reading(), catalog.reading(), pytest.raises(OverloadError), catalog.reading():
            pass
        assert read(catalog) == 1
        assert network.connections == 2


def test_a_reader_waits_for_a_free_connection_of_the_server(postgresql: DatabaseServer) -> None:
    url = postgresql.create_limited_database(1)
    limits = ConnectionLimits(connections=1, answer_seconds=30)
    with closing(Catalog(url)) as holder, closing(Catalog(url, limits=limits)) as waiting:
        with holder.writing() as writer:
            writer.start_over()
        versions: list[int] = []
        thread = Thread(target=lambda: versions.append(read(waiting)))
        thread.start()
        thread.join(0.5)
        assert versions == []
        holder.close()
        thread.join()
        assert versions == [0]


def test_a_full_server_is_reported_in_the_end(postgresql: DatabaseServer) -> None:
    url = postgresql.create_limited_database(1)
    with closing(Catalog(url)) as holder, closing(Catalog(url, limits=QUICK)) as reader:
        with holder.writing() as writer:
            writer.start_over()
        with pytest.raises(CatalogError, match=r"too many connections|no answer"):
            read(reader)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASK_SECONDS", 0.2)
    monkeypatch.setattr(module, "ASK_AGAIN_SECONDS", 0.1)
    monkeypatch.setitem(module.NETWORK, "connect_timeout", 2)


class Waiting:
    """A writer in a thread; `silences` are the errors reported to it."""

    def __init__(self, catalog: Catalog) -> None:
        self.silences: list[CatalogSilentError] = []
        self.errors: list[CatalogError] = []
        self._catalog = catalog
        self._has_begun, self._may_write = Event(), Event()
        self._thread = Thread(target=self._write)
        catalog.on_silence = self._wait_on

    def start(self) -> None:
        self._thread.start()

    def begin(self) -> None:
        self.start()
        self._has_begun.wait()

    def write(self) -> None:
        self._may_write.set()

    def end(self) -> None:
        self._thread.join()

    def _wait_on(self, error: CatalogSilentError) -> bool:
        self.silences.append(error)
        return True

    def _write(self) -> None:
        try:
            with self._catalog.writing() as writer:
                self._has_begun.set()
                self._may_write.wait()
                writer.record_commit(7)
        except CatalogError as error:
            self.errors.append(error)


@pytest.mark.usefixtures("_impatient")
def test_a_writer_waits_for_a_silent_server_and_goes_on(network: Network) -> None:
    with closing(Catalog(network.url)) as catalog:
        waiting = Waiting(catalog)
        waiting.begin()
        with network.delaying():
            waiting.write()
            wait_until(lambda: waiting.silences)
        waiting.end()
        assert waiting.errors == []
        assert str(waiting.silences[0]).endswith(" does not answer. Waiting for it.")
        with catalog.reading() as reader:
            assert reader.read_state().commit


@pytest.mark.usefixtures("_impatient")
def test_a_writer_waits_while_connecting(network: Network) -> None:
    with closing(Catalog(network.url)) as catalog:
        waiting = Waiting(catalog)
        waiting.write()
        with network.losing():
            waiting.start()
            wait_until(lambda: waiting.silences)
        waiting.end()
        assert waiting.errors == []


@pytest.mark.usefixtures("_impatient")
def test_a_writer_whose_packets_were_lost_reports_an_error(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOST_SECONDS", 0.2)
    with closing(Catalog(network.url)) as catalog:
        waiting = Waiting(catalog)
        waiting.begin()
        with network.losing():
            waiting.write()
            wait_until(lambda: waiting.silences)
        waiting.end()
        assert [type(error) for error in waiting.errors] == [CatalogSilentError]
        assert "the connection was lost" in str(waiting.errors[0])


@pytest.mark.usefixtures("_impatient")
def test_a_writer_whose_statement_was_lost_in_a_moment_reports_an_error(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network answers again before the writer asks."""
    monkeypatch.setattr(module, "ASK_SECONDS", 1)
    with closing(Catalog(network.url)) as catalog:
        waiting = Waiting(catalog)
        waiting.begin()
        with network.losing():
            waiting.write()
            time.sleep(0.3)
        waiting.end()
        assert [type(error) for error in waiting.errors] == [CatalogSilentError]
        assert "the connection was lost" in str(waiting.errors[0])
        assert waiting.silences == []


@pytest.mark.usefixtures("_impatient")
def test_a_slow_statement_is_no_silence(network: Network) -> None:
    with closing(Catalog(network.url)) as holder, closing(Catalog(network.url, wait_seconds=1)) as catalog:
        waiting = Waiting(catalog)
        with holder.writing():
            waiting.start()
            waiting.end()
        assert [type(error) for error in waiting.errors] == [CatalogBusyError]
        assert waiting.silences == []


@pytest.mark.usefixtures("_impatient")
def test_other_commands_end_with_an_error(network: Network) -> None:
    catalog = Catalog(network.url)
    with pytest.raises(CatalogSilentError), catalog.reading() as reader, network.delaying():
        reader.has_commit(1, "")
    catalog.close()

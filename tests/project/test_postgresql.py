"""The tests can use a running PostgreSQL server."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.postgresql import DatabaseServer, use_server


@pytest.fixture
def shared(postgresql: DatabaseServer) -> Iterator[DatabaseServer]:
    """Give a server as if somebody else had started the server."""
    with use_server(postgresql.url) as server:
        yield server


def fetch(url: str, statement: bytes) -> list[object]:
    with psycopg.connect(url) as connection:
        return [value for value, *_ in connection.execute(statement)]


def test_databases_and_schemas_are_empty_and_apart(shared: DatabaseServer) -> None:
    urls = [shared.create_database(), shared.create_database(), shared.create_schema(), shared.create_schema()]
    for url in urls:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE entries ()")
    assert len(set(urls)) == len(urls)


def test_options_can_be_added_to_a_url(shared: DatabaseServer) -> None:
    url = f"{shared.create_database()}&options=-cstatement_timeout%3D200"
    assert fetch(url, b"SHOW statement_timeout") == ["200ms"]


def test_a_stopped_server_ends_sessions_and_refuses_more(shared: DatabaseServer) -> None:
    url = shared.create_database()
    with psycopg.connect(url) as connection, shared.stopped():
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
    assert fetch(url, b"SELECT 1") == [1]


def test_nothing_is_left_behind(postgresql: DatabaseServer) -> None:
    with use_server(postgresql.url) as server:
        database, schema = server.create_database(), server.create_schema()
        assert fetch(schema, b"SELECT current_schema()") != [None]
    assert fetch(schema, b"SELECT current_schema()") == [None]
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        fetch(database, b"SELECT 1")

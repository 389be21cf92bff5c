"""Connections to PostgreSQL notice a broken network, and compile no queries."""

import pytest

from feeds.catalog.database import open_engine
from tests.support.postgresql import DatabaseServer


@pytest.mark.program
def test_a_connection_notices_a_broken_network_within_a_minute(postgresql: DatabaseServer) -> None:
    engine = open_engine(postgresql.create_schema())
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver
        parameters = driver.info.get_parameters()
        jit = connection.exec_driver_sql("SHOW jit").scalar()
    engine.dispose()
    idle, interval, count = (int(parameters[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert idle + interval * count <= 60
    assert jit == "off"

"""The workers of a web process share its connections to the database."""

import pytest

from feeds.web.connections import CONNECTIONS, limit_connections


@pytest.mark.parametrize("workers", range(1, 65))
def test_workers_share_the_connections_of_a_process(workers: int) -> None:
    connections = limit_connections(workers=workers).connections
    assert connections >= 1
    assert connections * workers <= max(CONNECTIONS, workers)

"""Limit the database connections of a web process, and the time to wait for the database."""

from feeds.catalog.database import ConnectionLimits

CONNECTIONS = 6
"""The connections of a web process: two of them, a worker and a collect share the 20 of a small database plan."""

QUEUE_SECONDS = 1.5
"""How long a request waits for a free connection."""

ANSWER_SECONDS = 1.5
"""How long a request waits for an answer of the database."""


def limit_connections(*, workers: int) -> ConnectionLimits:
    """Return the limits of one worker; each worker has at least one connection."""
    return ConnectionLimits(
        connections=max(1, CONNECTIONS // workers), queue_seconds=QUEUE_SECONDS, answer_seconds=ANSWER_SECONDS
    )

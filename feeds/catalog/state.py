"""Read which commit of the catalog a connection sees."""

from sqlalchemy import Connection, bindparam, select

from feeds.catalog import schema
from feeds.catalog.adopted_store import FORMER_FEEDS
from feeds.catalog.records import CatalogState
from feeds.model.clock import from_seconds

_STATE = select(schema.facts).where(
    schema.facts.c.name.in_(("settings_fingerprint", "collected", "generation", "version", "commit", FORMER_FEEDS))
)
_COMMIT = select(schema.commits.c.token).where(schema.commits.c.version == bindparam("version"))


def read_state(connection: Connection) -> CatalogState:
    """Return the generation, the version and token of the last commit, and facts about the last collect."""
    facts = {row.name: row.value for row in connection.execute(_STATE)}
    collected = from_seconds(int(facts["collected"])) if "collected" in facts else None
    return CatalogState(
        facts.get("generation", ""),
        version=int(facts.get("version", 0)),
        commit=facts.get("commit", ""),
        collected=collected,
        settings_fingerprint=facts.get("settings_fingerprint", ""),
        former_feeds=facts.get(FORMER_FEEDS, ""),
    )


def has_commit(connection: Connection, version: int, commit: str) -> bool:
    """Return whether the catalog contains a commit, given by its version and token."""
    return connection.scalar(_COMMIT, {"version": version}) == commit

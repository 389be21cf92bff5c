"""Hidden entries are few, and found without going through all others."""

from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, select, text

from feeds.catalog import schema
from feeds.catalog.catalog import Catalog
from feeds.catalog.database import open_engine
from feeds.catalog.visibility import count_hidden

ENTRIES = schema.entries.c


@pytest.mark.parametrize(
    "selected", [ENTRIES.provider.concat("") == "gazette.example", ENTRIES.topics.contains("1")], ids=str
)
def test_hidden_entries_are_counted_by_their_times(tmp_path: Path, selected: ColumnElement[bool]) -> None:
    url = f"sqlite:///{tmp_path}/catalog.sqlite"
    with Catalog(url).writing():
        pass
    engine = open_engine(url)
    with engine.connect() as connection:
        statements: list[str] = []
        connection.connection.set_trace_callback(statements.append)
        assert connection.scalar(select(count_hidden(selected)), {"now": 1, "with_related": 1}) == 0
        connection.connection.set_trace_callback(None)
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statements[-1]}")).all()
    engine.dispose()
    used = {row.detail.split(" INDEX ")[1].split()[0] for row in plan if " INDEX " in row.detail}
    assert used == {"entries_by_release", "entries_by_expiry"}

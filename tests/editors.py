"""Write articles as a test's editors would, and see what has become of them in the catalog."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from feeds.catalog.catalog import Catalog
from feeds.model.errors import CatalogError
from feeds.model.selection import Selection

LONG_AGO = datetime(2024, 5, 1, 12, tzinfo=UTC)
PATIENCE_SECONDS = 30


def write_article(path: Path, title: str = "", *, published: datetime = LONG_AGO) -> Path:
    """Write an article whose address is made of its file name; without a title, that is the file name's stem."""
    path.write_text(compose_article(path.stem, title or path.stem, published=published))
    return path


def compose_article(name: str, title: str, *, published: datetime = LONG_AGO) -> str:
    return (
        f"---\ntitle: {title}\nwebUrl: https://example.com/{name}\npublishedDateTime: {published.isoformat()}\n"
        "topics:\n  - Robots\n---\n"
    )


def read_titles(database_url: str) -> set[str]:
    """Read the titles of all entries that are out; none where there is no catalog."""
    try:
        with closing(Catalog(database_url)) as catalog, catalog.reading() as reader:
            entries = reader.window(Selection(), limit=10_000, now=datetime.now(UTC)).entries
    except CatalogError:
        return set()
    return {entry.title for entry in entries}


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for something to become true; fail where it does not, within what the slowest machine may take."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "this has not happened"
        time.sleep(0.02)

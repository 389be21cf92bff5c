"""Render a feed in a new process: `python render_feed.py WARM_PATH PATH` prints the milliseconds for PATH.

The script runs in the checkout of this version or of commit db27c45, whose modules have other names.
"""

import os
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

_NAMES = {
    "Catalog": ("feeds.catalog.catalog:Catalog", "feeds.catalog.store:Catalog"),
    "Settings": ("feeds.settings:Settings", "feeds.settings:Settings"),
    "find": ("feeds.site.documents:parse_and_resolve", "feeds.representation:locate"),
    "make": ("feeds.site.documents:make_document", "feeds.representation:represent"),
}


def time_first_feed(warm_path: str, path: str) -> float:
    """Return the milliseconds to read and render `path`, after `warm_path` has made the database compile statements."""
    settings = _load("Settings").from_environ(os.environ)
    catalog = _load("Catalog")(settings.database_url)
    _render(catalog, settings, warm_path)
    started = time.perf_counter()
    _render(catalog, settings, path)
    return (time.perf_counter() - started) * 1000


def _load(name: str) -> Any:  # noqa: ANN401 of either version
    for place in _NAMES[name]:
        module, _, member = place.partition(":")
        try:
            return getattr(import_module(module), member)
        except ModuleNotFoundError:
            continue
    sys.exit(f"This checkout has no {name}.")


def _render(catalog: Any, settings: Any, path: str) -> None:  # noqa: ANN401 of either version
    now = datetime.now(UTC).replace(microsecond=0)
    with catalog.reading() as reader:
        _load("make")(_load("find")(path, reader, now=now), reader, settings=settings, now=now)


if __name__ == "__main__":
    sys.stdout.write(f"{time_first_feed(*sys.argv[1:])}")

"""Write the feed to serve into files, and read the files in the servers' processes.

The folder named by `BENCH_FEED_FILES` holds the feed's bytes as `feed.atom`, and its entries as `entries.json`.
"""

import os
from pathlib import Path

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.entry import Entry
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.documents import make_document, parse_and_resolve

VARIABLE = "BENCH_FEED_FILES"
PATH = "/feed.atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_ENTRIES = "entries.json"


def write_feed_files(folder: Path, settings: Settings) -> None:
    """Write the catalog's current feed of all entries into a new folder."""
    folder.mkdir()
    catalog = Catalog(settings.database_url)
    now = SYSTEM_CLOCK.now()
    with catalog.reading() as reader:
        body = make_document(parse_and_resolve(PATH, reader, now=now), reader, settings=settings, now=now).body
        entries = reader.read_newest(Query(), limit=settings.limit, now=now).entries
    catalog.close()
    (folder / PATH.strip("/")).write_bytes(body)
    (folder / _ENTRIES).write_bytes(msgspec.json.encode(entries))


def find_folder() -> Path:
    """Return the folder named by the environment variable."""
    return Path(os.environ[VARIABLE])


def read_body() -> bytes:
    """Read the feed's bytes."""
    return (find_folder() / PATH.strip("/")).read_bytes()


def read_entries() -> tuple[Entry, ...]:
    """Read the feed's entries, newest first."""
    return msgspec.json.decode((find_folder() / _ENTRIES).read_bytes(), type=tuple[Entry, ...])

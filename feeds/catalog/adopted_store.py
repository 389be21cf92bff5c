"""Store the files of adopted ids, and the addresses of earlier feeds for servers."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from feeds.catalog.facts import read_fact, save_facts
from feeds.catalog.stored import StoredAdoption

FORMER_FEEDS = "former_feeds"
"""The name of the fact with the feeds that answer at the URLs of earlier feeds: paths by URL, as JSON."""

_FILES = "adopted_files"


class AdoptedStore:
    """Read and write the files of adopted ids over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read_files(self) -> dict[str, StoredAdoption]:
        """Return the last good version of each file, by key."""
        document = read_fact(self._connection, _FILES)
        return msgspec.json.decode(document, type=dict[str, StoredAdoption]) if document else {}

    def save_files(self, files: Mapping[str, StoredAdoption]) -> None:
        """Store the files, by key, and forget all others."""
        feeds: dict[str, str] = {}
        for _, stored in sorted(files.items()):
            feeds = {**stored.file.feeds, **feeds}
        documents = {_FILES: files, FORMER_FEEDS: feeds}
        save_facts(self._connection, {name: msgspec.json.encode(each).decode() for name, each in documents.items()})

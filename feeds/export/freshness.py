"""Tell which files are still what the server answers, and which are still wanted, without making anything."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from urllib.parse import unquote

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder
from feeds.export.manifest import Basis, Exported, Manifest
from feeds.model.archive import ArchivePart
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.errors import MovedError, NotFoundError
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.documents import depends_on_any, locate
from feeds.site.feeds import read_archive
from feeds.site.urls import Address, ArchiveAddress, PageAddress

_GRACE_SECONDS = 3_600
"""For how long the archive that a feed led to is kept after the last copy of that feed has expired."""


class Freshness:
    """Compares what the last export wrote with what the catalog holds at `now`."""

    def __init__(self, reader: CatalogReader, folder: Folder, *, settings: Settings, now: datetime) -> None:
        self._reader = reader
        self._folder = folder
        self._settings = settings
        self._now = now
        self._read_change = cache(self._read_archive_change)  # the same in every format and on the page

    def find_lingering(self, before: Manifest, listed: Collection[str]) -> Iterator[tuple[Address, int]]:
        """Give the archives that feeds led to until lately, each with the moment, in seconds, when that was over.

        Who has a copy of such a feed goes on from there, and would miss entries if there were nothing.
        """
        now = to_seconds(self._now)
        for path in sorted(before.exported.keys() - listed):
            left = before.exported[path].left or now
            address = self._find_cut(path)
            if address and now - left < self._settings.max_age_seconds + _GRACE_SECONDS:
                yield address, left

    def find_current(self, before: Manifest, basis: Basis, addresses: Mapping[str, Address]) -> dict[str, Exported]:
        """Give what the last export wrote and is as it should be, by path."""
        if before.basis is None or before.moment is None or not basis.follows(before.basis):
            return {}
        release = self._reader.next_release(after=from_seconds(before.moment))
        is_released = release is not None and release <= self._now
        changed = None if is_released else self._reader.versions_since(before.basis.version)
        written = {path: before.exported[path] for path in addresses if path in before.exported}
        return {path: each for path, each in written.items() if self._is_current(addresses[path], each, changed)}

    def _is_current(self, address: Address, exported: Exported, changed: Collection[str] | None) -> bool:
        if any(self._folder.stamp(name) != stamp for name, stamp in exported.stamps.items()):
            return False
        if changed is not None and not depends_on_any(exported.scopes, changed):
            return True
        # What changes in its scope touches little of an archive, and the rest can be told by its date.
        if not isinstance(address, ArchiveAddress | PageAddress) or not address.part:
            return False
        return self._read_change(address.query, address.part) == exported.modified

    def _read_archive_change(self, query: Query, part: ArchivePart) -> int | None:
        archive = read_archive(query, part, self._reader, settings=self._settings, now=self._now)
        return to_seconds(archive.changed) if archive.changed else None

    def _find_cut(self, path: str) -> ArchiveAddress | PageAddress | None:
        with suppress(MovedError, NotFoundError):
            address = locate(unquote(path), self._reader, now=self._now)
            if isinstance(address, ArchiveAddress | PageAddress) and address.part and address.part.cut:
                self._read_change(address.query, address.part)
                return address
        return None

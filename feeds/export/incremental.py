"""Find the files of the last export that are still current or still needed, without rendering anything."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from urllib.parse import unquote

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder
from feeds.export.manifest import ExportedFiles, ExportInputs, Manifest
from feeds.model.archive import ArchivePart
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.document import depends_on_any
from feeds.model.errors import MovedError, NotFoundError
from feeds.model.format_times import FormatTimes
from feeds.model.periods import Cycle
from feeds.model.query import Query
from feeds.settings import Settings
from feeds.site.documents import find_digest_change, parse_and_resolve
from feeds.site.feeds import read_archive
from feeds.site.urls import (
    Address,
    ArchiveAddress,
    DigestAddress,
    DigestPageAddress,
    FormerFeedAddress,
    PageAddress,
)

_GRACE_SECONDS = 3_600
"""How long to keep an archive document without links after the last cached copy of the linking feed has expired."""


class PreviousExport:
    """The last export, as its manifest lists the files, compared with the catalog at `now`."""

    def __init__(
        self, manifest: Manifest, folder: Folder, *, reader: CatalogReader, settings: Settings, now: datetime
    ) -> None:
        self._manifest = manifest
        self._folder = folder
        self._reader = reader
        self._settings = settings
        self._now = now
        self._read_changes = cache(self._read_archive_changes)  # in all formats and on the page at once
        self._find_digest_change = cache(self._read_digest_change)

    def find_unlinked(self, listed: Collection[str]) -> Iterator[tuple[Address, int]]:
        """Give the archive documents without a recent link, each with the time, in seconds, when the last link went.

        A reader with an older copy of a feed follows the old link, and would miss entries without the document.
        """
        now = to_seconds(self._now)
        for path in sorted(self._manifest.exported.keys() - listed):
            unlinked_at = self._manifest.exported[path].unlinked_at or now
            address = self._locate_document(path)
            if address and now - unlinked_at < self._settings.max_age_seconds + _GRACE_SECONDS:
                yield address, unlinked_at

    def find_current(self, inputs: ExportInputs, addresses: Mapping[str, Address]) -> dict[str, ExportedFiles]:
        """Return the current files of the last export, by path."""
        before = self._manifest
        if before.inputs is None or before.exported_at is None or not inputs.differs_only_in_version(before.inputs):
            return {}
        if not self._reader.has_commit(before.inputs.version, before.inputs.commit):
            return {}
        release = self._reader.find_next_scheduled_change(after=from_seconds(before.exported_at))
        is_released = release is not None and release <= self._now
        changed = None if is_released else self._reader.find_changed_scopes(before.inputs.version)
        written = {path: before.exported[path] for path in addresses if path in before.exported}
        return {
            path: files for path, files in written.items() if self._is_current(addresses[path], files, changed=changed)
        }

    def _is_current(self, address: Address, files: ExportedFiles, *, changed: Collection[str] | None) -> bool:
        """Compare files with the folder and with the changed scopes; None means changes in any scope."""
        if isinstance(address, FormerFeedAddress):
            return False  # another feed may answer there than before
        if any(self._folder.get_stamp(name) != stamp for name, stamp in files.stamps.items()):
            return False
        if changed is not None and not depends_on_any(files.scopes, changed):
            return True
        # A change in the scope affects few documents of an archive, and a digest only if a day or week has ended since.
        # The modification time identifies the other ones.
        if isinstance(address, DigestAddress | DigestPageAddress):
            return self._find_digest_change(address.query, address.cycle) == files.modified
        if not isinstance(address, ArchiveAddress | PageAddress) or not address.part:
            return False
        times = self._read_changes(address.query, address.part)
        modified = times.any if isinstance(address, PageAddress) else times.find(address.format)
        return (to_seconds(modified) if modified else None) == files.modified

    def _read_digest_change(self, query: Query, cycle: Cycle) -> int | None:
        changed = find_digest_change(query, cycle, self._reader, settings=self._settings, now=self._now)
        return to_seconds(changed) if changed else None

    def _read_archive_changes(self, query: Query, part: ArchivePart) -> FormatTimes:
        return read_archive(query, part, self._reader, settings=self._settings, now=self._now).changed

    def _locate_document(self, path: str) -> ArchiveAddress | PageAddress | None:
        with suppress(MovedError, NotFoundError):
            address = parse_and_resolve(unquote(path), self._reader, now=self._now)
            if isinstance(address, ArchiveAddress | PageAddress) and address.part and address.part.end:
                self._read_changes(address.query, address.part)  # raises NotFoundError without the document
                return address
        return None

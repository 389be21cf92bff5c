"""Export every address: render possibly changed documents, write changed files, and remove obsolete files."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder, check_name
from feeds.export.incremental import PreviousExport
from feeds.export.manifest import (
    ExportedFiles,
    ExportInputs,
    Manifest,
    read_inputs,
    read_manifest,
    write_manifest,
)
from feeds.model.clock import to_seconds
from feeds.model.document import Document
from feeds.model.errors import ExportError
from feeds.settings import Settings
from feeds.site.compression import Encoding, encode
from feeds.site.documents import make_document
from feeds.site.feeds import ARCHIVE_MAX_AGE_SECONDS
from feeds.site.urls import Address, ArchiveAddress, AssetAddress, HomeAddress, PageAddress
from feeds.site.walk import list_addresses

Progress: TypeAlias = Callable[[int, int], object]

# The names that static file servers look for (nginx's gzip_static and brotli_static).
_SUFFIXES = {Encoding.IDENTITY: "", Encoding.GZIP: ".gz", Encoding.BROTLI: ".br"}

# An empty file that marks an archive document with the max-age of a feed; the URL does not show the difference.
_GROWING = ".growing"


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of written, unchanged and removed files, and a reason for each address without a file."""

    written: int
    unchanged: int
    removed: int
    left_out: tuple[str, ...]


def name_file(address: Address) -> str:
    """Return the name of an address's file, relative to the folder.

    Raises:
        ExportError: the address does not give a valid file name.
    """
    name = "/".join(_decode(part) for part in address.path.removeprefix("/").split("/"))
    if isinstance(address, PageAddress | HomeAddress):
        name = f"{name or 'index'}.html"
    check_name(name)
    return name


def _decode(part: str) -> str:
    decoded = unquote(part)
    if "/" in decoded:
        raise ExportError(f"{decoded!r} is not a valid file name")
    return decoded


class Exporter:
    """Writes the server's responses at `now` to the folder `root`: a file and its compressed forms per address.

    The modification time of a file is the time of the last change of its content.
    """

    def __init__(self, reader: CatalogReader, root: Path, *, settings: Settings, now: datetime) -> None:
        self._reader = reader
        self._folder = Folder(root)
        self._settings = settings
        self._now = now
        self._left_out: list[str] = []
        self._written = self._unchanged = 0

    def export(self, *, is_forced: bool = False, progress: Progress = lambda _done, _total: None) -> ExportResult:
        """Update the folder; call this once.

        Documents without changes in the catalog since the last export are not rendered again. With `is_forced`, all
        documents are rendered, and the folder may contain other files; files with other names than the exported files
        stay.

        Raises:
            ExportError: the folder is unsuitable or cannot be written, or the catalog was collected with other
                settings.
        """
        inputs = read_inputs(self._reader, self._settings)
        with self._folder.open():
            before = read_manifest(self._folder, is_forced=is_forced)
            previous = PreviousExport(before, self._folder, reader=self._reader, settings=self._settings, now=self._now)
            addresses = self._list_addresses()
            unlinked = dict(previous.find_unlinked(addresses))
            addresses |= {address.path: address for address in unlinked}
            exported = {} if is_forced else previous.find_current(inputs, addresses)
            outdated = [address for path, address in addresses.items() if path not in exported]
            self._unchanged += len(Manifest(exported).names)
            if outdated or len(exported) < len(before.exported):
                self._write_plan(before, outdated)
            exported |= self._write_all(outdated, progress)
            removed = self._remove(before.names - Manifest(exported).names)
            times = {address.path: unlinked_at for address, unlinked_at in unlinked.items()}
            self._write_manifest(
                {path: msgspec.structs.replace(each, unlinked_at=times.get(path)) for path, each in exported.items()},
                inputs,
            )
        return ExportResult(
            written=self._written, unchanged=self._unchanged, removed=removed, left_out=tuple(self._left_out)
        )

    def _list_addresses(self) -> dict[str, Address]:
        """Return every address with a valid file name, by path."""
        addresses = {}
        for address in list_addresses(self._reader, settings=self._settings, now=self._now):
            try:
                name_file(address)
            except ExportError as error:
                self._left_out.append(str(error))
            else:
                addresses[address.path] = address
        return addresses

    def _write_all(self, addresses: Sequence[Address], progress: Progress) -> dict[str, ExportedFiles]:
        exported = {}
        for done, address in enumerate(addresses, start=1):
            exported[address.path] = self._write(address)
            progress(done, len(addresses))
        return exported

    def _write(self, address: Address) -> ExportedFiles:
        document = make_document(address, self._reader, settings=self._settings, now=self._now)
        bodies = {name: encode(document.body, encoding) for name, encoding in _name_forms(address).items()}
        if _is_growing(address, document):
            bodies[name_file(address) + _GROWING] = b""
        stamps = {}
        for name, body in bodies.items():
            is_written = self._folder.write(name, body, modified=document.last_modified)
            self._written += is_written
            self._unchanged += not is_written
            stamps[name] = self._folder.get_stamp(name)
        modified = to_seconds(document.last_modified) if document.last_modified else None
        return ExportedFiles(stamps, document.scopes, modified)

    def _remove(self, names: Collection[str]) -> int:
        return sum(self._folder.remove(name) for name in sorted(names))

    def _write_plan(self, before: Manifest, outdated: Collection[Address]) -> None:
        """Write a manifest with all files of this export, so the next export knows the files of a killed export."""
        planned = {address.path: ExportedFiles(dict.fromkeys(_name_all(address), "")) for address in outdated}
        write_manifest(self._folder, Manifest(before.exported | planned))

    def _write_manifest(self, exported: dict[str, ExportedFiles], inputs: ExportInputs) -> None:
        write_manifest(self._folder, Manifest(exported, inputs, to_seconds(self._now)))


def _name_forms(address: Address) -> dict[str, Encoding]:
    """Return the names of the files to write for an address, with their codings; assets are not compressed."""
    name = name_file(address)
    encodings = [Encoding.IDENTITY] if isinstance(address, AssetAddress) else list(Encoding)
    return {name + _SUFFIXES[encoding]: encoding for encoding in encodings}


def _name_all(address: Address) -> list[str]:
    """Return the names of all possible files of an address."""
    markers = [name_file(address) + _GROWING] if isinstance(address, ArchiveAddress) else []
    return [*_name_forms(address), *markers]


def _is_growing(address: Address, document: Document) -> bool:
    return isinstance(address, ArchiveAddress) and document.max_age_seconds < ARCHIVE_MAX_AGE_SECONDS

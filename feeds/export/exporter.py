"""Export every address there is: make what may have changed, write what has, and remove what is no more."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder, check_name
from feeds.export.freshness import Freshness
from feeds.export.manifest import Basis, Exported, Manifest, read_basis, read_manifest, write_manifest
from feeds.model.clock import to_seconds
from feeds.model.errors import ExportError
from feeds.settings import Settings
from feeds.site.compression import Encoding, encode
from feeds.site.documents import Document, make_document
from feeds.site.feeds import ARCHIVE_MAX_AGE_SECONDS
from feeds.site.urls import Address, ArchiveAddress, AssetAddress, HomeAddress, PageAddress
from feeds.site.walk import list_addresses

Progress: TypeAlias = Callable[[int, int], object]

# What servers of files look for beside a file (nginx's gzip_static and brotli_static).
_SUFFIXES = {Encoding.IDENTITY: "", Encoding.GZIP: ".gz", Encoding.BROTLI: ".br"}

# Stands, empty, beside a document of an archive that may be kept no longer than a feed; its address does not tell.
_GROWING = ".growing"


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """How many files were written, were as they should be, and were removed; and why which addresses have none."""

    written: int
    unchanged: int
    removed: int
    left_out: tuple[str, ...]


def name_file(address: Address) -> str:
    """Give the name of the file, relative to the folder, that what is at `address` is written to.

    Raises:
        ExportError: no file can be called so.
    """
    name = "/".join(_decode(part) for part in address.path.removeprefix("/").split("/"))
    if isinstance(address, PageAddress | HomeAddress):
        name = f"{name or 'index'}.html"
    check_name(name)
    return name


def _decode(part: str) -> str:
    decoded = unquote(part)
    if "/" in decoded:
        raise ExportError(f"{decoded!r} cannot be the name of a file")
    return decoded


class Exporter:
    """Has the folder `root` hold what the server answers at `now`: each address as a file beside its compressed forms.

    A file is dated as its content was last modified.
    """

    def __init__(self, reader: CatalogReader, root: Path, *, settings: Settings, now: datetime) -> None:
        self._reader = reader
        self._folder = Folder(root)
        self._settings = settings
        self._now = now
        self._left_out: list[str] = []
        self._written = self._unchanged = 0

    def export(self, *, is_forced: bool = False, progress: Progress = lambda _done, _total: None) -> ExportResult:
        """Bring the folder up to date; to be called once.

        What the catalog has not changed since the last export is not made again. With `is_forced` everything is, and a
        folder is taken that holds other files; those of them that no address is named after stay.

        Raises:
            ExportError: the folder is not one to write to or cannot be written, or the catalog was collected with other
                settings.
        """
        basis = read_basis(self._reader, self._settings)
        with self._folder.open():
            before = read_manifest(self._folder, is_forced=is_forced)
            freshness = Freshness(self._reader, self._folder, settings=self._settings, now=self._now)
            addresses = self._list_addresses()
            lingering = dict(freshness.find_lingering(before, addresses))
            addresses |= {address.path: address for address in lingering}
            exported = {} if is_forced else freshness.find_current(before, basis, addresses)
            waiting = [address for path, address in addresses.items() if path not in exported]
            self._unchanged += len(Manifest(exported).names)
            if waiting or len(exported) < len(before.exported):
                self._note_beforehand(before, waiting)
            exported |= self._write_all(waiting, progress)
            removed = self._remove(before.names - Manifest(exported).names)
            left = {address.path: moment for address, moment in lingering.items()}
            noted = {path: msgspec.structs.replace(each, left=left.get(path)) for path, each in exported.items()}
            self._note(noted, basis)
        return ExportResult(
            written=self._written, unchanged=self._unchanged, removed=removed, left_out=tuple(self._left_out)
        )

    def _list_addresses(self) -> dict[str, Address]:
        """Give every address that a file can be named after, by its path."""
        addresses = {}
        for address in list_addresses(self._reader, settings=self._settings, now=self._now):
            try:
                name_file(address)
            except ExportError as error:
                self._left_out.append(str(error))
            else:
                addresses[address.path] = address
        return addresses

    def _write_all(self, addresses: Sequence[Address], progress: Progress) -> dict[str, Exported]:
        exported = {}
        for done, address in enumerate(addresses, start=1):
            exported[address.path] = self._write(address)
            progress(done, len(addresses))
        return exported

    def _write(self, address: Address) -> Exported:
        made = make_document(address, self._reader, settings=self._settings, now=self._now)
        bodies = {name: encode(made.body, encoding) for name, encoding in _name_forms(address).items()}
        if _is_growing(address, made):
            bodies[name_file(address) + _GROWING] = b""
        stamps = {}
        for name, body in bodies.items():
            is_written = self._folder.write(name, body, modified=made.last_modified)
            self._written += is_written
            self._unchanged += not is_written
            stamps[name] = self._folder.stamp(name)
        modified = to_seconds(made.last_modified) if made.last_modified else None
        return Exported(stamps, made.scopes, modified)

    def _remove(self, names: Collection[str]) -> int:
        return sum(self._folder.remove(name) for name in sorted(names))

    def _note_beforehand(self, before: Manifest, waiting: Collection[Address]) -> None:
        """Note all files that may be there from now on, lest those of an export that is killed belong to nobody."""
        planned = {address.path: Exported(dict.fromkeys(_name_all(address), "")) for address in waiting}
        write_manifest(self._folder, Manifest(before.exported | planned))

    def _note(self, exported: dict[str, Exported], basis: Basis) -> None:
        write_manifest(self._folder, Manifest(exported, basis, to_seconds(self._now)))


def _name_forms(address: Address) -> dict[str, Encoding]:
    """Give the names of the files to write for an address; the program's own files are served as they are."""
    name = name_file(address)
    encodings = [Encoding.IDENTITY] if isinstance(address, AssetAddress) else list(Encoding)
    return {name + _SUFFIXES[encoding]: encoding for encoding in encodings}


def _name_all(address: Address) -> list[str]:
    """Give the names of all files that may be written for an address."""
    markers = [name_file(address) + _GROWING] if isinstance(address, ArchiveAddress) else []
    return [*_name_forms(address), *markers]


def _is_growing(address: Address, made: Document) -> bool:
    return isinstance(address, ArchiveAddress) and made.max_age_seconds < ARCHIVE_MAX_AGE_SECONDS

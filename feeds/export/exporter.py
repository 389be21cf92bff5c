"""Export every address: render possibly changed documents, write changed files, and remove obsolete files."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder, list_folders
from feeds.export.incremental import PreviousExport
from feeds.export.issue_files import find_issues, list_issues
from feeds.export.manifest import (
    ExportedFiles,
    ExportInputs,
    Manifest,
    read_inputs,
    read_manifest,
    write_manifest,
)
from feeds.export.rendering import Render, RenderedFiles, RenderPlan, name_all, name_file, render_all
from feeds.model.clock import to_seconds
from feeds.model.errors import ExportError
from feeds.settings import Settings
from feeds.site.urls import Address
from feeds.site.walk import list_static_addresses

Progress: TypeAlias = Callable[[int, int], object]


class ExportResult(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of written, unchanged and removed files, and a reason for each address without a file."""

    written: int
    unchanged: int
    removed: int
    left_out: tuple[str, ...]


class Exporter:
    """Writes the server's responses at `now` to the folder `root`: a file and its compressed forms per address.

    The modification time of a file is the time of the last change of its content. Without `compress`, there are no
    compressed forms, and those of an earlier export are removed. `render` renders the documents.
    """

    def __init__(  # noqa: PLR0913 what to export, and how
        self,
        reader: CatalogReader,
        root: Path,
        *,
        settings: Settings,
        now: datetime,
        compress: bool = True,
        render: Render = render_all,
    ) -> None:
        self._reader = reader
        self._folder = Folder(root)
        self._plan = RenderPlan(settings=settings, now=now, compress=compress)
        self._render = render
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
        settings, now = self._plan.settings, self._plan.now
        inputs = read_inputs(self._reader, settings, compress=self._plan.compress)
        with self._folder.open():
            before = self._find_unlisted(read_manifest(self._folder, is_forced=is_forced))
            previous = PreviousExport(before, self._folder, reader=self._reader, settings=settings, now=now)
            addresses = self._list_addresses()
            unlinked = dict(previous.find_unlinked(addresses))
            addresses |= {address.path: address for address in unlinked}
            exported = {} if is_forced else previous.find_current(inputs, addresses)
            outdated = [address for path, address in addresses.items() if path not in exported]
            self._unchanged += len(Manifest(exported).names)
            if outdated or len(exported) < len(before.exported):
                self._write_plan(before, outdated)
            exported |= self._keep_issues(before, self._write_all(outdated, progress))
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
        named: dict[str, Address] = {}
        for address in list_static_addresses(self._reader, settings=self._plan.settings, now=self._plan.now):
            try:
                named[name_file(address)] = address
            except ExportError as error:
                self._left_out.append(str(error))
        names = {name for address in named.values() for name in name_all(address)}
        addresses: dict[str, Address] = {}
        # A publisher may have the domain of another publisher and an extension.
        for name, address in named.items():
            if address.path in addresses:
                self._left_out.append(f"{name!r} has the URL of another document")
            elif not names.isdisjoint(list_folders(name)):
                self._left_out.append(f"{name!r} would be inside the file of another document")
            else:
                addresses[address.path] = address
        return addresses

    def _write_all(self, addresses: Sequence[Address], progress: Progress) -> dict[str, ExportedFiles]:
        exported = {}
        rendered = self._render(addresses, self._plan, self._reader)
        for done, files in enumerate(rendered, start=1):
            exported[files.path] = self._write(files)
            progress(done, len(addresses))
        return exported

    def _write(self, files: RenderedFiles) -> ExportedFiles:
        stamps = {}
        for name, body in files.bodies.items():
            is_written = self._folder.write(name, body, modified=files.find_time(name))
            self._written += is_written
            self._unchanged += not is_written
            stamps[name] = self._folder.get_stamp(name)
        return ExportedFiles(stamps, files.scopes, to_seconds(files.modified) if files.modified else None)

    def _find_unlisted(self, before: Manifest) -> Manifest:
        """Add the files of issues that an unfinished export has written before it listed them."""
        if before.inputs is not None:
            return before
        exported = {}
        for path, files in before.exported.items():
            found = dict.fromkeys(find_issues(path, self._folder), "")
            exported[path] = msgspec.structs.replace(files, stamps=found | files.stamps)
        return msgspec.structs.replace(before, exported=exported)

    def _keep_issues(self, before: Manifest, exported: dict[str, ExportedFiles]) -> dict[str, ExportedFiles]:
        """Add the files of issues that digests no longer show, as they are: entries in feed readers link to them."""
        kept = {}
        for path, files in exported.items():
            earlier = list_issues(path, before.exported.get(path, files).stamps)
            left = {name: self._folder.get_stamp(name) for name in earlier if name not in files.stamps}
            present = {name: stamp for name, stamp in left.items() if stamp}
            self._unchanged += len(present)
            kept[path] = msgspec.structs.replace(files, stamps=files.stamps | present)
        return kept

    def _remove(self, names: Collection[str]) -> int:
        return sum(self._folder.remove(name) for name in sorted(names))

    def _write_plan(self, before: Manifest, outdated: Collection[Address]) -> None:
        """Write a manifest with all files of this export, so the next export knows the files of a killed export."""
        planned = {}
        for address in outdated:
            issues = list_issues(address.path, before.exported.get(address.path, ExportedFiles({})).stamps)
            planned[address.path] = ExportedFiles(dict.fromkeys([*name_all(address), *issues], ""))
        write_manifest(self._folder, Manifest(before.exported | planned))

    def _write_manifest(self, exported: dict[str, ExportedFiles], inputs: ExportInputs) -> None:
        write_manifest(self._folder, Manifest(exported, inputs, to_seconds(self._plan.now)))

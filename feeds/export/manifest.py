"""Record exported files and the catalog state behind them: files to remove later, and files to keep as they are."""

from typing import Self

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder, check_name
from feeds.model.errors import ExportError
from feeds.model.program import fingerprint_program
from feeds.settings import Settings

_NAME = ".feeds-export.json"


class ExportInputs(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs of an export: a catalog state (`version` and `commit` of `generation`), settings and the program."""

    generation: str
    version: int
    settings_fingerprint: str = msgspec.field(name="appearance")
    program_fingerprint: str = msgspec.field(name="program")
    compress: bool = True
    commit: str = ""

    def differs_only_in_version(self, other: Self) -> bool:
        """Return whether catalog versions alone are enough to find all changes since other inputs."""
        return msgspec.structs.replace(self, version=other.version, commit=other.commit) == other


class ExportedFiles(msgspec.Struct, frozen=True):
    """The files of an address: a stamp per file name, and the scopes of the catalog behind the content.

    `modified` is the time of the last change of the content, `unlinked_at` the time since when no feed links to the
    files; both are in seconds.
    """

    stamps: dict[str, str]
    scopes: tuple[str, ...] = ()
    modified: int | None = None
    unlinked_at: int | None = msgspec.field(name="left", default=None)


class Manifest(msgspec.Struct, frozen=True):
    """The files in the folder, by path. Without `inputs`, an export has not finished, and the files may be anything.

    The files show the catalog at `exported_at`, in seconds: entries with a later release time outdate the files without
    a new catalog version.

    The JSON names of some fields are older than their names here, and stay: exports must read older manifests.
    """

    exported: dict[str, ExportedFiles] = {}
    inputs: ExportInputs | None = msgspec.field(name="basis", default=None)
    exported_at: int | None = msgspec.field(name="moment", default=None)

    @property
    def names(self) -> set[str]:
        """The names of all files."""
        return {name for files in self.exported.values() for name in files.stamps}


def read_inputs(reader: CatalogReader, settings: Settings, *, compress: bool) -> ExportInputs:
    """Read the inputs of a new export.

    Raises:
        ExportError: the settings differ from the settings of the last collect: feeds would change without a change of
            their Last-Modified.
    """
    state = reader.read_state()
    if state.settings_fingerprint != settings.settings_fingerprint:
        raise ExportError("The settings have changed since the last collect; run `feeds collect` first.")
    return ExportInputs(
        generation=state.generation,
        version=state.version,
        settings_fingerprint=state.settings_fingerprint,
        program_fingerprint=fingerprint_program(),
        compress=compress,
        commit=state.commit,
    )


def read_manifest(folder: Folder, *, is_forced: bool) -> Manifest:
    """Read the manifest of the last export to a folder; without an earlier export, return an empty manifest.

    Raises:
        ExportError: the folder contains other files than those of an export, or the manifest is damaged, and the export
            is not forced.
    """
    text = folder.read(_NAME)
    if text is None and not folder.is_empty() and not is_forced:
        raise ExportError(
            f"{folder.root} contains files not written by an export; choose another folder or add --force."
        )
    try:
        manifest = msgspec.json.decode(text or b"{}", type=Manifest)
        for name in manifest.names:
            check_name(name)
    except (msgspec.DecodeError, ExportError) as error:
        if is_forced:
            return Manifest()
        raise ExportError(f"{folder.root / _NAME} is damaged ({error}); add --force to ignore it.") from None
    return manifest


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write the manifest for the next export."""
    folder.write(_NAME, msgspec.json.encode(manifest))

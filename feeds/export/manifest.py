"""Remember what was exported, from which state of the catalog: what is ours to remove, and what need not be made."""

from pathlib import Path
from typing import Self

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import Folder, check_name
from feeds.model.entry import fingerprint
from feeds.model.errors import ExportError
from feeds.settings import Settings

_PROGRAM = Path(__file__).parent.parent
_NAME = ".feeds-export.json"


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What files were made from: a state of the catalog (`version` of `generation`), settings, and the program."""

    generation: str
    version: int
    settings_fingerprint: str = msgspec.field(name="appearance")  # as manifests of former exports call it
    program: str

    def follows(self, other: Self) -> bool:
        """Say whether what has changed since another basis can be told by the versions of the catalog alone."""
        return msgspec.structs.replace(self, version=other.version) == other


class Exported(msgspec.Struct, frozen=True):
    """What was made of one address: each file's stamp by its name, and the scopes of the catalog that they show.

    `modified` is when what they show last became different, `left` since when nothing leads to them any more; both are
    in seconds.
    """

    stamps: dict[str, str]
    scopes: tuple[str, ...] = ()
    modified: int | None = None
    left: int | None = None


class Manifest(msgspec.Struct, frozen=True):
    """What stands in the folder, by path. Without a basis an export has not come to its end: it may be anything.

    The files show what was to be seen at `moment`, in seconds: entries that are released later outdate them without a
    new version.
    """

    exported: dict[str, Exported] = {}
    basis: Basis | None = None
    moment: int | None = None

    @property
    def names(self) -> set[str]:
        """The names of all files."""
        return {name for exported in self.exported.values() for name in exported.stamps}


def read_basis(reader: CatalogReader, settings: Settings) -> Basis:
    """Read what files will be made from.

    Raises:
        ExportError: the settings are others than those of the last collect, so that feeds would look otherwise than
            they did, and their Last-Modified would not say so.
    """
    state = reader.state()
    if state.settings_fingerprint != settings.settings_fingerprint:
        raise ExportError("The settings are not those of the last collect; run `feeds collect` with them first.")
    return Basis(
        generation=state.generation,
        version=state.version,
        settings_fingerprint=state.settings_fingerprint,
        program=_fingerprint_program(),
    )


def _fingerprint_program() -> str:
    # The version would not do: who runs a checkout gets other pages with the next pull.
    files = sorted(path for path in _PROGRAM.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return fingerprint(b"".join(path.read_bytes() for path in files))


def read_manifest(folder: Folder, *, is_forced: bool) -> Manifest:
    """Read what the last export wrote to a folder; nothing, if there was none.

    Raises:
        ExportError: the folder holds files that no export has written, or the list of what was written is damaged, and
            the export is not forced.
    """
    text = folder.read(_NAME)
    if text is None and not folder.is_empty() and not is_forced:
        raise ExportError(f"{folder.root} holds files that no export has written; name another folder, or add --force.")
    try:
        manifest = msgspec.json.decode(text or b"{}", type=Manifest)
        for name in manifest.names:
            check_name(name)
    except (msgspec.DecodeError, ExportError) as error:
        if is_forced:
            return Manifest()
        raise ExportError(f"{folder.root / _NAME} is damaged ({error}); to do without it, add --force.") from None
    return manifest


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write it for the next export."""
    folder.write(_NAME, msgspec.json.encode(manifest))

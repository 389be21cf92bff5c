"""Load the static files that pages and browsers request: stylesheet, script and icons."""

from pathlib import Path

import msgspec

from feeds.model.entry import fingerprint
from feeds.model.errors import NotFoundError

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


class Asset(msgspec.Struct, frozen=True):
    """The bytes and media type of a file. `version` changes with the bytes."""

    body: bytes
    media_type: str
    version: str


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _TYPES[path.suffix], fingerprint(body)[:12])


_ASSETS = {path.name: _load(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}


def list_assets() -> list[str]:
    """Return the names of all files, sorted."""
    return list(_ASSETS)


def find_asset(name: str) -> Asset:
    """Return the file with a name.

    Raises:
        NotFoundError: no file has this name.
    """
    if name not in _ASSETS:
        raise NotFoundError("File not found.")
    return _ASSETS[name]

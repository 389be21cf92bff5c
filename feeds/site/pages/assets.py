"""Hold the files that pages and browsers ask for beside the pages: stylesheet, script and icons."""

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
    """A file's bytes; `version` differs whenever they do."""

    body: bytes
    media_type: str
    version: str


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _TYPES[path.suffix], fingerprint(body)[:12])


_ASSETS = {path.name: _load(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}


def list_assets() -> list[str]:
    """Give the names of all files, in order."""
    return list(_ASSETS)


def find_asset(name: str) -> Asset:
    """Give the file of that name.

    Raises:
        NotFoundError: there is none.
    """
    if name not in _ASSETS:
        raise NotFoundError("There is no such file.")
    return _ASSETS[name]

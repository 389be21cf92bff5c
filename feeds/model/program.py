"""Identify the program: another program may write other bytes for the same catalog."""

from functools import cache
from pathlib import Path

from feeds.model.entry import fingerprint

_PACKAGE = Path(__file__).parent.parent


@cache
def fingerprint_program() -> str:
    """Return a fingerprint of all files of the program.

    The version number is not enough: in a checkout, the next pull may change pages.
    """
    files = sorted(path for path in _PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return fingerprint(b"".join(path.read_bytes() for path in files))

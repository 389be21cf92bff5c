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
    return fingerprint_folder(_PACKAGE)


def fingerprint_folder(folder: Path) -> str:
    """Return a fingerprint of all files of a package, except compiled files, which Python writes at any time."""
    files = sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts and path.is_file())
    return fingerprint(b"".join(path.read_bytes() for path in files))

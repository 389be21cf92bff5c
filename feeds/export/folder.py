"""Write files below a folder atomically, with the modification time of their content."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from feeds.model.clock import to_seconds
from feeds.model.errors import ExportError

MAX_NAME_BYTES = 250
"""The limit of file systems, 255 bytes, minus room for `.br`."""

_TEMPORARY = ".feeds-export.tmp"


_WELL_KNOWN = ".well-known"
"""The one folder with a dot that web servers serve (RFC 8615)."""


def check_name(name: str) -> None:
    """Check a file name relative to the folder, with `/` between its parts: the file must be inside and not hidden.

    Raises:
        ExportError: the file would be outside or hidden, or the name is not valid.
    """
    for part in name.split("/"):
        if not part or (part.startswith(".") and part != _WELL_KNOWN) or "\0" in part:
            raise ExportError(f"{name!r} is not a valid file name")
        if len(part.encode()) > MAX_NAME_BYTES:
            raise ExportError(f"{name[:40]}… is too long for a file name")


def list_folders(name: str) -> list[str]:
    """Return the names of the folders that contain a file, from the top, relative to the folder."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


class Folder:
    """Files below `root`, by names accepted by `check_name`; no other program may write there at the same time."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def open(self) -> Iterator[None]:
        """Create the folder if missing, and lock out other exports until the end of the block.

        Raises:
            ExportError: the folder cannot be created, or another export is running.
        """
        with _wrapping_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._lock(descriptor)
            yield
        finally:
            os.close(descriptor)  # also releases the lock

    def is_empty(self) -> bool:
        """Return whether the folder is empty, except for the temporary file of a killed export."""
        with _wrapping_errors(self.root, "read"):
            return all(path.name == _TEMPORARY for path in self.root.iterdir())

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, or None if there is no file."""
        path = self._locate(name)
        with _wrapping_errors(path, "read"):
            return path.read_bytes() if path.exists() else None

    def list_names(self, folder: str) -> list[str]:
        """Return the names of the files directly in a folder below the root, without those in its folders."""
        path = self._locate(folder)
        with _wrapping_errors(path, "read"):
            found = path.iterdir() if path.is_dir() else ()
            return [f"{folder}/{os.fsencode(each.name).decode(errors='replace')}" for each in found if each.is_file()]

    def get_stamp(self, name: str) -> str:
        """Return a string from size and time that changes with the file; empty if there is no file."""
        try:
            status = self._locate(name).stat()
        except OSError:
            return ""
        return f"{status.st_size}.{status.st_mtime_ns}"

    def write(self, name: str, body: bytes, *, modified: datetime | None = None) -> bool:
        """Write `body` with the modification time `modified` (None: now); return whether the content has changed.

        Raises:
            ExportError: the file cannot be written.
        """
        path = self._locate(name)
        with _wrapping_errors(path):
            if _has_content(path, body):
                _set_modified(path, modified)
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(path, body, modified=modified)
            return True

    def remove(self, name: str) -> bool:
        """Remove a file and the folders left empty by the removal; return whether there was a file."""
        path = self._locate(name)
        with _wrapping_errors(path, "removed"):
            has_file = path.is_file() or path.is_symlink()
            if has_file:
                path.unlink()
        with suppress(OSError):  # already removed, or not empty
            for parent in path.parents[: name.count("/")]:
                parent.rmdir()
        return has_file

    def _locate(self, name: str) -> Path:
        # Addresses are in UTF-8, independent of the locale's encoding of file names.
        return self.root / os.fsdecode(name.encode())

    def _replace(self, path: Path, body: bytes, *, modified: datetime | None) -> None:
        temporary = self.root / _TEMPORARY  # always the same name: at most one stays behind
        try:
            temporary.write_bytes(body)
            _set_modified(temporary, modified)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportError(f"Another export is writing to {self.root}; try again when it has finished.") from None
        except OSError:
            pass  # a file system without locks, such as a network file system


def _has_content(path: Path, body: bytes) -> bool:
    try:
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except (FileNotFoundError, NotADirectoryError):
        return False


def _set_modified(path: Path, modified: datetime | None) -> None:
    if modified is None:
        return
    seconds = to_seconds(modified)
    if path.stat().st_mtime_ns != seconds * 1_000_000_000:
        os.utime(path, (seconds, seconds))


@contextmanager
def _wrapping_errors(path: Path, verb: str = "written") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(f"{path} cannot be {verb} ({error.strerror or error}); the export is incomplete.") from error

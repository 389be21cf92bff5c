"""Keep files below a folder: each whole at every instant, and dated as its content is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from feeds.model.clock import to_seconds
from feeds.model.errors import ExportError

LONGEST_NAME_BYTES = 250
"""What file systems take, 255 bytes, less room for `.br`."""

_TEMPORARY = ".feeds-export.tmp"


def check_name(name: str) -> None:
    """Accept a file's name relative to the folder, `/` between its parts, if it can neither lead out of it nor hide.

    Raises:
        ExportError: it can, or no file can be called so.
    """
    for part in name.split("/"):
        if not part or part.startswith(".") or "\0" in part:
            raise ExportError(f"{name!r} cannot be the name of a file")
        if len(part.encode()) > LONGEST_NAME_BYTES:
            raise ExportError(f"{name[:40]}… is too long for the name of a file")


class Folder:
    """Files below `root`, by names that `check_name` accepts; nobody else may write there meanwhile."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def open(self) -> Iterator[None]:
        """Make the folder where there is none, and keep other exports out of it until the end of the block.

        Raises:
            ExportError: it cannot be made, or another export is under way.
        """
        with _explaining(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._lock(descriptor)
            yield
        finally:
            os.close(descriptor)  # and with it the lock goes

    def is_empty(self) -> bool:
        """Say whether there is nothing in the folder but what an export that was killed had not finished."""
        with _explaining(self.root, "read"):
            return all(path.name == _TEMPORARY for path in self.root.iterdir())

    def read(self, name: str) -> bytes | None:
        """Give the content of a file, None where there is none."""
        path = self._locate(name)
        with _explaining(path, "read"):
            return path.read_bytes() if path.exists() else None

    def stamp(self, name: str) -> str:
        """Give what changes whenever a file does; empty where there is none."""
        try:
            status = self._locate(name).stat()
        except OSError:
            return ""
        return f"{status.st_size}.{status.st_mtime_ns}"

    def write(self, name: str, body: bytes, *, modified: datetime | None = None) -> bool:
        """Have a file hold `body`, dated `modified` (None: when it was written); say whether it did not before.

        Raises:
            ExportError: it cannot be written.
        """
        path = self._locate(name)
        with _explaining(path):
            if _holds(path, body):
                _date(path, modified)
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(path, body, modified=modified)
            return True

    def remove(self, name: str) -> bool:
        """Remove a file, and the folders that it leaves empty; say whether there was one."""
        path = self._locate(name)
        with _explaining(path, "removed"):
            is_there = path.is_file() or path.is_symlink()
            if is_there:
                path.unlink()
        with suppress(OSError):  # it is gone already, or not empty
            for parent in path.parents[: name.count("/")]:
                parent.rmdir()
        return is_there

    def _locate(self, name: str) -> Path:
        # Whatever the locale says of file names, addresses are in UTF-8.
        return self.root / os.fsdecode(name.encode())

    def _replace(self, path: Path, body: bytes, *, modified: datetime | None) -> None:
        temporary = self.root / _TEMPORARY  # there is only one, so that none is left behind for long
        try:
            temporary.write_bytes(body)
            _date(temporary, modified)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportError(f"Another export is writing to {self.root}; wait until it has ended.") from None
        except OSError:
            pass  # a file system without locks, such as one over a network


def _holds(path: Path, body: bytes) -> bool:
    try:
        return path.stat().st_size == len(body) and path.read_bytes() == body
    except (FileNotFoundError, NotADirectoryError):
        return False


def _date(path: Path, modified: datetime | None) -> None:
    if modified is None:
        return
    seconds = to_seconds(modified)
    if path.stat().st_mtime_ns != seconds * 1_000_000_000:
        os.utime(path, (seconds, seconds))


@contextmanager
def _explaining(path: Path, verb: str = "written") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(
            f"{path} cannot be {verb} ({error.strerror or error}); the export is not complete."
        ) from error

"""Handle the file of a SQLite catalog: a missing, a damaged and a read-only file."""

import codecs
import os
import sqlite3
import time
from collections.abc import MutableMapping, MutableSequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Engine

OWN_FOLDER = ".feeds"
"""The folder of the catalog by default: in a folder of articles, nobody should see or commit the catalog."""

_COMPANIONS = ("", "-wal", "-shm")
_COMMITTED = ("", "-wal")  # the files that a commit changes
_SETTLED_SECONDS = 3
_START_BYTES = 4_096
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REFUSAL = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}


def find_file(engine: Engine) -> Path | None:
    """Return the file of the database; None for PostgreSQL and for a database in memory."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name and name != ":memory:" else None


Stamp: TypeAlias = tuple[tuple[int, int, int, int], ...]
"""The device, inode, size and time of the files of a database."""


def read_stamp(file: Path) -> Stamp | None:
    """Return a value that is different after each commit; None for a missing file, and after a recent commit.

    File times have a resolution of milliseconds, on some systems of two seconds: a second commit could have the time of
    the first.
    """
    files = [each for suffix in _COMMITTED if (each := _stat(file.with_name(file.name + suffix)))]
    is_settled = all(abs(time.time() - each.st_mtime) > _SETTLED_SECONDS for each in files)
    if not files or not is_settled:
        return None
    return tuple((each.st_dev, each.st_ino, each.st_size, each.st_mtime_ns) for each in files)


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None


def is_damaged(engine: Engine, error: BaseException | None) -> bool:
    """Return whether an error of the driver means that the file is a damaged catalog.

    A text file is none: somebody has named the wrong file.
    """
    file = find_file(engine)
    code = getattr(error, "sqlite_errorcode", 0)
    # The other bits of the code are details (https://www.sqlite.org/rescode.html).
    return code & 0xFF in _DAMAGE and file is not None and not _is_text(file)


def is_read_only(error: BaseException | None) -> bool:
    """Return whether an error of the driver means that this process may not write to the file or its folder."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSAL


def _is_text(file: Path) -> bool:
    with file.open("rb") as opened:
        start = opened.read(_START_BYTES)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # a character may be cut
    except UnicodeDecodeError:
        return False
    return b"\0" not in start


def move_aside(file: Path, *, now: datetime) -> Path:
    """Rename a damaged file and its companions, and return the new path; the name contains the time.

    Raises:
        OSError: the file cannot be renamed.
    """
    target = file.with_name(f"{file.name}.damaged-{now:%Y%m%dT%H%M%SZ}")
    for suffix in reversed(_COMPANIONS):
        companion = file.with_name(file.name + suffix)
        if companion.exists():
            companion.rename(target.with_name(target.name + suffix))
    return target


def create_own_folder(
    _dialect: object, _record: object, arguments: MutableSequence[Any], _parameters: MutableMapping[str, Any]
) -> None:
    """Create the folder of a file in `.feeds`, the default, and keep the folder out of git.

    Other folders are not created: the path may be misspelt. An event `do_connect` of SQLAlchemy calls this function.
    """
    folder = Path(arguments[0]).parent
    if folder.name == OWN_FOLDER and not folder.exists():
        with suppress(OSError):  # SQLite reports the missing folder
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n", encoding="ascii")


def open_read_only(
    _dialect: object, _record: object, arguments: MutableSequence[Any], parameters: MutableMapping[str, Any]
) -> None:
    """Prepare a connection to a file on a disk that nobody can write to.

    SQLite would create the companions of the file, unless it may take the file as immutable. An event `do_connect` of
    SQLAlchemy calls this function.
    """
    file = Path(arguments[0])
    if _is_on_read_only_disk(file) and not file.with_name(f"{file.name}-wal").exists():
        arguments[0] = f"{file.absolute().as_uri()}?immutable=1"
        parameters["uri"] = True


def _is_on_read_only_disk(file: Path) -> bool:
    try:
        return bool(os.statvfs(file).f_flag & os.ST_RDONLY)
    except OSError:
        return False

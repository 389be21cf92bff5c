"""Read and replace the file `adopted.yaml` of the content folders."""

import os
from collections.abc import Sequence
from pathlib import Path

from feeds.articles.adopted_file import parse_adopted_file, write_adopted_file
from feeds.articles.file_reader import MAX_FILE_BYTES, read_file
from feeds.articles.names import ADOPTED_FILE
from feeds.model.adopted import AdoptedFile
from feeds.model.errors import AdoptionError


def find_adopted_path(folders: Sequence[Path]) -> Path:
    """Return the path of the existing file in the first content folder with one, else its path in the first folder."""
    paths = [folder / ADOPTED_FILE for folder in folders]
    return next((path for path in paths if os.path.lexists(path)), paths[0])


def read_adopted(path: Path) -> AdoptedFile:
    """Read the file; empty if it does not exist.

    Raises:
        ArticleError: the file has an error.
    """
    return parse_adopted_file(read_file(str(path)), str(path))[0] if os.path.lexists(path) else AdoptedFile()


def write_adopted(path: Path, file: AdoptedFile) -> bool:
    """Replace the file at once, and return whether the content is new.

    Raises:
        AdoptionError: the file would be larger than a collect accepts, or cannot be written.
    """
    data = write_adopted_file(file).encode()
    if len(data) > MAX_FILE_BYTES:
        raise AdoptionError(f"{path} would be larger than {MAX_FILE_BYTES:,} bytes; adopt fewer entries.")
    temporary = path.with_name(f".{path.name}.new")
    try:
        if path.exists() and path.read_bytes() == data:
            return False
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise AdoptionError(f"Cannot write {path} ({error.strerror}); check the permissions of the folder.") from None
    return True

"""Find the files of issues: they belong to the page of their digest, and are in a folder with its name."""

from collections.abc import Iterable
from urllib.parse import unquote

from feeds.export.folder import Folder
from feeds.model.periods import Cycle

_CYCLES = {str(cycle): cycle for cycle in Cycle}
_EXTENSION = ".html"


def list_issues(path: str, names: Iterable[str]) -> list[str]:
    """Return the files of issues among the files of a digest's page at a path."""
    folder = _name_folder(path)
    return [name for name in names if name.startswith(f"{folder}/")]


def find_issues(path: str, folder: Folder) -> list[str]:
    """Return the files of issues in the folder of a digest's page; none for any other path."""
    name = _name_folder(path)
    cycle = _CYCLES.get(name.rpartition("/")[2])
    return [each for each in folder.list_names(name) if _is_issue(each, cycle)] if cycle else []


def _name_folder(path: str) -> str:
    return unquote(path).removeprefix("/")


def _is_issue(name: str, cycle: Cycle) -> bool:
    file = name.rpartition("/")[2]
    return file.endswith(_EXTENSION) and cycle.parse_issue(file.removesuffix(_EXTENSION)) is not None

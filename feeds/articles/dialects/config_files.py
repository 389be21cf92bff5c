"""Read the configuration files of a site, and record what was read, so that each change of the files shows."""

import json
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec

from feeds.articles.file_reader import read_file
from feeds.articles.front_matter import load_yaml_mapping
from feeds.articles.toml_values import RefusedTomlError, parse_toml
from feeds.articles.yaml_values import MAX_DEPTH, Value
from feeds.model.errors import ArticleError, Level, Problem
from feeds.model.uri import read_url_host

T = TypeVar("T")
Stamp = tuple[int, int, int, int] | None
"""What the file system shows of a file: size, two times and number; None for no file."""

_MAX_CACHED = 20_000
_OWN_HOSTS = frozenset(("localhost", "127.0.0.1", "0.0.0.0"))  # noqa: S104 nothing is bound


class ConfigFiles:
    """Read files below a folder; `stamps` and `digest` cover all that was read, or was looked for."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.stamps: dict[str, Stamp] = {}
        self.problems: list[Problem] = []
        self._digest = sha256()

    @property
    def digest(self) -> str:
        """A text that changes with the bytes of the files read, and the names in listed folders."""
        return self._digest.hexdigest()

    def list_names(self, folder: str = "") -> list[str]:
        """Return the sorted names in a folder; a folder that cannot be read, or is outside, is empty."""
        if not _is_inside(folder):
            return []
        path = self._note(folder)
        if self._leads_outside(path):
            return []
        try:
            names = sorted(os.listdir(path))
        except OSError:
            return []
        if folder:  # the names in the folder itself change with each article
            self._digest.update(f"{folder}\0{names}\0".encode(errors="surrogateescape"))
        return names

    def read_text(self, name: str) -> str:
        """Return the text of a file; a file that is absent, cannot be read or is outside is empty."""
        if not _is_inside(name):
            return ""
        path = self._note(name)
        try:
            data = self._read_file(path)
        except ArticleError:
            return ""
        self._digest.update(f"{name}\0{len(data)}\0".encode() + data)
        return data.decode(errors="replace")

    def read_mapping(self, name: str) -> dict[str, Value]:
        """Return the values of a file in YAML, TOML or JSON, as the suffix says.

        Raises:
            ArticleError: the file cannot be read, or is broken.
        """
        path = self._note(name)
        data = self._read_file(path)
        self._digest.update(f"{name}\0{len(data)}\0".encode() + data)
        if not any(line.strip() and not line.lstrip().startswith(b"#") for line in data.splitlines()):
            return {}
        if name.endswith(".toml"):
            return _parse_toml(path, data)
        return _parse_json(path, data) if name.endswith(".json") else load_yaml_mapping(data, path).fields

    def try_mapping(self, name: str) -> dict[str, Value]:
        """Return the values of a file; a broken file is empty, with a problem."""
        try:
            return self.read_mapping(name)
        except ArticleError as error:
            self.problems.extend(error.problems)
            return {}

    def _read_file(self, path: str) -> bytes:
        if self._leads_outside(path):
            message = "This link leads out of the folder of the site; replace it with its target."
            raise ArticleError(Problem(path, 1, 1, Level.ERROR, "outside-link", message))
        return read_file(path)

    def _leads_outside(self, path: str) -> bool:
        """Return whether links lead out of the folder, to files whose texts nobody meant to publish."""
        inside = os.path.realpath(self.folder)
        return not os.path.join(os.path.realpath(path), "").startswith(os.path.join(inside, ""))

    def _note(self, name: str) -> str:
        path = os.path.join(self.folder, name) if name else self.folder
        self.stamps[path] = make_stamp(path)
        return path


def _is_inside(name: str) -> bool:
    """Return whether a path that a configuration names leads to a place below its folder."""
    return "\0" not in name and not name.startswith("/") and ".." not in name.split("/")


def make_stamp(path: str) -> Stamp:
    """Return what the file system shows of a file or folder."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


class Loaded(msgspec.Struct, Generic[T], frozen=True):
    """A value from files, with the problems of these files, and what the files were when they were read."""

    value: T
    problems: tuple[Problem, ...]
    digest: str
    stamps: dict[str, Stamp]


class FileCache(Generic[T]):
    """Load a value from the files in each folder once, and again after a change of the files."""

    def __init__(self, load: Callable[[ConfigFiles], T]) -> None:
        self._load = load
        self._loaded: dict[str, Loaded[T]] = {}

    def get(self, folder: str) -> Loaded[T]:
        """Return the value of a folder."""
        loaded = self._loaded.get(folder)
        if loaded is None or any(make_stamp(path) != stamp for path, stamp in loaded.stamps.items()):
            files = ConfigFiles(folder)
            value = self._load(files)
            loaded = Loaded(value, tuple(files.problems), files.digest, files.stamps)
            if len(self._loaded) >= _MAX_CACHED:
                self._loaded.clear()
            self._loaded[folder] = loaded
        return loaded


def read_texts(value: Value) -> Iterator[str]:
    """Yield the texts of a list, or a single text."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def read_text(fields: dict[str, Value], *names: str) -> str:
    """Return the first field among `names` that is a text, without blanks around; "" if there is none."""
    texts = (value.strip() for name in names if isinstance(value := fields.get(name), str))
    return next(filter(None, texts), "")


def read_map(fields: dict[str, Value], name: str) -> dict[str, Value]:
    """Return a field that is a mapping; an empty one for anything else."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def clean_url(*parts: str) -> str:
    """Join the parts of an absolute URL without a slash at the end; "" for another text or a URL of this machine."""
    url = "/".join(part.strip("/") for part in parts if part.strip("/"))
    host = read_url_host(url).partition(":")[0]
    return url if host and host not in _OWN_HOSTS else ""


def _parse_toml(path: str, data: bytes) -> dict[str, Value]:
    text = _decode(path, data)
    try:
        return parse_toml(text)
    except RefusedTomlError as error:
        problem = Problem(path, *_find_position(text, error.index), Level.ERROR, error.code, error.message)
        raise ArticleError(problem) from None


def _parse_json(path: str, data: bytes) -> dict[str, Value]:
    text = _decode(path, data)
    try:
        value = _convert(json.loads(text), 0)
    except json.JSONDecodeError as error:
        message = "Invalid JSON; put texts in double quotes, and a comma between two values."
        raise ArticleError(Problem(path, error.lineno, error.colno, Level.ERROR, "json", message)) from None
    except (RecursionError, ValueError):
        message = "The JSON is nested too deeply, or has a number with too many digits; simplify it."
        raise ArticleError(Problem(path, 1, 1, Level.ERROR, "json", message)) from None
    if not isinstance(value, dict):
        message = "The JSON is not a mapping; write the fields between `{` and `}`."
        raise ArticleError(Problem(path, 1, 1, Level.ERROR, "json", message))
    return value


def _convert(value: Any, depth: int) -> Value:  # noqa: ANN401 JSON has any shape
    """Return plain values; raise RecursionError if they are nested more deeply than front matter may be."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        return {key: _convert(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_convert(item, depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _decode(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = "Invalid UTF-8; save the file as UTF-8."
        problem = Problem(path, *_find_position(before, len(before)), Level.ERROR, "not-utf-8", message)
        raise ArticleError(problem) from None


def _find_position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)

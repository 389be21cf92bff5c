"""Edit a folder of articles at an even pace, as a pipeline does: with its recorded history, or with invented edits."""

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from threading import Event, Lock
from typing import Any, TypeAlias

from benchmarks.corpus import invent_articles, retitle

Commit: TypeAlias = dict[str, str | None]
"""The new text of each changed file by path; None for a deleted file."""

_FIRST_SHARE = 0.2  # of the history, applied before the server starts
_ARTICLES = 120
_COMMITS = 400
_HIDDEN = "published: false\n"


def apply_commit(folder: Path, commit: Commit) -> None:
    """Write and delete the files of a commit in a folder."""
    for name, text in commit.items():
        path = folder / name
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")


class Editor:
    """Applies the commits one after the other, again and again; thread-safe.

    A second round takes files back to their first versions, which is one more stream of edits.
    """

    def __init__(self, folder: Path, commits: Sequence[Commit]) -> None:
        """Prepare the folder with the first commits."""
        self.folder = folder
        self.lock = Lock()
        """Hold it to keep everybody else from editing the folder."""
        self.edits = 0
        self._commits = commits
        self._next = 0
        folder.mkdir(parents=True)
        for _ in range(max(1, int(_FIRST_SHARE * len(commits)))):
            self.edit()
        self.edits = 0

    def edit(self) -> None:
        """Apply the next commit."""
        with self.lock:
            apply_commit(self.folder, self._commits[self._next % len(self._commits)])
            self._next += 1
            self.edits += 1

    def edit_until(self, stop: Event, *, every_seconds: float) -> None:
        """Apply a commit every `every_seconds`, until `stop` is set."""
        while not stop.wait(every_seconds):
            self.edit()


def read_history(path: Path) -> list[Commit]:
    """Read the commits of a pipeline: lines of JSON with `commit`, `path`, `action` and `text`, compressed by gzip."""
    return [make_commit(changes) for changes in read_changes(path)]


def read_changes(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the lines of each commit of a pipeline."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for _, changes in groupby(map(json.loads, lines), key=itemgetter("commit")):
            yield list(changes)


def make_commit(changes: Iterable[Mapping[str, Any]]) -> Commit:
    """Make a commit from its lines."""
    return {change["path"]: None if change["action"] == "D" else change["text"] for change in changes}


def invent_history(folder: Path) -> list[Commit]:
    """Invent articles, and edits that rename, hide, show, delete and restore articles."""
    rng = random.Random(1)  # noqa: S311 no secret: the same edits each time
    invent_articles(folder, _ARTICLES)
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}
    return [dict(texts), *_invent_edits(folder, texts, rng)]


def _invent_edits(folder: Path, texts: dict[str, str], rng: random.Random) -> Iterator[Commit]:
    for number in range(_COMMITS):
        name = rng.choice(sorted(texts))
        path = folder / name
        retitle(path, f"Edit {number} of {name}")
        match rng.choice(("title", "title", "title", "hidden", "deleted")):
            case "title":
                yield {name: path.read_text(encoding="utf-8")}
            case "hidden":
                yield {name: texts[name].replace("published: true\n", _HIDDEN)}
            case _:
                yield {name: None}


def halve_files(editor: Editor, rng: random.Random, *, count: int) -> dict[Path, str]:
    """Cut off the second half of some files; return the whole texts."""
    paths = sorted(editor.folder.rglob("*.md"))
    texts = {path: path.read_text(encoding="utf-8") for path in rng.sample(paths, min(count, len(paths)))}
    for path, text in texts.items():
        path.write_text(text[: len(text) // 2], encoding="utf-8", newline="")
    return texts


def restore_files(texts: dict[Path, str]) -> None:
    """Write whole texts again."""
    for path, text in texts.items():
        with suppress(FileNotFoundError):
            path.write_text(text, encoding="utf-8", newline="")

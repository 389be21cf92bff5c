"""Read what a real pipeline did to its articles, commit by commit, and do the same to a folder."""

import gzip
import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Commit: TypeAlias = list[dict[str, Any]]
"""The changes to files in one commit."""


def read_history(corpus: Path) -> Iterator[Commit]:
    """Give one commit after the other; skip the test where the corpus holds no history."""
    path = corpus / "history.jsonl.gz"
    if not path.is_file():
        pytest.skip("the corpus holds no history")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for _, changes in groupby(map(json.loads, lines), key=itemgetter("commit")):
            yield list(changes)


def apply_commit(folder: Path, changes: Commit) -> None:
    """Change the files in a folder as a commit did."""
    for change in changes:
        path = folder / change["path"]
        if change["action"] == "D":
            path.unlink()
        else:
            path.write_text(change["text"], encoding="utf-8", newline="")

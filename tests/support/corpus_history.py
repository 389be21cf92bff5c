"""Read the commits of a real pipeline, and apply the commits to a folder."""

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
    """Yield the commits in order; skip the test if the corpus has no history."""
    path = corpus / "history.jsonl.gz"
    if not path.is_file():
        pytest.skip("the corpus has no history")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for _, changes in groupby(map(json.loads, lines), key=itemgetter("commit")):
            yield list(changes)


def apply_commit(folder: Path, changes: Commit) -> None:
    """Apply the changes of a commit to a folder."""
    for change in changes:
        path = folder / change["path"]
        if change["action"] == "D":
            path.unlink()
        else:
            path.write_text(change["text"], encoding="utf-8", newline="")

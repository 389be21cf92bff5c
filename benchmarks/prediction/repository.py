"""Write a history of edits as a git repository."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.soak.edits import Commit, invent_history, make_commit, read_changes

CONTENT = "articles"
_STEP_SECONDS = 3_600
_INVENTED_START = 1_700_000_000


class TimedCommit(msgspec.Struct, frozen=True):
    """The new text of each changed file by path, None for a deleted file, and the time in seconds since 1970."""

    time: int
    changes: Commit


def read_timed_history(path: Path) -> list[TimedCommit]:
    """Read the commits of a pipeline: gzipped lines of JSON with `commit`, `time`, `path`, `action` and `text`.

    No commit is earlier than the commit before.
    """
    commits: list[TimedCommit] = []
    for changes in read_changes(path):
        time = max(changes[0]["time"], commits[-1].time + 1 if commits else 0)
        commits.append(TimedCommit(time, make_commit(changes)))
    return commits


def invent_timed_history(folder: Path) -> list[TimedCommit]:
    """Invent a history with a commit each hour."""
    return [
        TimedCommit(_INVENTED_START + number * _STEP_SECONDS, changes)
        for number, changes in enumerate(invent_history(folder))
    ]


def write_repository(folder: Path, commits: Sequence[TimedCommit]) -> list[str]:
    """Write a repository with the commits below the folder `CONTENT`; return the ids of the commits in order."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch", "main")
    _git(folder, "fast-import", "--quiet", stdin=b"".join(_list_instructions(commits)))
    return _git(folder, "rev-list", "--reverse", "main").decode().split()


def _list_instructions(commits: Sequence[TimedCommit]) -> Iterator[bytes]:
    """Yield the stream that `git fast-import` reads."""
    for commit in commits:
        yield b"commit refs/heads/main\n"
        yield f"committer Pipeline <pipeline@news.example> {commit.time} +0000\ndata 0\n".encode()
        for path, text in commit.changes.items():
            if text is None:
                yield f"D {CONTENT}/{path}\n".encode()
            else:
                data = text.encode()
                yield f"M 100644 inline {CONTENT}/{path}\ndata {len(data)}\n".encode() + data + b"\n"


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", *arguments], cwd=folder, input=stdin, check=True, capture_output=True).stdout

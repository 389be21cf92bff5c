"""Compare folders and commits as `feeds diff` does, and run git."""

import subprocess
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from feeds.compare.differences import SiteDifference
from feeds.compare.site_comparison import compare_sites
from feeds.compare.states import open_states

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@harbour.example")


def compare(old: str | Path, new: str | Path, *, now: datetime = NOW, **environ: str) -> SiteDifference:
    """Compare two states of a site at a time."""
    with open_states(
        str(old), str(new), now=now, environ=environ, progress=lambda _label: nullcontext(lambda _done, _total: None)
    ) as (before, after):
        return compare_sites(before, after, now=now)


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in a folder, and return its output."""
    command = ["git", *_AUTHOR, *arguments]
    finished = subprocess.run(command, cwd=folder, check=True, capture_output=True, input=stdin, timeout=60)
    return finished.stdout.decode().strip()


def commit_all(folder: Path, message: str = "Edit articles") -> str:
    """Commit all files of a repository, and return the id of the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(folder, "rev-parse", "HEAD")

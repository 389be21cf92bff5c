"""Check files as `feeds check` does."""

from collections.abc import Callable
from pathlib import Path

from feeds.articles.named_files import find_named
from feeds.collector.lint import CheckResult, check_content


def check_paths(*paths: Path, progress: Callable[[int, int], object] = lambda _done, _total: None) -> CheckResult:
    """Check files and folders."""
    return check_content(find_named(paths), progress=progress)

"""Find the files that Jekyll leaves out: https://jekyllrb.com/docs/configuration/options/ (Exclude)."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import islice

from feeds.articles.dialects.sites import SiteConfig

_ALWAYS = ("vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/")
_GLOB = frozenset("*?[")
_MAX_PATTERNS = 200
_MAX_CHARACTERS = 200


def list_excluded(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the beginnings and patterns of paths that a configuration leaves out, and those that Jekyll does."""
    given = (text.removeprefix("./").removeprefix("/") for text in patterns)
    return (*_ALWAYS, *islice((text for text in given if 0 < len(text) <= _MAX_CHARACTERS), _MAX_PATTERNS))


def is_excluded(config: SiteConfig, key: str) -> bool:
    """Return whether Jekyll leaves out a file; like Jekyll, a pattern without `*` is the beginning of a path."""
    path = config.strip_content_root(key)
    return path.startswith(config.excluded) or any(
        fnmatchcase(path, pattern) for pattern in config.excluded if not _GLOB.isdisjoint(pattern)
    )

"""Find the files that Jekyll leaves out: https://jekyllrb.com/docs/configuration/options/ (Exclude)."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from itertools import islice

from feeds.articles.dialects.config_files import read_texts
from feeds.articles.dialects.sites import SiteConfig
from feeds.articles.yaml_values import Value

_ALWAYS = ("vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/")
_GLOB = frozenset("*?[")
_MAX_PATTERNS = 200
_MAX_CHARACTERS = 200


def list_excluded(fields: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the beginnings and patterns of paths that a configuration leaves out, and those that Jekyll does."""
    given = (text.removeprefix("./").removeprefix("/") for text in read_texts(fields.get("exclude")))
    return (*_ALWAYS, *islice((text for text in given if 0 < len(text) <= _MAX_CHARACTERS), _MAX_PATTERNS))


def is_excluded(config: SiteConfig, key: str) -> bool:
    """Return whether Jekyll leaves out a file; like Jekyll, a pattern without `*` is the beginning of a path."""
    path = config.strip_content_root(key)
    return path.startswith(config.excluded) or any(
        fnmatchcase(path, pattern) for pattern in config.excluded if not _GLOB.isdisjoint(pattern)
    )

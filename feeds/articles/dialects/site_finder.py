"""Find what is known of the posts in a folder: the configuration of their site, and a mapping file."""

import os
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from feeds.articles.dialects import astro_config, eleventy_config, jekyll_config
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.dialects.mapping_file import MAPPING_FILE, MappingFile, read_mapping_file
from feeds.articles.dialects.site_config import find_site_config, fingerprint_site_config, list_outer_folders
from feeds.articles.file_reader import read_file
from feeds.model.errors import ArticleError, Level, Problem

_CONFIG_NAMES = (*astro_config.CONFIG_NAMES, *eleventy_config.CONFIG_NAMES, *jekyll_config.CONFIG_NAMES)
_SUFFIXES = (".json", ".toml", ".yaml", ".yml")
SITE_FILES = frozenset(
    (MAPPING_FILE, "CNAME", *_CONFIG_NAMES, *(f"{stem}{suffix}" for stem in ("config", "hugo") for suffix in _SUFFIXES))
)
"""The names of files that may say how to read the posts in a folder."""

_SITE_NAMES = SITE_FILES | {"config"}  # Hugo may have its configuration in a folder
_CONFIG_FOLDERS = frozenset(("config", "_default", "production"))
_DATA_SUFFIXES = (*_SUFFIXES, ".js", ".cjs", ".mjs")
_FINGERPRINT_BYTES = 8


class SiteFinder:
    """Find the sites of folders in one scan. `problems` are those of configurations and mapping files.

    `url` is the URL of the site in the settings.
    """

    def __init__(self, url: str = "") -> None:
        self.problems: set[Problem] = set()
        self._url = url
        self._described: dict[str, bool] = {}
        self._mappings: dict[str, _Mapping] = {}

    def find(self, folder: str, *, root: str, names: Iterable[str] | None = None) -> FolderSite | None:
        """Return what is known of a folder below a content folder, or is the content folder; None if nothing is.

        `names` are those in the folder, if the caller knows them.
        """
        root, folder = os.path.abspath(root), os.path.abspath(folder)
        if not self._is_described(folder, root, names=names):
            return FolderSite(root=root, url=self._url, fingerprint=_combine((self._url,))) if self._url else None
        return self._load(folder, root)

    def _is_described(self, folder: str, root: str, *, names: Iterable[str] | None = None) -> bool:
        """Return whether a file in the folder, or in a folder around it, may say how to read posts."""
        if folder not in self._described:
            here = has_site_file(folder) if names is None else _has_site_name(names)
            if folder == root or not folder.startswith(os.path.join(root, "")):
                self._described[folder] = here or any(map(has_site_file, list_outer_folders(root)))
            else:
                self._described[folder] = here or self._is_described(os.path.dirname(folder), root)
        return self._described[folder]

    def _load(self, folder: str, root: str) -> FolderSite | None:
        inside = os.path.join(folder, "post.md")
        config, problems = find_site_config(inside, root=root)
        mapping = self._find_mapping(folder, root)
        self.problems.update((*problems, *mapping.problems))
        fingerprint = _combine((fingerprint_site_config(inside, root=root), mapping.digest, self._url))
        broken = next((each.path for each in (*problems, *mapping.problems) if each.level is Level.ERROR), "")
        if not fingerprint and not broken:
            return None
        return FolderSite(
            root=root,
            url=self._url,
            config=config,
            mapping=mapping.file,
            mapping_folder=mapping.folder,
            fingerprint=fingerprint,
            broken_file=broken,
        )

    def _find_mapping(self, folder: str, root: str) -> "_Mapping":
        if folder not in self._mappings:
            path = os.path.join(folder, MAPPING_FILE)
            if os.path.lexists(path):
                self._mappings[folder] = _load_mapping(folder, path, root=root)
            elif folder == root or not folder.startswith(os.path.join(root, "")):
                self._mappings[folder] = _Mapping()
            else:
                self._mappings[folder] = self._find_mapping(os.path.dirname(folder), root)
        return self._mappings[folder]


class _Mapping(msgspec.Struct, frozen=True):
    file: MappingFile | None = None
    folder: str = ""
    digest: str = ""
    problems: tuple[Problem, ...] = ()


def has_site_file(folder: str) -> bool:
    """Return whether a file in a folder may say how to read the posts below the folder."""
    return any(os.path.lexists(os.path.join(folder, name)) for name in _SITE_NAMES)


def is_site_file(path: str) -> bool:
    """Return whether a change of the file at a path may change how posts are read."""
    folder, name = os.path.split(path)
    parent = os.path.basename(folder)
    is_data = name.endswith(_DATA_SUFFIXES) and (
        name.startswith(f"{parent}.") or parent == "_data" or name.partition(".")[0] in eleventy_config.SITE_DATA_NAMES
    )
    is_route = (name.endswith(".astro") and "[" in path) or path.endswith(astro_config.CONTENT_CONFIGS)
    return name in SITE_FILES or is_data or is_route or (parent in _CONFIG_FOLDERS and name.endswith(_SUFFIXES))


def identify_outer_site(root: str) -> str:
    """Return a text that changes with the configuration above a content folder; empty if there is none."""
    if not any(map(has_site_file, list_outer_folders(root))):
        return ""
    return fingerprint_site_config(os.path.join(os.path.abspath(root), "post.md"), root=root)


def _has_site_name(names: Iterable[str]) -> bool:
    return not _SITE_NAMES.isdisjoint(names)


def _load_mapping(folder: str, path: str, *, root: str) -> _Mapping:
    if not os.path.realpath(path).startswith(os.path.join(os.path.realpath(root), "")):
        message = "This link leads out of the content folder; replace it with its target."
        problem = Problem(path, 1, 1, Level.ERROR, "outside-link", message)
        return _Mapping(None, folder, "broken", (problem,))
    try:
        digest = blake2b(read_file(path), digest_size=_FINGERPRINT_BYTES).hexdigest()
        return _Mapping(read_mapping_file(path), folder, digest)
    except ArticleError as error:
        return _Mapping(None, folder, "broken", error.problems)


def _combine(parts: Iterable[str]) -> str:
    """Return a short text that changes with each part; empty if all parts are."""
    texts = list(parts)
    return blake2b("\0".join(texts).encode(), digest_size=_FINGERPRINT_BYTES).hexdigest() if any(texts) else ""

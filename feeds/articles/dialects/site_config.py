"""Find the configuration of the site that an article belongs to, by the folders around the article."""

import os
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from feeds.articles.dialects import astro_config, eleventy_config, jekyll_config
from feeds.articles.dialects.config_files import ConfigFiles, FileCache
from feeds.articles.dialects.hugo_config import find_hugo_names, read_hugo_config
from feeds.articles.dialects.sites import Defaults, SiteConfig, Tool
from feeds.articles.yaml_values import Value
from feeds.model.errors import ArticleError, Level, Problem

__all__ = ["SiteConfig", "Tool", "find_site_config", "fingerprint_site_config", "list_outer_folders"]

_SOURCE_NAMES = frozenset(("", "articles", "blog", "content", "data", "notes", "pages", "posts"))
_MAX_OUTER = 4
_HUGO_FOLDERS = frozenset(("archetypes", "config", "content", "layouts", "themes"))


class _Sites(msgspec.Struct, frozen=True):
    """The configurations in one folder, in order of preference, and whether a broken one is among them."""

    configs: tuple[SiteConfig, ...] = ()
    is_broken: bool = False


class _Found(msgspec.Struct, frozen=True):
    """The configuration of an article, with its problems and the digests of all files that it came from."""

    config: SiteConfig | None
    problems: tuple[Problem, ...]
    digests: tuple[str, ...]


def find_site_config(path: str, *, root: str) -> tuple[SiteConfig | None, tuple[Problem, ...]]:
    """Return the closest configuration around the article at `path`, and the problems in its files.

    The search ends at the content folder `root`, or above it; see `list_outer_folders`. A configuration whose tool
    makes no page of the article counts if there is no other; see `SiteConfig.covers`. The configuration is None if
    there is none, or if the closest one is broken: other addresses than before would be worse than none.
    """
    found = _search(path, root)
    return found.config, found.problems


def fingerprint_site_config(path: str, *, root: str) -> str:
    """Return a text that changes with the bytes of the files that `find_site_config` reads; "" without any."""
    found = _search(path, root)
    return ".".join(digest[:16] for digest in found.digests)


def _search(path: str, root: str) -> _Found:
    path = os.path.abspath(path)
    data: dict[str, dict[str, Value]] = {}
    problems: list[Problem] = []
    digests: list[str] = []
    beside: _Found | None = None
    root = os.path.abspath(root)
    for folder in _list_folders(os.path.dirname(path), root):
        sites = _SITES.get(folder)
        folder_data = _DATA.get(folder)
        if folder_data.value or folder_data.problems:
            data[folder] = folder_data.value
            problems += folder_data.problems
            digests.append(folder_data.digest)
        config = next((each for each in sites.value.configs if each.covers(each.make_key(path))), None)
        if config and config.tool is Tool.ELEVENTY:
            return _Found(_add_data(config, data), (*problems, *sites.problems), (*digests, sites.digest))
        if config and any(":sections" in pattern for pattern in config.permalinks.values()):
            depth = _count_folders_below_section(path, config.folder)
            options = msgspec.structs.replace(config.hugo, folders_below_section=depth)
            config = msgspec.structs.replace(config, hugo=options)
            return _Found(config, sites.problems, (str(depth), sites.digest))
        if config or sites.value.is_broken:
            return _Found(config, sites.problems, (sites.digest,))
        if beside is None and (known := next((each for each in sites.value.configs if _is_near(each, root)), None)):
            beside = _Found(known, sites.problems, (sites.digest,))
    return beside or _Found(None, (), ())


def _count_folders_below_section(path: str, outermost: str) -> int:
    folder, depth = os.path.dirname(path), 0
    while folder != outermost and not _SECTIONS.get(folder).value:
        folder, depth = os.path.dirname(folder), depth + 1
    return depth


def _has_section_page(files: ConfigFiles) -> bool:
    return any(name.startswith("_index.") for name in files.list_names())


def _is_near(config: SiteConfig, root: str) -> bool:
    """Return whether a configuration is inside the content folder, or around a part of its own content."""
    return config.folder.startswith(root) or f"{config.make_key(root)}/".startswith(f"{config.content_root}/")


def list_outer_folders(root: str) -> list[str]:
    """List the folders above a content folder that may hold its configuration, the closest first.

    A content folder that has the name of a tool's content folder, such as `content` or `_posts`, or is in one, belongs
    to a site with more folders above.
    """
    folders = [os.path.abspath(root)]
    while len(folders) <= _MAX_OUTER and folders[-1] != os.path.dirname(folders[-1]):
        folders.append(os.path.dirname(folders[-1]))
    names = [os.path.basename(folder) for folder in folders]
    inside = [at for at, name in enumerate(names) if _is_content_name(name, below=names[at - 1] if at else "")]
    return folders[1 : max(inside, default=-1) + 2]


def _is_content_name(name: str, *, below: str) -> bool:
    """Return whether a folder has the name of a tool's content folder; `src` may also hold any checkouts."""
    if name == "src":
        return below in _SOURCE_NAMES
    return name == "content" or (name.startswith("_") and len(name) > 1)


def _list_folders(folder: str, root: str) -> Iterator[str]:
    """Yield the folders from an article upwards that may hold its configuration."""
    highest = [root, *list_outer_folders(root)][-1]
    while folder == highest or folder.startswith(os.path.join(highest, "")):
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _add_data(config: SiteConfig, data: dict[str, dict[str, Value]]) -> SiteConfig:
    defaults = tuple(Defaults(config.make_key(folder), "", values) for folder, values in data.items())
    return msgspec.structs.replace(config, defaults=defaults)


def _load_sites(files: ConfigFiles) -> _Sites:
    names = files.list_names()
    configs: list[SiteConfig | None] = []
    try:
        if hugo_names := find_hugo_names(files, names):
            configs.append(read_hugo_config(files, hugo_names))
        if any(name in names for name in astro_config.CONFIG_NAMES):
            configs.append(astro_config.read_astro_config(files, names))
        if any(name in names for name in eleventy_config.CONFIG_NAMES):
            configs.append(eleventy_config.read_eleventy_config(files, names))
        if any(name in names for name in jekyll_config.CONFIG_NAMES):
            configs.append(jekyll_config.read_jekyll_config(files, names))
    except ArticleError as error:
        if any(_is_foreign(problem.path, names) for problem in error.problems):
            return _Sites()
        files.problems.extend(error.problems)
        return _Sites(is_broken=True)
    return _Sites(tuple(_check_zone(files, config) for config in configs if config))


def _is_foreign(path: str, names: list[str]) -> bool:
    """Return whether a broken file called `config` has no folder of Hugo beside, so that it may be of any program."""
    return os.path.basename(path).startswith("config.") and _HUGO_FOLDERS.isdisjoint(names)


def _check_zone(files: ConfigFiles, config: SiteConfig) -> SiteConfig:
    try:
        ZoneInfo(config.timezone or "UTC")
    except (KeyError, OSError, ValueError):
        message = "Unknown time zone; write a name such as `Europe/Berlin`."
        files.problems.append(Problem(next(iter(files.stamps)), 1, 1, Level.WARNING, "bad-time-zone", message))
        return msgspec.structs.replace(config, timezone="")
    return config


_SITES = FileCache(_load_sites)
_SECTIONS = FileCache(_has_section_page)
_DATA = FileCache(eleventy_config.read_folder_data)

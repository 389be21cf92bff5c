"""Decide which files of a site are posts, and describe the site of posts without configuration."""

import os
from collections.abc import Collection, Mapping

import msgspec

from feeds.articles.dialects.field_table import POST_MARKS
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.dialects.jekyll_exclude import is_excluded
from feeds.articles.dialects.jekyll_permalinks import DRAFTS, POSTS, find_jekyll_defaults, find_place
from feeds.articles.dialects.post_dates import split_dated_name
from feeds.articles.dialects.sites import Defaults, SiteConfig, Tool, find_defaults
from feeds.articles.field_names import fold
from feeds.articles.yaml_values import Value

_JEKYLL_FOLDERS = frozenset(("_posts", "_drafts"))


def is_post_file(config: SiteConfig, key: str) -> bool:
    """Return whether the tool regards a file as a post, or as a page that may be one, by its path only."""
    *folders, name = config.strip_content_root(key).split("/")
    if not config.covers(key) or is_excluded(config, key):
        return False
    match config.tool:
        case Tool.JEKYLL:
            collection = find_place(config, key).collection
            return collection in {POSTS, DRAFTS} or collection in config.permalinks
        case Tool.HUGO:
            return not name.startswith("_index.")
        case _:
            return not any(part.startswith("_") for part in (*folders, name))


def is_post(names: Collection[str], path: str, site: FolderSite | None) -> bool:
    """Return whether a file without native fields is a post, by the names of its fields, its name and its site."""
    if site and (site.config or site.mapping or site.broken_file):
        return True
    stem = os.path.basename(path).rpartition(".")[0]
    return bool(split_dated_name(stem)[0]) or not POST_MARKS.isdisjoint(map(fold, names))


def is_outside_posts(site: FolderSite | None, path: str) -> bool:
    """Return whether a site with a configuration has no post at a path, whatever the file holds."""
    if site is None or site.config is None or site.mapping:
        return False
    return not is_post_file(site.config, site.config.make_key(os.path.abspath(path)))


def find_config(site: FolderSite, path: str, *, names: Collection[str], is_yaml: bool) -> tuple[SiteConfig, str]:
    """Return the site of a post as its configuration, its mapping file and the settings say, and the post's key."""
    path = os.path.abspath(path)
    mapping, config = site.mapping, site.config
    if config is None or (mapping and (mapping.permalink or mapping.dialect not in {None, config.tool})):
        folder = site.mapping_folder or site.root
        tool = (mapping and mapping.dialect) or (config and config.tool) or _guess(names, path, is_yaml=is_yaml)
        known = config or SiteConfig(tool, folder)
        pattern = mapping.permalink if mapping else ""
        config = msgspec.structs.replace(
            _make_config(tool, folder, pattern),
            url=known.url,
            timezone=known.timezone,
            language=known.language,
            author=known.author,
            title=known.title,
        )
        key = _make_usual_key(config, path)
    else:
        key = config.make_key(path)
    return _override(config, site), key


def find_default_fields(config: SiteConfig, key: str) -> Mapping[str, Value]:
    """Return the fields that the configuration gives to a post that does not have them."""
    match config.tool:
        case Tool.JEKYLL:
            return find_jekyll_defaults(config, key)
        case Tool.ELEVENTY:
            return find_defaults(config, key, type="")
        case _:
            return {}


def _override(config: SiteConfig, site: FolderSite) -> SiteConfig:
    mapping = site.mapping
    return msgspec.structs.replace(
        config,
        url=(mapping and mapping.url) or site.url or config.url,
        timezone=(mapping and mapping.timezone) or config.timezone,
        language=(mapping and mapping.language) or config.language,
    )


def _guess(names: Collection[str], path: str, *, is_yaml: bool) -> Tool:
    is_dated = bool(split_dated_name(os.path.basename(path).rpartition(".")[0])[0])
    if is_yaml and is_dated:
        return Tool.JEKYLL
    return Tool.ELEVENTY if is_yaml and "layout" in names else Tool.HUGO


def _make_config(tool: Tool, folder: str, pattern: str) -> SiteConfig:
    """Return the site of posts in a folder, all with the same pattern, or with the tool's own if it is empty."""
    if tool is Tool.ELEVENTY:
        values: dict[str, Value] = {"permalink": pattern}
        return SiteConfig(tool, folder, defaults=(Defaults("", "", values),) if pattern else ())
    if tool is Tool.ASTRO:
        pattern = pattern or "/[...slug]"
    name = "/**" if tool is Tool.HUGO else POSTS
    return SiteConfig(tool, folder, permalinks={name: pattern} if pattern else {})


def _make_usual_key(config: SiteConfig, path: str) -> str:
    """Return the key of a post in a folder without a configuration, as if the folder were the usual one of the tool."""
    key = config.make_key(path)
    if config.tool is Tool.ASTRO:
        return f"content/{POSTS}/{key}"
    if config.tool is not Tool.JEKYLL or not _JEKYLL_FOLDERS.isdisjoint(key.split("/")):
        return key
    name = os.path.basename(config.folder)
    return f"{name if name in _JEKYLL_FOLDERS else '_posts'}/{key}"

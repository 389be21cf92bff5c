"""Read what data files say of an Eleventy site; its configuration is a program, of which only plain texts are read.

Sources: https://www.11ty.dev/docs/config/#input-directory, https://www.11ty.dev/docs/data-template-dir/,
https://www.11ty.dev/docs/data-global/.
"""

import re

from feeds.articles.dialects.config_files import ConfigFiles, clean_url, read_map, read_text, read_texts
from feeds.articles.dialects.javascript_texts import find_arguments, find_text, strip_comments
from feeds.articles.dialects.sites import SiteConfig, Tool
from feeds.articles.yaml_values import Value

CONFIG_NAMES = (".eleventy.js", *(f"eleventy.config.{suffix}" for suffix in ("js", "mjs", "cjs", "ts")))

_FOLDERS = re.compile(r"\bdir\s*:\s*\{([^{}]*)\}")
_DATA_SUFFIXES = (".11tydata.json", ".json", ".11tydata.js", ".11tydata.cjs", ".11tydata.mjs")
SITE_DATA_NAMES = ("site", "metadata", "meta", "settings", "config")
_SITE_SUFFIXES = (".json", ".js", ".cjs", ".mjs", ".yaml", ".yml")


def read_eleventy_config(files: ConfigFiles, names: list[str]) -> SiteConfig:
    """Read the input folder, and the texts on the site in the global data."""
    script = strip_comments(files.read_text(next(name for name in CONFIG_NAMES if name in names)))
    folders = "\n".join(match[1] for match in _FOLDERS.finditer(script))
    given = find_text(folders, "input") or next(iter(find_arguments(script, "setInputDirectory")), "")
    root = given.removeprefix("./").strip("/.")
    data = "/".join(filter(None, (root, find_text(folders, "data") or "_data")))
    fields = _read_site_data(files, data)
    author = read_text(read_map(fields, "author"), "name") or next(read_texts(fields.get("author")), "")
    return SiteConfig(
        Tool.ELEVENTY,
        files.folder,
        url=clean_url(read_text(fields, "url", "siteUrl", "baseUrl", "domain")),
        content_root=root,
        language=read_text(fields, "language", "lang", "locale"),
        author=author,
        title=read_text(fields, "title", "name"),
    )


def read_folder_data(files: ConfigFiles) -> dict[str, Value]:
    """Read the data that a folder gives to the files inside, from the files that have the name of the folder."""
    stem = files.folder.rpartition("/")[2]
    names = files.list_names()
    fields: dict[str, Value] = {}
    for suffix in reversed(_DATA_SUFFIXES):
        if f"{stem}{suffix}" in names:
            fields |= _read_data(files, f"{stem}{suffix}", ("permalink", "layout", "date", "lang", "author"))
    return fields


def _read_site_data(files: ConfigFiles, folder: str) -> dict[str, Value]:
    names = files.list_names(folder)
    for stem in SITE_DATA_NAMES:
        for suffix in _SITE_SUFFIXES:
            if f"{stem}{suffix}" in names:
                keys = ("url", "siteUrl", "baseUrl", "domain", "title", "name", "language", "lang", "author")
                return _read_data(files, f"{folder}/{stem}{suffix}", keys)
    return {}


def _read_data(files: ConfigFiles, name: str, keys: tuple[str, ...]) -> dict[str, Value]:
    if name.endswith((".json", ".yaml", ".yml")):
        return files.try_mapping(name)
    script = strip_comments(files.read_text(name))
    return {key: text for key in keys if (text := find_text(script, key))}

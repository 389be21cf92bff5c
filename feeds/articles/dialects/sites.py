"""Describe the site that a static site generator builds from articles, as its configuration defines the site."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from feeds.articles.yaml_values import Value


class Tool(StrEnum):
    """A static site generator."""

    JEKYLL = "jekyll"
    HUGO = "hugo"
    ELEVENTY = "eleventy"
    ASTRO = "astro"


class Defaults(msgspec.Struct, frozen=True):
    """Fields of all articles below the folder `path` that do not have the fields themselves.

    `path` is relative to the configuration's folder; "" is every folder. `type` is the only collection that gets the
    fields; "" is every collection.
    """

    path: str
    type: str
    values: Mapping[str, Value]


class HugoOptions(msgspec.Struct, frozen=True):
    """The settings that only Hugo has.

    `languages` maps the code of each language to its content folder, relative to the configuration's folder; ""
    is the folder of all languages. `ugly_sections` are the sections whose paths end with `.html`; "" is every section.
    `date_fields` are the fields that may hold the date, in order of preference, in lower case; `:filename` stands for
    the name of the file. `folders_below_section` counts the folders between an article and the closest folder with a
    page `_index.md`, for `:sections` in patterns.
    """

    keeps_case: bool = False
    removes_accents: bool = False
    ugly_sections: frozenset[str] = frozenset()
    languages: Mapping[str, str] = {}
    default_language: str = "en"
    has_prefix_for_default: bool = False
    folders_below_section: int = 0
    date_fields: tuple[str, ...] = ("date", "publishdate", "pubdate", "published", "lastmod", "modified")


class SiteConfig(msgspec.Struct, frozen=True):
    """A site, as far as its configuration defines addresses and defaults of articles; unknown texts are empty.

    `folder` is the absolute path of the configuration's folder. `url` is the absolute URL of the site with its base
    path, without a slash at the end. `permalinks` maps a section or collection to its pattern; "" is the site's own
    pattern. `content_root` is the tool's content folder, relative to `folder`; "" is `folder` itself.
    `roots` maps collections to folders, where these differ from the tool's own rule. `excluded` are patterns of paths
    that Jekyll leaves out.
    """

    tool: Tool
    folder: str
    url: str = ""
    permalinks: Mapping[str, str] = {}
    content_root: str = ""
    timezone: str = ""
    language: str = ""
    author: str = ""
    title: str = ""
    defaults: tuple[Defaults, ...] = ()
    roots: Mapping[str, str] = {}
    has_slash_at_end: bool = True
    hugo: HugoOptions = HugoOptions()
    excluded: tuple[str, ...] = ()

    def make_key(self, path: str) -> str:
        """Return the absolute `path` of a file as `build_path` takes it: relative to the configuration's folder."""
        return path.removeprefix(self.folder).lstrip("/")

    def covers(self, key: str) -> bool:
        """Return whether the tool makes pages of the files in the folder of a key."""
        roots = [*self.roots.values(), *filter(None, self.hugo.languages.values())]
        match self.tool:
            case Tool.ASTRO:
                roots += [f"{self.content_root}/{name}".lstrip("/") for name in ("content", "pages")]
            case Tool.HUGO:
                roots += [] if self._is_replaced() else [self.content_root]
            case _:
                roots = [self.content_root]
        return any(not root or key.startswith(f"{root}/") for root in roots)

    def _is_replaced(self) -> bool:
        """Return whether other folders take the place of Hugo's content folder."""
        return "" in self.roots or bool(self.hugo.languages and all(self.hugo.languages.values()))

    def find_root(self, key: str) -> tuple[str, str] | None:
        """Return the collection and the path inside its folder of a key below one of `roots`, else None."""
        below = [name for name, root in self.roots.items() if key.startswith(f"{root}/")]
        name = max(below, key=lambda name: len(self.roots[name]), default=None)
        return None if name is None else (name, key[len(self.roots[name]) + 1 :])

    def strip_content_root(self, key: str) -> str:
        """Return the path of a file inside the content folder."""
        return key.removeprefix(f"{self.content_root}/") if self.content_root else key


def find_defaults(config: SiteConfig, key: str, *, type: str) -> dict[str, Value]:
    """Return the default fields of a file: those of a longer path win, then those with a type, then the later ones.

    Source: https://jekyllrb.com/docs/configuration/front-matter-defaults/ (Precedence).
    """
    matching = [each for each in config.defaults if _applies(each, key, type=type)]
    result: dict[str, Value] = {}
    for each in sorted(matching, key=lambda each: (len(each.path), bool(each.type))):
        result.update(each.values)
    return result


def _applies(defaults: Defaults, key: str, *, type: str) -> bool:
    if defaults.type not in ("", type):
        return False
    parts, scope = key.split("/"), defaults.path.split("/") if defaults.path else []
    return len(scope) <= len(parts) and all(map(_matches, parts, scope))


def _matches(name: str, pattern: str) -> bool:
    if "*" not in pattern:
        return name == pattern
    start, *middle, end = pattern.split("*")
    if len(name) < len(start) + len(end) or not (name.startswith(start) and name.endswith(end)):
        return False
    rest = name[len(start) : len(name) - len(end)]
    for part in middle:
        if part not in rest:
            return False
        rest = rest[rest.index(part) + len(part) :]
    return True

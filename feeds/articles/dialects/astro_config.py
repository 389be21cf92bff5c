"""Read what plain texts say of an Astro site; its configuration and routes are programs, and nothing is executed.

Sources: https://docs.astro.build/en/reference/configuration-reference/ (`site`, `base`, `srcDir`, `trailingSlash`,
`build.format`), https://docs.astro.build/en/guides/content-collections/, https://docs.astro.build/en/guides/routing/.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import msgspec

from feeds.articles.dialects.astro_permalinks import ROUTE_PARAMETER
from feeds.articles.dialects.config_files import ConfigFiles, clean_url
from feeds.articles.dialects.javascript_texts import find_arguments, find_text, strip_comments
from feeds.articles.dialects.sites import SiteConfig, Tool

CONFIG_NAMES = tuple(f"astro.config.{suffix}" for suffix in ("mjs", "js", "ts", "mts", "cjs"))

CONTENT_CONFIGS = (
    "content.config.ts",
    "content.config.js",
    "content.config.mjs",
    "content/config.ts",
    "content/config.js",
)
_DEFINITION = re.compile(r"\b(\w+)\s*=\s*defineCollection\b")
_BASE = re.compile(r"\bbase\s*:\s*[\"'`](?:\./)?([^\"'`$\n]*)[\"'`]")
# A route with one of these parameters shows a post; others show lists, such as `[tag]` and `[page]`.
_POST_PARAMETERS = frozenset(("slug", "id", "post", "path", "entry", "article"))
# The program of the site makes the ids of a collection, so nobody else knows them.
_UNKNOWN_ROUTE = "/[collection]/[id]"
_MAX_ROUTES = 200
_MAX_DEPTH = 5


class _Route(msgspec.Struct, frozen=True):
    """A file of `src/pages` that shows posts: its path in URLs, and the collections that it names."""

    path: str
    collections: Sequence[str]


def read_astro_config(files: ConfigFiles, names: list[str]) -> SiteConfig:
    """Read the URL, and find the route that shows the posts of each collection."""
    script = strip_comments(files.read_text(next(name for name in CONFIG_NAMES if name in names)))
    source = (find_text(script, "srcDir") or "src").removeprefix("./").strip("/")
    routes = list(_list_routes(files, f"{source}/pages"))
    scripts = dict(_list_definitions(files, source))
    roots = {name: base[1].strip("/") for name, script in scripts.items() if (base := _BASE.search(script))}
    collections = {
        *roots,
        *files.list_names(f"{source}/content"),
        *(each for route in routes for each in route.collections),
    }
    has_slash = find_text(script, "trailingSlash") != "never" and find_text(script, "format") != "file"
    return SiteConfig(
        Tool.ASTRO,
        files.folder,
        url=clean_url(find_text(script, "site"), find_text(script, "base")),
        permalinks={
            name: _UNKNOWN_ROUTE if "generateId" in scripts.get(name, "") else path
            for name in sorted(collections)
            if (path := _find_route(routes, name))
        },
        content_root=source,
        roots=roots,
        has_slash_at_end=has_slash,
    )


def _list_definitions(files: ConfigFiles, source: str) -> Iterator[tuple[str, str]]:
    """Yield the collections, and the part of a script that defines each."""
    for name in CONTENT_CONFIGS:
        script = strip_comments(files.read_text(f"{source}/{name}"))
        definitions = [*_DEFINITION.finditer(script)]
        ends = [each.start() for each in definitions[1:]]
        for definition, end in zip_longest(definitions, ends, fillvalue=None):
            if definition:
                yield definition[1], script[definition.end() : end]


def _list_routes(files: ConfigFiles, folder: str) -> Iterator[_Route]:
    waiting = [(folder, 0)]
    count = 0
    while waiting:
        inside, depth = waiting.pop()
        for name in files.list_names(inside):
            path = f"{inside}/{name}"
            if "." not in name.strip(".").replace("[...", "[") and depth < _MAX_DEPTH:
                waiting.append((path, depth + 1))
            elif name.endswith(".astro") and "[" in path and count < _MAX_ROUTES:
                count += 1
                route = path[len(folder) :].removesuffix(".astro").removesuffix("/index")
                if set(ROUTE_PARAMETER.findall(route)) & _POST_PARAMETERS:
                    yield _Route(route, find_arguments(files.read_text(path), "getCollection"))


def _find_route(routes: Sequence[_Route], collection: str) -> str:
    """Return the route that names a collection, else the route in a folder of its name, else the only route."""
    naming = [route.path for route in routes if collection in route.collections]
    beside = [route.path for route in routes if route.path.startswith(f"/{collection}/")]
    unnamed = [route.path for route in routes if not route.collections]
    found = naming or beside or (unnamed if len(routes) == 1 else [])
    return min(found, key=lambda path: (path not in beside, len(path), path), default="")

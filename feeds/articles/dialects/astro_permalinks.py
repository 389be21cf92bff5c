"""Build the path of a page by Astro's rules.

Sources: https://docs.astro.build/en/guides/content-collections/ (the id of an entry is its path as a slug, unless
its `slug` says otherwise), https://docs.astro.build/en/guides/routing/ (files in `src/pages`, dynamic routes),
https://docs.astro.build/en/reference/configuration-reference/ (`trailingSlash`, `build.format`).
"""

import re
from urllib.parse import quote

import regex

from feeds.articles.dialects.permalink_fields import PermalinkError, PostFields
from feeds.articles.dialects.sites import SiteConfig

PAGES_FOLDER = "pages"
COLLECTIONS_FOLDER = "content"
ROUTE_PARAMETER = re.compile(r"\[(?:\.\.\.)?(\w+)\]")

# github-slugger, which Astro uses, keeps letters, marks, numbers, connectors and hyphens.
_DROPPED = regex.compile(r"[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\- ]")


def build_astro_path(config: SiteConfig, key: str, *, fields: PostFields) -> str:
    """Return the path of a page below the site's base path, percent-encoded.

    Raises:
        PermalinkError: the route of the collection depends on more than the id of the entry.
    """
    collection, stem = _locate_entry(config, key)
    if fields.permalink:
        path = fields.permalink
    elif collection == PAGES_FOLDER:
        path = stem
    else:
        slug = fields.slug.strip("/") or _drop_index("/".join(map(make_slug, stem.split("/"))))
        path = _fill_route(config.permalinks.get(collection, f"/{collection}/[...slug]"), slug)
    path = "/".join(["", *filter(None, _drop_index(path).split("/"))]) or "/"
    end = "/" if config.has_slash_at_end and path != "/" else ""
    return quote(path, safe="/%:@!$&'()*+,;=-._~") + end


def make_slug(text: str) -> str:
    """Return a text as github-slugger writes it: in lower case, spaces as hyphens, without punctuation."""
    return _DROPPED.sub("", text.lower()).replace(" ", "-")


def _locate_entry(config: SiteConfig, key: str) -> tuple[str, str]:
    """Return the collection of a file, or PAGES_FOLDER, and its path inside the collection without suffix."""
    collection, path = config.find_root(key) or (None, config.strip_content_root(key))
    if collection is None:
        first, _, path = path.partition("/")
        if first == COLLECTIONS_FOLDER:
            first, _, path = path.partition("/")
        collection = first
    return collection, path.rpartition(".")[0]


def _drop_index(path: str) -> str:
    return "" if path == "index" else path.removesuffix("/index")


def _fill_route(route: str, slug: str) -> str:
    if len(ROUTE_PARAMETER.findall(route)) > 1:
        message = (
            "Only Astro itself can build the address, from several parameters or `generateId`; write `permalink` in the"
            " post, or a pattern in `mapping.toml`."
        )
        raise PermalinkError(message)
    return ROUTE_PARAMETER.sub(lambda _: slug, route)

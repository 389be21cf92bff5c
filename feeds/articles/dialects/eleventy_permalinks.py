"""Build the path of a page by Eleventy's rules.

Sources: https://www.11ty.dev/docs/permalinks/ (default paths, `permalink`), https://www.11ty.dev/docs/data-cascade/
(fields of a folder), https://www.11ty.dev/docs/data-eleventy-supplied/ (`page.fileSlug`, `page.filePathStem`).
"""

import posixpath
import re
from urllib.parse import quote

from feeds.articles.dialects.output_templates import render_template
from feeds.articles.dialects.permalink_fields import PermalinkError, PostFields
from feeds.articles.dialects.sites import SiteConfig, find_defaults

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}-(.*)")


def build_eleventy_path(config: SiteConfig, key: str, *, fields: PostFields) -> str:
    """Return the path of a page below the site's base path, percent-encoded.

    Raises:
        PermalinkError: the permalink is `false`, or its template uses more than simple variables and filters.
    """
    *folders, file = config.strip_content_root(key).split("/")
    name = file.rpartition(".")[0]
    pattern = fields.permalink or _find_default(config, key)
    if pattern == "false":
        raise PermalinkError("`permalink: false` keeps the post off the site; write `draft: true` or a permalink.")
    path = _expand(key, (folders, name), pattern, fields=fields) if pattern else _build_default(folders, name)
    path = posixpath.normpath(f"/{path}") + ("/" if path.endswith("/") else "")
    return quote(path.removesuffix("index.html").replace("//", "/"), safe="/%:@!$&'()*+,;=-._~")


def _find_default(config: SiteConfig, key: str) -> str:
    values = find_defaults(config, key, type="")
    computed = values.get("eleventyComputed")
    permalink = (computed.get("permalink") if isinstance(computed, dict) else None) or values.get("permalink")
    return permalink if isinstance(permalink, str) else ""


def _build_default(folders: list[str], name: str) -> str:
    """Return the default path, with the date of the name; a file that is called as its folder stands for the folder."""
    if name == "index" or folders[-1:] == [name]:
        return "/".join([*folders, ""])
    return "/".join([*folders, name, ""])


def _strip_date(name: str) -> str:
    dated = _DATE.search(name)
    return dated[1] if dated else name


def _expand(key: str, place: tuple[list[str], str], pattern: str, *, fields: PostFields) -> str:
    folders, name = place
    slug = _strip_date(name)
    folder_slug = _strip_date(folders[-1]) if folders else ""
    variables = {
        **fields.others,
        "title": fields.title,
        "slug": fields.slug,
        "page.fileSlug": folder_slug if slug == "index" else slug,
        "page.filePathStem": "/".join(["", *folders, slug]),
        "page.inputPath": f"./{key}",
        "page.outputFileExtension": "html",
        "page.lang": fields.others.get("lang", ""),
    }
    return render_template(pattern, variables, date=fields.date)

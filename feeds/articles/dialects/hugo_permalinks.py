"""Build the path of a page by Hugo's rules.

Sources: https://gohugo.io/content-management/urls/ (slug, url, uglyURLs),
https://gohugo.io/configuration/permalinks/ (patterns and tokens),
https://gohugo.io/content-management/organization/ (sections), https://gohugo.io/content-management/page-bundles/,
https://gohugo.io/content-management/multilingual/ (languages by name and by folder),
https://gohugo.io/functions/urls/urlize/ and https://gohugo.io/configuration/all/ (`disablePathToLower`,
`removePathAccents`).
"""

import posixpath
import re
import unicodedata
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from urllib.parse import quote

import msgspec
import regex

from feeds.articles.dialects.path_dates import format_date, format_go_date
from feeds.articles.dialects.permalink_fields import PermalinkError, PostFields, check_pattern
from feeds.articles.dialects.sites import SiteConfig

_TOKEN = re.compile(r":\w+(?:\[.+?\])?", re.ASCII)
_DATE_TOKENS = {
    ":year": "%Y",
    ":month": "%m",
    ":monthname": "%B",
    ":day": "%d",
    ":weekday": "%w",
    ":weekdayname": "%A",
    ":yearday": "%-j",
}
_GO_TOKEN = re.compile(r":(?:[0-9]+|Jan|January|Mon|Monday)")
_ESCAPED_COLON, _HIDDEN_COLON = "\\:", "\0"
# Hugo's paths.Sanitize; Go's IsSpace knows fewer characters than Unicode.
_FORBIDDEN = regex.compile(r"(?:(?!%[0-9A-Fa-f]{2})[^\p{L}\p{Nd}\p{M}./\\_#+~@-])+")
_SPACE = re.compile("[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_SAFE = "/%:@$&+,;=-._~"
_DATED_NAME = re.compile(r"\d{4}-\d{2}-\d{2}[-_ ]*(.*)")


class _Page(msgspec.Struct, frozen=True):
    """A page: its folders inside the content folder, and its name without suffix, language and date.

    `is_branch` is a page of a section. The folder of a page bundle is its name. `sections` are the folders that make up
    the path of the section.
    """

    language: str
    folders: tuple[str, ...]
    name: str
    is_branch: bool = False
    sections: tuple[str, ...] = ()


def build_hugo_path(config: SiteConfig, key: str, *, fields: PostFields) -> str:
    """Return the path of a page below the site's base path, percent-encoded.

    Raises:
        PermalinkError: the pattern has an unknown token, or needs a date that the page does not have.
    """
    page = _locate_page(config, key)
    if fields.url:
        path = _place_url(config, page, fields=fields)
    else:
        path = f"{_find_prefix(config, page)}{_build_path(config, page, fields=fields)}"
    return quote(path, safe=_SAFE)


def _locate_page(config: SiteConfig, key: str) -> _Page:
    language, path = _find_language(config, key)
    *folders, file = path.split("/")
    name = file.rpartition(".")[0]
    stem, _, suffix = name.rpartition(".")
    if stem and suffix in config.hugo.languages:
        name, language = stem, suffix
    sections = tuple(folders[: max(len(folders) - config.hugo.folders_below_section, 1)])
    if name == "index" and folders:
        outer = tuple(folders[:-1])
        return _Page(language, outer, folders[-1], sections=sections[: len(outer)])
    return _Page(language, tuple(folders), name, is_branch=name == "_index", sections=sections)


def _find_language(config: SiteConfig, key: str) -> tuple[str, str]:
    """Return the language of a file by its content folder, and its path inside this folder."""
    for language, root in config.hugo.languages.items():
        if root and key.startswith(f"{root}/"):
            return language, key[len(root) + 1 :]
    mounted = config.find_root(key)
    return config.hugo.default_language, "/".join(filter(None, mounted)) if mounted else config.strip_content_root(key)


def _find_prefix(config: SiteConfig, page: _Page) -> str:
    hugo = config.hugo
    if page.language not in hugo.languages:
        return ""
    has_prefix = page.language != hugo.default_language or hugo.has_prefix_for_default
    return f"/{page.language.lower()}" if has_prefix else ""


def _place_url(config: SiteConfig, page: _Page, *, fields: PostFields) -> str:
    """Return the path that the front matter's `url` gives: as written, and relative to the language without a slash."""
    url = _expand(config, page, fields.url, fields=fields) if ":" in fields.url else fields.url
    path = posixpath.normpath("/" + url.lstrip("/"))
    prefix = _find_prefix(config, page)
    if not url.startswith("/") and not path.startswith(f"{prefix}/"):
        path = prefix + path
    is_file = "." in url and not url.endswith("/")
    return path.removesuffix("index.html") if is_file else f"{path.rstrip('/')}/"


def _build_path(config: SiteConfig, page: _Page, *, fields: PostFields) -> str:
    pattern = _find_pattern(config, page)
    if page.is_branch:
        return _sanitize(config, "/".join(["", *page.folders, ""]))
    if pattern is None:
        path = "/".join(["", *page.folders, _find_slug(config, page, fields=fields) or page.name])
    else:
        # Hugo reads the expanded pattern as a query, where `+` is a space.
        path = f"/{_expand(config, page, pattern, fields=fields)}".replace("+", " ")
    path = posixpath.normpath(_sanitize(config, path).replace("//", "/"))
    section = page.folders[0].lower() if page.folders else ""
    is_ugly = not config.hugo.ugly_sections.isdisjoint(("", section))
    return f"{path}.html" if is_ugly else f"{path}/"


def _find_slug(config: SiteConfig, page: _Page, *, fields: PostFields) -> str:
    """Return the slug of the front matter, else the name without a date if Hugo takes dates from names."""
    if fields.slug:
        return fields.slug
    dated = _DATED_NAME.fullmatch(page.name) if ":filename" in config.hugo.date_fields else None
    return dated[1] if dated else ""


def _find_pattern(config: SiteConfig, page: _Page) -> str | None:
    """Return the pattern of the closest section around the page; a key that starts with `/` is a glob of paths."""
    path = "/".join(["", *page.folders, page.name]).lower()
    for key, pattern in config.permalinks.items():
        if key.startswith("/") and _matches_glob(path, key):
            return pattern
    for length in range(len(page.folders), 0, -1):
        if section_pattern := config.permalinks.get("/".join(page.folders[:length]).lower()):
            return section_pattern
    return None if page.folders else config.permalinks.get("")


def _matches_glob(path: str, glob: str) -> bool:
    if glob.endswith("/**"):
        return path.startswith(glob[:-2])
    return fnmatchcase(path, glob) and path.count("/") == glob.count("/")


def _expand(config: SiteConfig, page: _Page, pattern: str, *, fields: PostFields) -> str:
    check_pattern(pattern)
    hidden = pattern.replace(_ESCAPED_COLON, _HIDDEN_COLON)
    expanded = _TOKEN.sub(lambda match: _expand_token(config, page, match[0], fields=fields), hidden)
    return expanded.replace(_HIDDEN_COLON, ":")


def _expand_token(config: SiteConfig, page: _Page, token: str, *, fields: PostFields) -> str:
    if token in _DATE_TOKENS:
        return format_date(fields.get_date(token), _DATE_TOKENS[token])
    if _GO_TOKEN.fullmatch(token):
        return format_go_date(fields.get_date(token), token[1:])
    if token.startswith(":sections["):
        return "/".join(_make_slice(token[len(":sections") :])(page.sections))
    slug, title = _find_slug(config, page, fields=fields), fields.title.replace("/", "-")
    if token in (":section", ":sections"):
        return "/".join(page.folders[:1] if token.endswith("n") else page.sections)
    values = {
        ":title": title,
        ":slug": slug or title,
        ":slugorfilename": slug or page.name,
        ":slugorcontentbasename": slug or page.name,
        ":filename": page.name,
        ":contentbasename": page.name,
    }
    if token in values:
        return _sanitize(config, values[token])
    message = f"The pattern of the address has the unknown part `{token}`; use a token of Hugo's permalinks."
    raise PermalinkError(message)


def _make_slice(cut: str) -> Callable[[Sequence[str]], Sequence[str]]:
    """Return the function for `[low:high]`, `[index]` or `[last]`; indexes outside the list give an empty list."""
    low, colon, high = cut.strip("[]").partition(":")

    def take(parts: Sequence[str]) -> Sequence[str]:
        start = _read_index(low, parts, default=0)
        if not colon:
            return parts[start : start + 1]
        return parts[start : _read_index(high, parts, default=len(parts))]

    return take


def _read_index(text: str, parts: Sequence[str], *, default: int) -> int:
    if text == "last":
        return max(len(parts) - 1, 0)
    return int(text) if text.isdecimal() else default


def _sanitize(config: SiteConfig, text: str) -> str:
    """Return a text as Hugo writes it in a path: without forbidden characters, spaces as hyphens, in lower case."""

    def replace(match: "regex.Match[str]") -> str:
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        is_inside = before and after and "-" not in (before, after)
        return "-" if is_inside and _SPACE.search(match[0]) else ""

    result = _FORBIDDEN.sub(replace, text)
    if config.hugo.removes_accents:
        decomposed = unicodedata.normalize("NFD", result)
        result = unicodedata.normalize(
            "NFC", "".join(each for each in decomposed if unicodedata.category(each) != "Mn")
        )
    return result if config.hugo.keeps_case else result.lower()

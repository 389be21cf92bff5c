"""Build the path of a page by Jekyll's rules.

Sources: https://jekyllrb.com/docs/permalinks/ (styles, placeholders, collections), https://jekyllrb.com/docs/posts/
(names of files, categories by folder), https://jekyllrb.com/docs/configuration/front-matter-defaults/.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
import regex

from feeds.articles.dialects.path_dates import format_date
from feeds.articles.dialects.permalink_fields import PermalinkError, PostFields, check_pattern
from feeds.articles.dialects.sites import SiteConfig, find_defaults
from feeds.articles.yaml_values import Value

POSTS, DRAFTS, PAGES = "posts", "drafts", "pages"

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
"""The patterns of the named styles of posts; see "Built-in formats" in the documentation of permalinks."""

_DATED_NAME = re.compile(r"(\d{2,4}-\d{1,2}-\d{1,2})-(.*)")
_PLACEHOLDER = re.compile(":([a-z_]+)")
_DATE_PARTS = {
    "year": "%Y",
    "short_year": "%y",
    "month": "%m",
    "i_month": "%-m",
    "short_month": "%b",
    "long_month": "%B",
    "day": "%d",
    "i_day": "%-d",
    "y_day": "%j",
    "short_day": "%a",
    "long_day": "%A",
    "w_day": "%u",
    "week": "%V",
    "w_year": "%G",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}
_UNKNOWN_WITHOUT_FIELDS = frozenset(("categories", "slugified_categories", "hour", "minute", "second"))
# Jekyll's Utils.slugify: letters, marks and decimal numbers; its mode "pretty" keeps more.
_SLUG_GAP = regex.compile(r"[^\p{M}\p{L}\p{Nd}]+")
_PRETTY_GAP = regex.compile(r"[^\p{M}\p{L}\p{Nd}._~!$&'()+,;=@]+")
_EDGES = re.compile("^-|-$")
_REPEATED_SLASH = re.compile("//+")
_SAFE = "/:@!$&'()*+,;=-._~"


class Place(msgspec.Struct, frozen=True):
    """The place of a file in a site: its collection, the path inside it without suffix, and the folders around it."""

    collection: str
    path: str
    folders: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the file without suffix and date."""
        name = self.path.rpartition("/")[2]
        dated = _DATED_NAME.fullmatch(name)
        return (dated[2] if dated and self.collection != PAGES else name).rstrip(".")


def find_place(config: SiteConfig, key: str) -> Place:
    """Return the place of a file: below `_posts` or `_drafts` at any level, in a collection, or as a page."""
    *folders, name = config.strip_content_root(key).split("/")
    stem = name.rpartition(".")[0]
    for special, collection in (("_posts", POSTS), ("_drafts", DRAFTS)):
        if special in folders:
            at = folders.index(special)
            return Place(collection, "/".join([*folders[at + 1 :], stem]), tuple(folders[:at]))
    root = config.roots.get("")
    inner = folders[len(root.split("/")) :] if root and "/".join([*folders, ""]).startswith(f"{root}/") else folders
    if inner and inner[0].startswith("_"):
        return Place(inner[0][1:], "/".join([*inner[1:], stem]))
    return Place(PAGES, "/".join([*folders, stem]))


def find_jekyll_defaults(config: SiteConfig, key: str) -> dict[str, Value]:
    """Return the fields that the configuration gives to a file that does not have them."""
    collection = find_place(config, key).collection
    return find_defaults(config, config.strip_content_root(key), type=collection)


def build_jekyll_path(config: SiteConfig, key: str, *, fields: PostFields) -> str:
    """Return the path of a page below the site's base path, percent-encoded.

    Raises:
        PermalinkError: the pattern has an unknown placeholder, or needs a date that the page does not have.
    """
    place = find_place(config, key)
    default = find_jekyll_defaults(config, key).get("permalink")
    pattern = fields.permalink or (default if isinstance(default, str) else "") or _find_pattern(config, place)
    values = _list_page_values(place) if place.collection == PAGES else _list_post_values(config, place, fields=fields)
    check_pattern(pattern)
    return _clean(_PLACEHOLDER.sub(lambda match: _replace(match, values), pattern))


def build_linked_path(config: SiteConfig, key: str) -> str:
    """Return the path of another post by the name of its file only; "" if its front matter decides on the path."""
    place = find_place(config, key)
    dated = _DATED_NAME.fullmatch(place.path.rpartition("/")[2])
    default = find_jekyll_defaults(config, key).get("permalink")
    pattern = default if isinstance(default, str) else _find_pattern(config, place)
    if place.collection == PAGES or not _UNKNOWN_WITHOUT_FIELDS.isdisjoint(_PLACEHOLDER.findall(pattern)):
        return ""
    try:
        zone = ZoneInfo(config.timezone) if config.timezone else UTC
        date = datetime.strptime(dated[1], "%Y-%m-%d").replace(tzinfo=zone) if dated else None
        return build_jekyll_path(config, key, fields=PostFields(date=date))
    except ValueError:
        return ""


def _find_pattern(config: SiteConfig, place: Place) -> str:
    style = config.permalinks.get("", "date")
    if place.collection in (POSTS, DRAFTS):
        return config.permalinks.get(POSTS) or STYLES.get(style, style)
    if place.collection == PAGES and (place.path == "index" or place.path.endswith("/index")):
        return "/:path/"
    pattern = config.permalinks.get(place.collection)
    return pattern or _add_end("/:path/:basename" if place.collection == PAGES else "/:collection/:path", style)


def _add_end(pattern: str, style: str) -> str:
    """Add the end of the site's pattern to the pattern of pages and collections."""
    if style == "pretty" or style.endswith("/"):
        return f"{pattern}/"
    return f"{pattern}:output_ext" if style in STYLES or style.endswith(":output_ext") else pattern


def _replace(match: re.Match[str], values: Mapping[str, Callable[[], str]]) -> str:
    name = match[1]
    found = name if name in values else name.removesuffix("_")
    if found not in values:
        message = (
            f"The pattern of the address has the unknown part `:{name}`; use a placeholder of Jekyll's permalinks."
        )
        raise PermalinkError(message)
    return quote(values[found](), safe=_SAFE) + name[len(found) :]


def _list_page_values(place: Place) -> dict[str, Callable[[], str]]:
    folder, _, name = place.path.rpartition("/")
    return {"path": lambda: folder, "basename": lambda: name, "output_ext": lambda: ".html"}


def _list_post_values(config: SiteConfig, place: Place, *, fields: PostFields) -> dict[str, Callable[[], str]]:
    slug = fields.slug or place.name
    categories = [*place.folders, *fields.categories]
    values: dict[str, Callable[[], str]] = {
        "collection": lambda: POSTS if place.collection == DRAFTS else place.collection,
        "path": lambda: f"/{place.path}".rstrip("."),
        "name": lambda: slugify(place.path.rpartition("/")[2]),
        "title": lambda: _slugify(slug, _PRETTY_GAP),
        "slug": lambda: slugify(slug),
        "categories": lambda: "/".join(dict.fromkeys(category.lower() for category in categories)),
        "slugified_categories": lambda: "/".join(dict.fromkeys(map(slugify, categories))),
        "output_ext": lambda: ".html",
    }
    for name in _DATE_PARTS:
        values[name] = partial(_write_date, config, name, fields=fields)
    return values


def _write_date(config: SiteConfig, name: str, *, fields: PostFields) -> str:
    return format_date(_move_to_site(config, fields.get_date(f":{name}")), _DATE_PARTS[name])


def _move_to_site(config: SiteConfig, date: datetime) -> datetime:
    """Return the date in the time zone of the site; without a setting, Jekyll takes the machine's, mostly UTC."""
    try:
        return date.astimezone(ZoneInfo(config.timezone) if config.timezone else UTC)
    except OverflowError:  # at the ends of the calendar
        return date


def slugify(text: str) -> str:
    """Return a text in lower case with hyphens for all characters but letters and numbers."""
    return _slugify(text, _SLUG_GAP).lower()


def _slugify(text: str, gap: "regex.Pattern[str]") -> str:
    return _EDGES.sub("", gap.sub("-", text))


def _clean(path: str) -> str:
    # Jekyll::URL#sanitize_url
    return quote(_REPEATED_SLASH.sub("/", f"/{path}".replace("..", "/").replace("./", "")), safe=f"%{_SAFE}")

"""Tell the addresses of pages, where errors are pages, from those of feeds and files, where errors are short texts."""

from feeds.model.feed import Format
from feeds.site.file_urls import HEALTH_PATH, METRICS_PATH
from feeds.site.url_parser import is_alias

_FEED_EXTENSIONS = frozenset({*map(str, Format), "opml"})
_FILE_EXTENSIONS = frozenset({
    *("xml", "txt", "rdf", "csv", "pdf", "gz", "br", "zip", "sql"),
    *("css", "js", "map", "webmanifest", "woff", "woff2", "ttf"),
    *("ico", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "mp3", "mp4"),
})  # fmt: skip
# Programs probe these, and subscribers of an earlier site ask for them for years.
_FEED_NAMES = frozenset({"feed", "feeds", "rss", "atom"})
_NAMED = ("topics", "providers")


def is_page_path(path: str) -> bool:
    """Return whether a decoded path is the address of a page, whether or not there is one.

    The path alone decides: a feed reader and a browser get the same answer.
    """
    if is_alias(path) or path in {HEALTH_PATH, METRICS_PATH}:
        return False
    section, *rest = path.lower().strip("/").split("/")
    if section == "static" or path.startswith("//") or any(each.startswith(".") for each in (section, *rest)):
        return False
    last = rest[-1] if rest else section
    stem, _, extension = last.rpartition(".")
    if stem and extension in _FEED_EXTENSIONS:
        return False
    # The names of publishers have dots, and `/topics/ai.xml` and `/topics/ai/feed` are somebody's guesses.
    return section in _NAMED or not (last in _FEED_NAMES or (stem and extension in _FILE_EXTENSIONS))

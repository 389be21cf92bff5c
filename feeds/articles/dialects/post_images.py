"""Find the picture of a post, and make its address absolute."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from feeds.articles.addresses import MAX_ADDRESS_CHARACTERS
from feeds.articles.dialects.field_finder import FoundField, list_items
from feeds.articles.dialects.sites import Tool
from feeds.articles.yaml_values import Path, Value

_ADDRESS_KEYS = ("url", "src", "path", "image", "file", "source", "feature")
_TITLE_KEYS = ("alt", "title", "caption", "description")
_ABSOLUTE = re.compile("[A-Za-z][A-Za-z0-9+.-]*:|//")
_FILE_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}(?:[?#].*)?$")


def list_pictures(found: FoundField) -> Iterator[tuple[Path, dict[str, Value]]]:
    """Yield each picture of a field with its path, as a mapping like an item of `images`; others are left out."""
    for path, item in list_items(found):
        if isinstance(item, str) and _is_address(item):
            yield path, {"url": item.strip()}
        elif isinstance(item, dict):
            yield from _read_mapping(path, item)


def resolve_picture(address: str, *, site_url: str, article_url: str, tool: Tool) -> str:
    """Return an absolute address; empty if the tool publishes the picture at an address that nobody can know.

    A path that starts with a slash, and in Jekyll and Eleventy any other path, begins with `site_url`. In Hugo, a path
    is relative to the article.
    """
    if _ABSOLUTE.match(address):
        return urljoin(article_url, address)
    is_moved = tool is not Tool.HUGO and (address.startswith(".") or (tool is Tool.ASTRO and address[0] != "/"))
    if is_moved or "{{" in address or "{%" in address or address.startswith(("@", "~")):
        return ""  # the tool gives the file another name, or the author means a variable
    if address.startswith("/"):
        base = urlsplit(site_url).path.rstrip("/")
        inside = address.removeprefix(base) if base and address.startswith(f"{base}/") else address
        return f"{site_url}{inside}"
    return urljoin(article_url, address) if tool is Tool.HUGO else f"{site_url}/{address}"


def _read_mapping(path: Path, item: dict[str, Value]) -> Iterator[tuple[Path, dict[str, Value]]]:
    for key in _ADDRESS_KEYS:
        address = item.get(key)
        if isinstance(address, str) and _is_address(address):
            title = next((text for name in _TITLE_KEYS if isinstance(text := item.get(name), str)), None)
            size = {name: item.get(name) for name in ("width", "height")}
            yield (*path, key), {"url": address.strip(), "title": title} | size
            return


def _is_address(text: str) -> bool:
    if len(text) > MAX_ADDRESS_CHARACTERS:
        return False
    return "/" in text or _FILE_ENDING.search(text.strip()) is not None

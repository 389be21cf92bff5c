"""Describe pictures to feed readers with Media RSS (https://www.rssboard.org/media-rss)."""

from urllib.parse import urlsplit

from lxml import etree

from feeds.model.entry import Image

MEDIA = "http://search.yahoo.com/mrss/"

# Python's `mimetypes` reads tables of the machine, so its results differ between machines.
_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}
_CHANNEL_TYPES = frozenset({"image/gif", "image/jpeg", "image/png"})


def guess_type(url: str) -> str:
    """Return the media type of a picture by the extension in its URL's path; empty for an unknown extension."""
    return _TYPES.get(urlsplit(url).path.rpartition(".")[2].lower(), "")


def is_channel_image(url: str) -> bool:
    """Return whether RSS allows the picture for a channel: PNG, JPEG or GIF only (RSS 2.0, `image`)."""
    return guess_type(url) in _CHANNEL_TYPES


def add_media(parent: etree._Element, image: Image) -> None:
    """Add `media:content` and `media:thumbnail` to an entry or item.

    Both are direct children: feedgen's own extension wraps them in a group, and validators refuse a group with a
    single picture.
    """
    size = {name: str(pixels) for name, pixels in (("width", image.width), ("height", image.height)) if pixels}
    media_type = guess_type(image.url)
    content = {"url": image.url, "medium": "image"} | ({"type": media_type} if media_type else {}) | size
    etree.SubElement(parent, f"{{{MEDIA}}}content", content)
    etree.SubElement(parent, f"{{{MEDIA}}}thumbnail", {"url": image.url} | size)

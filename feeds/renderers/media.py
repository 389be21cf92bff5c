"""Describe pictures to feed readers with Media RSS (https://www.rssboard.org/media-rss)."""

from feeds.model.entry import Image
from feeds.renderers.xml_text import escape_attribute

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
    path = url.partition("?")[0].partition("#")[0]
    return _TYPES.get(path.rpartition(".")[2].lower(), "")


def is_channel_image(url: str) -> bool:
    """Return whether RSS allows the picture for a channel: PNG, JPEG or GIF only (RSS 2.0, `image`)."""
    return guess_type(url) in _CHANNEL_TYPES


def write_media(image: Image) -> tuple[str, str]:
    """Write the elements that describe a picture, with the prefix `media`.

    Both are direct children of the entry: feedgen's own extension wraps them in a group, and validators refuse a group
    with a single picture.
    """
    url, media_type = escape_attribute(image.url), guess_type(image.url)
    kind = f' type="{media_type}"' if media_type else ""
    size = "".join((_write_pixels("width", image.width), _write_pixels("height", image.height)))
    return f'<media:content url="{url}" medium="image"{kind}{size}/>', f'<media:thumbnail url="{url}"{size}/>'


def _write_pixels(name: str, pixels: int | None) -> str:
    return f' {name}="{pixels}"' if pixels else ""

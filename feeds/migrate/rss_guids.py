"""Read the ids of RSS items exactly as written: feedparser resolves relative ids, and drops `isPermaLink`."""

import msgspec
from lxml import etree


class Guid(msgspec.Struct, frozen=True):
    """The `guid` of an item: its text with all white space, and whether it is the URL of the item."""

    text: str
    is_permalink: bool

    def names(self, id: str) -> bool:
        """Return whether feedparser reads this guid as `id`: without white space around, and as an absolute URL."""
        text = self.text.strip()
        return text == id or (self.is_permalink and bool(text) and id.endswith(text.lstrip("./")))


def read_guids(data: bytes) -> list[Guid | None]:
    """Return the guid of each item of an RSS document in order, None for an item without; an empty list if damaged."""
    # Other servers are not trusted: expand no entities and fetch nothing.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return []
    return [] if root is None else [_read_guid(item) for item in root.iter("item")]


def _read_guid(item: etree._Element) -> Guid | None:
    element = item.find("guid")
    if element is None or not (element.text or "").strip():
        return None
    # RSS 2.0: true unless given.
    return Guid(element.text or "", element.get("isPermaLink", "true").strip().lower() == "true")

"""Write tombstones as elements of Atom (RFC 6721 section 3)."""

from feeds.model.feed import Feed
from feeds.renderers.dates import format_rfc3339
from feeds.renderers.xml_text import escape_attribute

TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


def write_tombstones(feed: Feed) -> bytes:
    """Write the tombstones of a feed as lines in `atom:feed`; they stand before the entries, as RFC 4287 has it."""
    lines = (
        f'  <at:deleted-entry ref="{escape_attribute(each.id)}" when="{format_rfc3339(each.removed)}"/>\n'
        for each in feed.tombstones
    )
    return "".join(lines).encode()

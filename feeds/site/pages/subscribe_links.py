"""Lead to the feed readers that take a subscription by a link."""

from urllib.parse import quote

import msgspec

# As each documents it for bookmarklets and buttons.
_SERVICES = {
    "Feedly": "https://feedly.com/i/subscription/feed%2F{}",
    "Inoreader": "https://www.inoreader.com/?add_feed={}",
    "NewsBlur": "https://www.newsblur.com/?url={}",
    "Feedbin": "https://feedbin.com/?subscribe={}",
    "The Old Reader": "https://theoldreader.com/feeds/subscribe?url={}",
}


class SubscribeLink(msgspec.Struct, frozen=True):
    """A reader's name, and the link that has it subscribe."""

    name: str
    url: str


def list_subscribe_links(feed_url: str) -> list[SubscribeLink]:
    """Give a link for each reader on the web, and last one for those that are installed.

    NetNewsWire and others take `feed:` with the whole address behind it.
    """
    escaped = quote(feed_url, safe="")
    links = [SubscribeLink(name, template.format(escaped)) for name, template in _SERVICES.items()]
    return [*links, SubscribeLink("NetNewsWire", f"feed:{feed_url}")]

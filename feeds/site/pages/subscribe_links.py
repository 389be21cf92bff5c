"""Link to the feed readers in which a link starts a subscription."""

from urllib.parse import quote

import msgspec

# From the documentation of each reader on bookmarklets and buttons.
_SERVICES = {
    "Feedly": "https://feedly.com/i/subscription/feed%2F{}",
    "Inoreader": "https://www.inoreader.com/?add_feed={}",
    "NewsBlur": "https://www.newsblur.com/?url={}",
    "Feedbin": "https://feedbin.com/?subscribe={}",
    "The Old Reader": "https://theoldreader.com/feeds/subscribe?url={}",
}


class SubscribeLink(msgspec.Struct, frozen=True):
    """The name of a feed reader, and the link to subscribe in this reader."""

    name: str
    url: str


def list_subscribe_links(feed_url: str) -> list[SubscribeLink]:
    """Return a link for each reader on the web."""
    escaped = quote(feed_url, safe="")
    return [SubscribeLink(name, template.format(escaped)) for name, template in _SERVICES.items()]

"""The comment at the top of a feed, for people who open the feed in a browser and see code."""

from feeds.model.feed import Feed, Format


def write_feed_comment(feed: Feed, format: Format) -> tuple[str, ...]:
    """Write a few lines for people reading the document: the purpose of a feed, and the URL of the page.

    Browsers show feeds as code and apply no stylesheet.
    """
    current = next((link.href for link in feed.links_in(format) if link.rel == "current"), "")
    name = "part of the archive of a feed" if current else "a feed"
    return (
        f"This is {name}, written for feed readers. It looks like code here, but it is not broken.",
        f"To subscribe, add this address to your feed reader: {current or feed.self_url(format)}",
        f"To read the stories in a browser, or to learn about feeds: {feed.page_url}",
    )

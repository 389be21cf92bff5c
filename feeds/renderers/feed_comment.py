"""Say to a person who opens a feed in a browser what it is: browsers show feeds as code, and no stylesheet applies."""

from feeds.model.feed import Feed, Format


def greet(feed: Feed, format: Format) -> tuple[str, ...]:
    """Write a few lines for whoever reads the document itself: what it is for, and where its page is."""
    current = next((link.href for link in feed.links_in(format) if link.rel == "current"), "")
    what = "a part of the archive of a feed" if current else "a feed"
    return (
        f"This is {what}, written for feed readers: it looks like code here, but is not broken.",
        f"To subscribe, give its address to a feed reader: {current or feed.self_url(format)}",
        f"To read the news here, and more on what a feed is: {feed.page_url}",
    )

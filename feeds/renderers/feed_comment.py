"""The comment at the top of a feed, for people who open the feed in a browser and see code."""

from feeds.model.feed import Feed, Format
from feeds.model.translation.texts import find_texts


def write_feed_comment(feed: Feed, format: Format) -> tuple[str, ...]:
    """Write a few lines for people reading the document: the purpose of a feed, and the URL of the page.

    Browsers show feeds as code and apply no stylesheet.
    """
    texts = find_texts(feed.site.language)
    current = next((link.href for link in feed.links_in(format) if link.rel == "current"), "")
    return (
        texts.gettext(
            "This is part of the archive of a feed, written for feed readers. It looks like code here, but it is not"
            " broken."
        )
        if current
        else texts.gettext("This is a feed, written for feed readers. It looks like code here, but it is not broken."),
        texts.gettext(
            "To subscribe, add this address to your feed reader: %(address)s", address=current or feed.self_url(format)
        ),
        texts.gettext("To read the stories in a browser, or to learn about feeds: %(address)s", address=feed.page_url),
    )

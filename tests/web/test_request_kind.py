"""Every URL has one of a few kinds."""

import pytest

from feeds.web.request_kind import name_kind


@pytest.mark.parametrize(
    ("path", "query", "kind"),
    [
        ("/feed.atom", "", "feed"),
        ("/rss.xml", "", "feed"),
        ("/topics/ai.json", "", "feed"),
        ("/providers/govtech.com.rss", "", "feed"),
        ("/topics/ai,robotics.atom", "", "composed"),
        ("/topics/ai.atom", "min_quality=70", "composed"),
        ("/topics/ai/daily.atom", "", "digest"),
        ("/feed/archive/2.atom", "", "archive"),
        ("/", "", "page"),
        ("/topics/ai", "", "page"),
        ("/feed/archive/2", "", "page"),
        ("/compose", "", "page"),
        ("/feeds.opml", "provider=1", "opml"),
        ("/feeds.opml", "feed=/topics/ai.atom", "opml"),
        ("/sitemap.xml", "", "sitemap"),
        ("/robots.txt", "", "robots"),
        ("/static/style.css", "", "static"),
        ("/healthz", "", "health"),
        ("/wp-login.php", "", "other"),
        ("/topics/a,,b.atom", "", "other"),
        ("/feed.atom", "limit=0", "other"),
    ],
)
def test_a_url_has_a_kind(path: str, query: str, kind: str) -> None:
    assert name_kind((path, query)) == kind

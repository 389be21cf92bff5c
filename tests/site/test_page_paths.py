"""The path decides whether an error is a page or a short text."""

import pytest

from feeds.site.page_paths import is_page_path


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/latest", "/topics", "/providers", "/compose", "/search", "/stats", "/publisher", "/nope", "/ai"),
        *("/topics/ai", "/topics/ai/", "/topics/AI+!x", "/topics/ai/weekly", "/topics/ai/archive/7", "/feed/archive/7"),
        *("/topics/ai/feed", "/topics/ai/feed/", "/topics/ai.xml", "/topics/ai.html", "/topics/v2.0"),
        *("/providers/example.com", "/providers/example.gz", "/example.com", "/tags/ai", "/category/ai/"),
        *(
            "/index.html",
            "/index.php",
            "/wp-login.php",
            "/feed/x",
            "/healthz/",
            "/topics/a/b/c",
            "/\x00",
            "/topics/\ufffd",
        ),
    ],
)
def test_pages(path: str) -> None:
    assert is_page_path(path)


@pytest.mark.parametrize(
    "path",
    [
        *("/feed", "/feed/", "/feed.xml", "/atom.xml", "/rss.xml", "/index.xml", "/healthz", "/metrics"),
        *("/topics/x.atom", "/topics/x.RSS", "/topics/x.json", "/providers/example.com.atom", "/x.opml", "/feeds.opml"),
        *("/topics/x/weekly.atom", "/topics/x/archive/7.json", "/feed/archive/7.rss", "/topics/a/b/c.rss"),
        *("/rss", "/atom/", "/blog/feed/", "/category/ai/feed", "/Feed", "/feeds"),
        *("/sitemap.xml", "/robots.txt", "/ads.txt", "/blog/feed.xml", "/blog/feed.rss"),
        *("/static/x", "/static/", "/static", "/static/x.html", "/favicon.ico", "/apple-touch-icon.png", "/app.js"),
        *("/.env", "/.git/config", "/.well-known/security.txt", "/x/.git", "//example.com/", "/backup.zip"),
    ],
)
def test_feeds_and_files(path: str) -> None:
    assert not is_page_path(path)

"""User-Agents in the forms of real readers, with what should be recognised.

The forms come from Buttondown's documentation (docs.buttondown.com/rss-subscribers), lists of crawlers and
log analysers (github.com/monperrus/crawler-user-agents, github.com/allinurl/goaccess,
github.com/lethain/apache-log-parser),
issues of readers (github.com/brendanlong/lion-reader/issues/322, github.com/devongovett/reader/issues/10,
github.com/Tiendil/feeds.fun/issues/408), the readers' own pages (plainfeeder.com/about) and source code (Feedbin,
NewsBlur). Numbers and ids are made up.
"""

from collections.abc import Mapping

_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0.1 Safari/605.1.15"

AGGREGATORS: Mapping[str, tuple[str, int, str]] = {
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; )": ("Feedly", 462, ""),
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers; like FeedFetcher-Google)": ("Feedly", 12, ""),
    "Feedly/1.0 (poller; 131 subscribers;)": ("Feedly", 131, ""),
    "Mozilla/5.0 (compatible; inoreader.com; 114 subscribers)": ("Inoreader", 114, ""),
    "Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 7 subscribers; )": ("Inoreader", 7, ""),
    "Feedbin feed-id:1697787 - 102 subscribers": ("Feedbin", 102, "1697787"),
    f'NewsBlur Feed Fetcher - 27 subscribers - https://www.newsblur.com/site/77055/news ("Mozilla/5.0 {_SAFARI}")': (
        "NewsBlur",
        27,
        "77055",
    ),
    "NewsBlur Feed Fetcher - 1 subscriber - http://www.newsblur.com/site/12/a-page (Mozilla/5.0)": (
        "NewsBlur",
        1,
        "12",
    ),
    "Mozilla/5.0 (compatible; theoldreader.com; 3 subscribers; feed-id=cead6c3a837650eeefd8fe4a)": (
        "The Old Reader",
        3,
        "cead6c3a837650eeefd8fe4a",
    ),
    "Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 5 subscribers)": ("BazQux", 5, ""),
    "Mozilla/5.0 (compatible; Bloglovin/1.0; http://www.bloglovin.com; 44 subscribers)": ("Bloglovin", 44, ""),
    "Feedfetcher-Google; (+http://www.google.com/feedfetcher.html; 4 subscribers; feed-id=17945958057908)": (
        "Google Feedfetcher",
        4,
        "17945958057908",
    ),
    "Dreamwidth Studios (webmaster@dreamwidth.org; for https://www.dreamwidth.org/users/a_feed/; 2 readers)": (
        "Dreamwidth Studios",
        2,
        "",
    ),
    "Netvibes (http://www.netvibes.com/; 5 subscribers; feedId: 5404723)": ("Netvibes", 5, "5404723"),
    "FeedHQ/1.0 (https://feedhq.org; 12 subscribers; https://github.com/feedhq/feedhq)": ("FeedHQ", 12, ""),
    "Overcast/1.0 Podcast Sync (9 subscribers; feed-id=401; +http://overcast.fm/)": ("Overcast", 9, "401"),
    "PlainFeeder v0.0.1 (+http://plainfeeder.com/about ; Subscriber Count: 8)": ("PlainFeeder", 8, ""),
    "LionReader/1.0 (+https://lionreader.com; 1 subscriber)": ("LionReader", 1, ""),
    "Bloglines/3.0-rho (http://www.bloglines.com; 7 subscribers)": ("Bloglines", 7, ""),
    "AideRSS/1.0 (aiderss.com); 2 subscribers": ("AideRSS", 2, ""),
    "Zhuaxia.com 6 Subscribers": ("Zhuaxia.com", 6, ""),
    "FeedLounge (http://feedlounge.com, 1 subscribers, next refresh in approx. 28800 seconds)": ("FeedLounge", 1, ""),
}
"""The User-Agents of readers that fetch for many people: name, number of subscribers, and their id of the feed."""

PROGRAMS: Mapping[str, str] = {
    "Tiny Tiny RSS/24.02 (https://tt-rss.org/)": "Tiny Tiny RSS",
    "Mozilla/5.0 (compatible; Miniflux/2.1.0; +https://miniflux.app)": "Miniflux",
    "FreshRSS/1.24.0 (Linux; https://freshrss.org)": "FreshRSS",
    "NetNewsWire (RSS Reader; https://netnewswire.com/)": "NetNewsWire",
    "newsboat/2.33.0 (Linux x86_64)": "newsboat",
    "Reeder/5050001 CFNetwork/1240.0.4 Darwin/20.6.0": "Reeder",
    "Akregator/5.24.0 (23.08.0); syndication": "Akregator",
    "Liferea/1.13.7 (Linux; https://lzone.de/liferea/) AppleWebKit (KHTML, like Gecko)": "Liferea",
    "FlipboardProxy/1.2; +http://flipboard.com/browserproxy": "FlipboardProxy",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:28.0) Gecko/20100101 Firefox/28.0 (FlipboardProxy/1.2)": (
        "(web browser)"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Thunderbird/102.3.0": "Thunderbird",
    "Mozilla/5.0 (X11; Linux) AppleWebKit/537.21 (KHTML, like Gecko) QuiteRSS/0.18.12 Safari/537.21": "QuiteRSS",
    "rss2email/3.14 (https://github.com/rss2email/rss2email)": "rss2email",
    "SimplePie/1.8.0 (Feed Parser; http://simplepie.org; Allow like Gecko) Build/20230101": "SimplePie",
    "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)": "Google Feedfetcher",
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)": "Feedly",
    "python-requests/2.32.3": "python-requests",
    "http.rb/5.1.0": "http.rb",
    "OnlyRead": "OnlyRead",
}
"""The User-Agents of readers that fetch for one person or do not say for how many, and of other programs."""

BROWSERS = (
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI}",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
)

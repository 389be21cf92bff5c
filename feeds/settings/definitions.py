"""Define every setting: its variable, its name in `feeds.toml`, its default, its values and its purpose."""

import os
from enum import StrEnum
from functools import partial

from feeds.model.feed import LinkChoice
from feeds.model.query import MAX_ENTRIES
from feeds.model.values import parse_number
from feeds.settings.parsers import (
    parse_caches,
    parse_choice,
    parse_database_url,
    parse_flag,
    parse_folders,
    parse_host,
    parse_hubs,
    parse_language,
    parse_line,
    parse_site_url,
    parse_token,
)
from feeds.settings.publication import (
    parse_accent,
    parse_contacts,
    parse_expiry,
    parse_footer_links,
    parse_logo,
    parse_page_url,
    parse_stylesheet,
)
from feeds.settings.setting import SITE_URL, Setting

PREFIX = "FEEDS_"


class RelatedMode(StrEnum):
    """Whether feeds show related items as separate entries, or only as links in their leads."""

    ENTRIES = "entries"
    LINKS = "links"


# The first line names a setting, the second explains it.
# fmt: off
SETTINGS = (
    Setting(
        "FEEDS_CONTENT", "content", "seeds", parse_folders,
        help=f"The folders that hold the articles, with `{os.pathsep}` between them.",
    ),
    Setting(
        "FEEDS_FOLLOW_SYMLINKS", "follow_links", "no", parse_flag,
        help="`yes`: symbolic links may lead out of the content folders; `no`: such links are skipped and reported.",
    ),
    Setting(
        SITE_URL, "site_url", "", parse_site_url, is_shown=True,
        help="The URL that your readers use. Unset: the platform's URL for the app, else http://localhost:PORT.",
    ),
    Setting(
        "FEEDS_SITE_TITLE", "site_title", "Topic Feeds", parse_line, is_shown=True, file_key="title",
        help="The name of your site in every feed.",
    ),
    Setting(
        "FEEDS_SITE_DESCRIPTION", "site_description", "", parse_line, is_shown=True, file_key="description",
        help="A sentence about your site, for the feed of all entries and for search engines.",
    ),
    Setting(
        "FEEDS_SITE_ID", "site_id", "", parse_line, is_shown=True, file_key="id",
        help="A text that makes the ids of your feeds unique among all sites. Set it once and never change it.",
    ),
    Setting(
        "FEEDS_LANGUAGE", "language", "en", parse_language, is_shown=True, file_key="language",
        help="The language of the site, as a BCP 47 tag: of its texts, in English, German or Arabic, and of searches.",
    ),
    Setting(
        "FEEDS_LOGO", "logo", "", parse_logo, is_shown=True, file_key="logo",
        help="The logo of your site: a PNG, SVG, JPEG or WebP file beside the articles, or the URL of a picture.",
    ),
    Setting(
        "FEEDS_ACCENT", "accent", "", parse_accent, is_shown=True, file_key="accent",
        help="The colour of links and buttons on pages, as #rrggbb; pages darken or lighten it until it is readable.",
    ),
    Setting(
        "FEEDS_STYLESHEET", "stylesheet", "", parse_stylesheet, is_shown=True, file_key="stylesheet",
        help="An additional stylesheet of pages: a CSS file beside the articles.",
    ),
    Setting(
        "FEEDS_FOOTER_LINKS", "footer_links", "", parse_footer_links, is_shown=True, file_key="footer_links",
        help="Links at the end of each page: `name = URL`, one per line or one after the other.",
    ),
    Setting(
        "FEEDS_IMPRINT", "imprint", "", parse_page_url, is_shown=True, file_key="imprint",
        help="The URL of the page that says who publishes the site; each page links to it.",
    ),
    Setting(
        "FEEDS_SECURITY_CONTACT", "security_contacts", "", parse_contacts, is_shown=True, file_key="security_contact",
        help="Where to report security problems, for `/.well-known/security.txt`: https or mailto URLs.",
    ),
    Setting(
        "FEEDS_SECURITY_EXPIRES", "security_expires", "", parse_expiry, is_shown=True, file_key="security_expires",
        help="The date until which this contact holds, less than a year ahead, such as 2027-06-30.",
    ),
    Setting(
        "FEEDS_RELATED", "related", "entries", partial(parse_choice, RelatedMode), is_shown=True, file_key="related",
        help="`entries`: related items are separate entries; `links`: related items are links in their stories.",
    ),
    Setting(
        "FEEDS_LINK", "link", "web", partial(parse_choice, LinkChoice), is_shown=True, file_key="link",
        help="The URL that entries link to, if the article has it: `web`, `amp`, or `cdn` (AMP in a cache).",
    ),
    Setting(
        "FEEDS_ARTICLES_URL", "articles_url", "", parse_site_url, is_shown=True, file_key="articles_url",
        help="The URL of the site with your posts, if they have the shape of Jekyll, Hugo, Astro or Eleventy.",
    ),
    Setting(
        "FEEDS_LIMIT", "limit", "50", partial(parse_number, minimum=1, maximum=MAX_ENTRIES), is_shown=True,
        file_key="limit", is_number=True,
        help=f"Maximum number of entries in a feed, from 1 to {MAX_ENTRIES}.",
    ),
    Setting(
        "FEEDS_MAX_AGE", "max_age_seconds", "900", partial(parse_number, minimum=0, maximum=86_400), is_shown=True,
        file_key="max_age", is_number=True,
        help="Number of seconds for which readers and caches may reuse a response, up to a day.",
    ),
    Setting(
        "FEEDS_TOMBSTONES", "tombstones", "no", parse_flag, is_shown=True, file_key="tombstones", is_flag=True,
        help="`yes`: Atom feeds name the stories kept with `removed: true`, for readers that then delete them.",
    ),
    Setting(
        "FEEDS_HUBS", "hubs", "", parse_hubs, is_shown=True,
        help="The WebSub hubs that push your feeds: absolute URLs, separated by spaces or commas.",
    ),
    Setting(
        "FEEDS_PURGE", "caches", "", parse_caches,
        help="The shared caches in front that take PURGE: absolute URLs without a path, separated by spaces or commas.",
    ),
    Setting(
        "FEEDS_CACHE_MB", "cache_mb", "64", partial(parse_number, minimum=1, maximum=65_536),
        help="Size in MiB of each worker process's cache of finished feeds.",
    ),
    Setting(
        "FEEDS_STATISTICS", "statistics", "yes", parse_flag,
        help="`yes`: count requests for feeds by day and reader, without addresses; `no`: count nothing.",
    ),
    Setting(
        "DATABASE_URL", "database_url", "sqlite:///.feeds/catalog.sqlite3", parse_database_url,
        is_secret=True,
        help="The database for the catalog: `sqlite:///PATH` or `postgresql://…`.",
    ),
    Setting(
        "FEEDS_HOST", "host", "0.0.0.0", parse_host,  # noqa: S104 platforms connect from other machines
        help="The address the server listens on: `127.0.0.1` for a proxy on the same machine, `::` for IPv6 as well.",
    ),
    Setting(
        "PORT", "port", "8000", partial(parse_number, minimum=1, maximum=65_535),
        help="The port the server listens on.",
    ),
    Setting(
        "WEB_CONCURRENCY", "workers", "2", partial(parse_number, minimum=1, maximum=64),
        help="Number of worker processes.",
    ),
    Setting(
        "FEEDS_TOKEN", "token", "", parse_token, is_secret=True,
        help="The password of the publisher's page and of the metrics; without it, neither exists.",
    ),
    Setting(
        "FEEDS_ACCESS_LOG", "access_log", "no", parse_flag,
        help="`yes`: write a line of JSON for each request, without full addresses of clients.",
    ),
    Setting(
        "FEEDS_STALE_AFTER", "stale_after_seconds", "7200", partial(parse_number, minimum=60, maximum=31_536_000),
        help="Number of seconds without a collect after which `/healthz` calls the feeds stale.",
    ),
)
# fmt: on

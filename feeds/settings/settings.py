"""Read the settings from the environment and report all their problems at once."""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from feeds.model.entry import fingerprint
from feeds.model.errors import SettingsError
from feeds.model.feed import LinkChoice, Site
from feeds.model.query import MAX_ENTRIES, Query
from feeds.model.shown_settings import ShownSettings
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
from feeds.settings.setting import LOCAL_URL, SITE_URL, Setting, show_value

PREFIX = "FEEDS_"
COLLECT_VARIABLE = "TOPIC_FEEDS_COLLECT"
"""The environment variable by which `feeds serve` asks the server to collect, whatever the database is.

The value is `WATCH` or `ONCE`; without the variable, a server collects `HOURLY` if the catalog is its own.
"""

WATCH = "watch"
ONCE = "once"
HOURLY = "hourly"

OPEN_VARIABLE = "TOPIC_FEEDS_OPEN"
"""The environment variable by which `feeds serve` asks the server to open the site in a browser."""

PROGRESS_VARIABLE = "TOPIC_FEEDS_PROGRESS"
"""The environment variable with the number of an open file, by which the server learns the progress of its collect."""

FINISHED = "finished"
"""The line that a collect writes there after it has succeeded."""

FAILED = "failed"
"""The line that a watching collect writes there when the first collect fails."""

RENDERING_REVISION = 5
"""Increase this number when the program writes the same feeds in different bytes, to move `Last-Modified`."""

_ICON_PATH = "/static/icon.png"


class RelatedMode(StrEnum):
    """Whether feeds show related items as separate entries, or only as links in their leads."""

    ENTRIES = "entries"
    LINKS = "links"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of the publisher; `site_url` is absolute, without a slash at the end."""

    content: tuple[Path, ...]
    follow_links: bool
    site_url: str
    site_title: str
    site_description: str
    site_id: str
    language: str
    related: RelatedMode
    link: LinkChoice
    articles_url: str
    limit: int
    max_age_seconds: int
    tombstones: bool
    hubs: tuple[str, ...]
    caches: tuple[str, ...]
    cache_mb: int
    statistics: bool
    database_url: str
    host: str
    port: int
    workers: int
    token: str
    access_log: bool
    stale_after_seconds: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting; an empty value or whitespace counts as unset.

        Raises:
            SettingsError: lists every unknown `FEEDS_` name and every invalid value.
        """
        problems = list(_find_unknown(environ))
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            try:
                values[setting.field] = setting.read(environ)
            except SettingsError as error:
                problems.append(str(error))
        if problems:
            raise SettingsError("\n".join(problems))
        values["site_url"] = values["site_url"] or f"{LOCAL_URL}{values['port']}"
        return cls(**values)

    @property
    def site(self) -> Site:
        """The publisher, as feeds name it."""
        icon = f"{self.site_url}{_ICON_PATH}"
        return Site(url=self.site_url, title=self.site_title, language=self.language, icon=icon)

    @property
    def defaults(self) -> Query:
        """The query fields of every feed, unless its URL gives others."""
        return Query(with_related=self.related is RelatedMode.ENTRIES, limit=self.limit)

    @property
    def base_path(self) -> str:
        """The path of the site's URL, at which links within the site begin; empty or without a slash at the end."""
        return urlsplit(self.site_url).path

    @property
    def bind(self) -> str:
        """The address and the port the server listens on, as in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def local_host(self) -> str:
        """The host at which this machine reaches the server."""
        return "localhost" if ip_address(self.host).is_unspecified else self.host

    @property
    def is_catalog_own(self) -> bool:
        """Whether the catalog is a file on this machine, which only our own processes update."""
        return self.database_url.startswith("sqlite")

    @property
    def shown(self) -> ShownSettings:
        """The settings that feeds show."""
        texts = {setting: show_value(getattr(self, setting.field)) for setting in SETTINGS if setting.is_shown}
        values = {setting.name: text for setting, text in texts.items() if text != setting.shown_default}
        return ShownSettings(
            self.settings_fingerprint,
            values,
            link_choice=self.link,
            language=self.language,
            defaults=self.defaults,
        )

    @property
    def settings_fingerprint(self) -> str:
        """A fingerprint of everything that the bytes of feeds depend on, apart from the catalog."""
        shown = (self.site, self.site_id, self.related, self.link, self.limit, self.max_age_seconds, self.hubs)
        description = (self.site_description,) if self.site_description else ()
        tombstones = (True,) if self.tombstones else ()
        return fingerprint(msgspec.json.encode((RENDERING_REVISION, *shown, *description, *tombstones)))


def describe_settings(settings: Settings) -> list[tuple[Setting, str]]:
    """List every setting with its current value, with passwords hidden."""
    return [
        (setting, show_value(getattr(settings, setting.field), is_secret=setting.is_secret)) for setting in SETTINGS
    ]


def _find_unknown(environ: Mapping[str, str]) -> Iterator[str]:
    known = [setting.name for setting in SETTINGS]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`feeds settings` lists all settings."
            yield f"{name}: unknown setting; {hint}"


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
        help="The language of the site, as a BCP 47 tag.",
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

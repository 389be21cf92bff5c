"""Read the settings from the environment, and say what is wrong with them all at once."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from feeds.model.entry import fingerprint
from feeds.model.errors import SettingsError
from feeds.model.feed import LinkChoice, Site
from feeds.model.filters import MOST_ENTRIES, Filters
from feeds.model.query_string import parse_number
from feeds.settings.parsers import (
    parse_choice,
    parse_database_url,
    parse_folders,
    parse_language,
    parse_line,
    parse_site_url,
    parse_urls,
)

PREFIX = "FEEDS_"
RENDERING_REVISION = 4
"""Counted up whenever the program comes to write the same feeds in other bytes, so that `Last-Modified` moves."""

_SHOWN_CHARACTERS = 60
_ICON_PATH = "/static/icon.png"

# What platforms call the app's own public address, the surest first.
_PLATFORM_NAMES = {
    "HEROKU_APP_DEFAULT_DOMAIN_NAME": "https://{}",
    "HEROKU_APP_NAME": "https://{}.herokuapp.com",
    "RENDER_EXTERNAL_URL": "{}",
    "FLY_APP_NAME": "https://{}.fly.dev",
    "RAILWAY_PUBLIC_DOMAIN": "https://{}",
    "KOYEB_PUBLIC_DOMAIN": "https://{}",
    "WEBSITE_HOSTNAME": "https://{}",
}


class RelatedMode(StrEnum):
    """Whether feeds carry related items as entries of their own, or only as links in their leads."""

    ENTRIES = "entries"
    LINKS = "links"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the publisher can choose; `site_url` is absolute and has no slash at its end."""

    content: tuple[Path, ...]
    site_url: str
    site_title: str
    site_id: str
    language: str
    related: RelatedMode
    link: LinkChoice
    limit: int
    max_age_seconds: int
    hubs: tuple[str, ...]
    cache_mb: int
    database_url: str
    port: int
    workers: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting; one that is blank counts as unset.

        Raises:
            SettingsError: names every `FEEDS_` name that is unknown and every value that is wrong.
        """
        complaints = list(_find_unknown(environ))
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            try:
                values[setting.field] = setting.read(environ)
            except SettingsError as error:
                complaints.append(str(error))
        if complaints:
            raise SettingsError("\n".join(complaints))
        values["site_url"] = values["site_url"] or f"http://localhost:{values['port']}"
        return cls(**values)

    @property
    def site(self) -> Site:
        """The publisher, as feeds name it."""
        icon = f"{self.site_url}{_ICON_PATH}"
        return Site(url=self.site_url, title=self.site_title, language=self.language, icon=icon)

    @property
    def filters(self) -> Filters:
        """What holds for every feed whose address does not say otherwise."""
        return Filters(with_related=self.related is RelatedMode.ENTRIES, limit=self.limit)

    @property
    def base_path(self) -> str:
        """The path of the site's URL, empty or without a slash at its end: what links within the site begin with."""
        return urlsplit(self.site_url).path

    @property
    def is_catalog_own(self) -> bool:
        """Whether the catalog is a file of this machine's, which no other process than ours will bring up to date."""
        return self.database_url.startswith("sqlite")

    @property
    def settings_fingerprint(self) -> str:
        """A fingerprint of all that feeds' bytes depend on beside the catalog."""
        seen = (self.site, self.site_id, self.related, self.link, self.limit, self.max_age_seconds, self.hubs)
        return fingerprint(msgspec.json.encode((RENDERING_REVISION, *seen)))


class Setting(msgspec.Struct, frozen=True):
    """One setting: the environment variable, its default as one would type it, and what it is for.

    `parse` raises ValueError with what is right instead. Where `is_secret`, the value is never shown as it is.
    """

    name: str
    field: str
    default: str
    parse: Callable[[str], Any]
    help: str
    is_secret: bool = False

    def read(self, environ: Mapping[str, str]) -> Any:  # noqa: ANN401 each setting has a type of its own
        """Give the value, or the default's. Raises SettingsError."""
        name, text = self._find(environ)
        try:
            return self.parse(text)
        except ValueError as error:
            got = "what it says" if self.is_secret else _quote(text)
            raise SettingsError(f"{name}: {got} is not right; {error}.") from None

    def _find(self, environ: Mapping[str, str]) -> tuple[str, str]:
        text = environ.get(self.name, "").strip()
        if self.name != "FEEDS_SITE_URL" or text:
            return self.name, text or self.default
        platform = next((name for name in _PLATFORM_NAMES if environ.get(name, "").strip()), None)
        return (platform, _PLATFORM_NAMES[platform].format(environ[platform].strip())) if platform else (self.name, "")


def describe_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """List name, value and help of every setting in effect, passwords hidden."""
    shown = ((setting, getattr(settings, setting.field)) for setting in SETTINGS)
    return [(setting.name, _show(value, is_secret=setting.is_secret), setting.help) for setting, value in shown]


def hide_password(url: str) -> str:
    """Replace the password in a database URL, whether before the host or among the parameters."""
    # Greedy up to the last `@`: a password may hold one that its author forgot to encode.
    hidden = re.sub(r"(://[^/?#:@]*):.*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&][^=&]*(?:pass|secret|key)[^=&]*=)[^&#]*", r"\1***", hidden)


def _show(value: object, *, is_secret: bool) -> str:
    if isinstance(value, tuple):
        separator = os.pathsep if value and isinstance(value[0], Path) else " "
        return separator.join(str(item) for item in value)
    return hide_password(str(value)) if is_secret else str(value)


def _quote(text: str) -> str:
    shown = re.sub(r"//[^/?#]*@", "//***@", text)
    return f'"{shown[:_SHOWN_CHARACTERS]}{"…" if len(shown) > _SHOWN_CHARACTERS else ""}"'


def _find_unknown(environ: Mapping[str, str]) -> Iterator[str]:
    known = [setting.name for setting in SETTINGS]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`feeds settings` lists those there are."
            yield f"{name}: there is no such setting; {hint}"


# One line says what it is, the next what it is for.
# fmt: off
SETTINGS = (
    Setting(
        "FEEDS_CONTENT", "content", "seeds", parse_folders,
        help=f"The folders that hold the articles, with `{os.pathsep}` between them.",
    ),
    Setting(
        "FEEDS_SITE_URL", "site_url", "", parse_site_url,
        help="The address your readers use. Unset: the platform's own name for the app, else http://localhost:PORT.",
    ),
    Setting(
        "FEEDS_SITE_TITLE", "site_title", "Topic Feeds", parse_line,
        help="The name of your site, as every feed shows it.",
    ),
    Setting(
        "FEEDS_SITE_ID", "site_id", "", parse_line,
        help="Any text that tells your feeds' ids from those of other sites. Set it once, and never change it.",
    ),
    Setting(
        "FEEDS_LANGUAGE", "language", "en", parse_language,
        help="The language of the site, as a BCP 47 tag.",
    ),
    Setting(
        "FEEDS_RELATED", "related", "entries", partial(parse_choice, RelatedMode),
        help="`entries`: related items are entries of their own; `links`: only links in the stories they belong to.",
    ),
    Setting(
        "FEEDS_LINK", "link", "web", partial(parse_choice, LinkChoice),
        help="Which address entries link to, where an article has it: `web`, `amp`, or `cdn` (AMP in a cache).",
    ),
    Setting(
        "FEEDS_LIMIT", "limit", "50", partial(parse_number, 1, MOST_ENTRIES),
        help="How many entries a feed holds, from 1 to 200.",
    ),
    Setting(
        "FEEDS_MAX_AGE", "max_age_seconds", "900", partial(parse_number, 0, 86_400),
        help="For how many seconds readers and caches need not ask again, up to a day.",
    ),
    Setting(
        "FEEDS_HUBS", "hubs", "", parse_urls,
        help="The WebSub hubs that push your feeds: absolute addresses with blanks or commas between them.",
    ),
    Setting(
        "FEEDS_CACHE_MB", "cache_mb", "64", partial(parse_number, 1, 65_536),
        help="How many MiB of finished feeds each worker process keeps in memory.",
    ),
    Setting(
        "DATABASE_URL", "database_url", "sqlite:///catalog.sqlite3", parse_database_url,
        is_secret=True,
        help="Where the catalog is kept: `sqlite:///PATH` or `postgresql://…`.",
    ),
    Setting(
        "PORT", "port", "8000", partial(parse_number, 1, 65_535),
        help="The port the server listens on.",
    ),
    Setting(
        "WEB_CONCURRENCY", "workers", "2", partial(parse_number, 1, 64),
        help="How many worker processes serve.",
    ),
)
# fmt: on

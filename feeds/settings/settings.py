"""Read the settings from the environment and report all their problems at once."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from feeds.model.entry import fingerprint
from feeds.model.errors import SettingsError
from feeds.model.feed import LinkChoice, Site
from feeds.model.query import Query
from feeds.model.shown_settings import ShownSettings
from feeds.model.stemmer import find_stemmer
from feeds.model.translation.texts import fingerprint_texts
from feeds.settings.definitions import PREFIX, SETTINGS, RelatedMode
from feeds.settings.publication import FooterLink
from feeds.settings.setting import LOCAL_URL, Setting, show_value
from feeds.settings.site_files import NO_FILES, SiteFiles, read_site_files

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

RENDERING_REVISION = 6
"""Increase this number when the program writes the same feeds in different bytes, to move `Last-Modified`."""

_ICON_PATH = "/static/icon.png"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of the publisher; `site_url` is absolute, without a slash at the end."""

    content: tuple[Path, ...]
    follow_links: bool
    site_url: str
    site_title: str
    site_description: str
    site_id: str
    language: str
    logo: str
    accent: str
    stylesheet: str
    footer_links: tuple[FooterLink, ...]
    imprint: str
    security_contacts: tuple[str, ...]
    security_expires: str
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
    files: SiteFiles = NO_FILES

    @classmethod
    def from_environ(
        cls, environ: Mapping[str, str], *, optional: Collection[str] = (), is_partial: bool = False
    ) -> Self:
        """Read every setting; an empty value or whitespace counts as unset.

        The files that `optional` settings name may be missing. `is_partial` settings may need others that are not in
        the environment.

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
        if not problems:
            values = read_site_files(values, problems, optional=optional)
            problems += () if is_partial else _find_incomplete(values)
        if problems:
            raise SettingsError("\n".join(problems))
        values["site_url"] = values["site_url"] or f"{LOCAL_URL}{values['port']}"
        return cls(**values)

    @property
    def site(self) -> Site:
        """The publisher, as feeds name it."""
        icon, logo = f"{self.site_url}{_ICON_PATH}", self.logo_url
        return Site(url=self.site_url, title=self.site_title, language=self.language, icon=logo or icon, logo=logo)

    @property
    def logo_url(self) -> str:
        """The absolute URL of the site's logo, with the version of a file beside the articles; empty without a logo."""
        if self.files.logo is None:
            return self.logo
        return f"{self.site_url}/static/{self.logo_name}?v={self.files.logo.version}"

    @property
    def logo_name(self) -> str:
        """The name under which the site serves the logo, a file beside the articles; empty without one."""
        return f"logo.{self.logo.rpartition('.')[2].lower()}" if self.files.logo else ""

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
        versions = [file.version for file in (self.files.logo, self.files.stylesheet) if file]
        looks = (self.logo, self.accent, self.stylesheet, self.footer_links, self.imprint, versions)
        pages = (*looks, self.security_contacts, self.security_expires)
        texts = tuple(filter(None, (fingerprint_texts(self.language),)))
        stemmer = find_stemmer(self.language).name
        optional = (*description, *tombstones, *((pages,) if any(pages) else ()), *texts)
        return fingerprint(msgspec.json.encode((RENDERING_REVISION, *shown, *optional, stemmer)))


def describe_settings(settings: Settings) -> list[tuple[Setting, str]]:
    """List every setting with its current value, with passwords hidden."""
    return [
        (setting, show_value(getattr(settings, setting.field), is_secret=setting.is_secret)) for setting in SETTINGS
    ]


def _find_incomplete(values: Mapping[str, Any]) -> Iterator[str]:
    if values["security_contacts"] and not values["security_expires"]:
        yield "FEEDS_SECURITY_CONTACT: no date; set FEEDS_SECURITY_EXPIRES to a date within a year too."
    if values["security_expires"] and not values["security_contacts"]:
        yield "FEEDS_SECURITY_EXPIRES: no contact; set FEEDS_SECURITY_CONTACT such as mailto:security@example.org too."


def _find_unknown(environ: Mapping[str, str]) -> Iterator[str]:
    known = [setting.name for setting in SETTINGS]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`feeds settings` lists all settings."
            yield f"{name}: unknown setting; {hint}"

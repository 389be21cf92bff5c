"""Define one setting: its variable, its default, and how its value is read and shown."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from feeds.model.errors import SettingsError

SITE_URL = "FEEDS_SITE_URL"
LOCAL_URL = "http://localhost:"

_SHOWN_CHARACTERS = 60

# The variables in which platforms give the app's own public address, the most reliable first.
_PLATFORM_NAMES = {
    "HEROKU_APP_DEFAULT_DOMAIN_NAME": "https://{}",
    "HEROKU_APP_NAME": "https://{}.herokuapp.com",
    "RENDER_EXTERNAL_URL": "{}",
    "FLY_APP_NAME": "https://{}.fly.dev",
    "RAILWAY_PUBLIC_DOMAIN": "https://{}",
    "KOYEB_PUBLIC_DOMAIN": "https://{}",
    "WEBSITE_HOSTNAME": "https://{}",
}


class Setting(msgspec.Struct, frozen=True):
    """One setting: its environment variable, its default as a person types it, and its purpose.

    `parse` raises ValueError with the text "expected ...". With `is_secret`, messages and listings hide the value.
    Feeds show a setting that `is_shown`. `file_key` is the name in `feeds.toml`; a setting without this name comes from
    the environment only. A value that `is_number` stands there without quotes, and one that `is_flag` as true or false.
    """

    name: str
    field: str
    default: str
    parse: Callable[[str], Any]
    help: str
    is_secret: bool = False
    is_shown: bool = False
    file_key: str = ""
    is_number: bool = False
    is_flag: bool = False

    @property
    def shown_default(self) -> str:
        """The default as settings have it."""
        return f"{LOCAL_URL}8000" if self.name == SITE_URL else show_value(self.parse(self.default))

    def is_set(self, environ: Mapping[str, str]) -> bool:
        """Return whether the environment has a value, or an empty text that drops any other value."""
        return self.name in environ or (self.name == SITE_URL and any(name in environ for name in _PLATFORM_NAMES))

    def find_variable(self, environ: Mapping[str, str]) -> str:
        """Return the name of the variable that gives the value; empty for the default value."""
        name, text = self._find(environ)
        return name if text and (name != self.name or environ.get(name, "").strip()) else ""

    def read(self, environ: Mapping[str, str]) -> Any:  # noqa: ANN401 each setting has a type of its own
        """Return the value, or the default if the variable is unset. Raises SettingsError."""
        name, text = self._find(environ)
        try:
            return self.parse(text)
        except ValueError as error:
            value = "invalid value" if self.is_secret else f"invalid value {_quote(text)}"
            raise SettingsError(f"{name}: {value}; {error}.") from None

    def _find(self, environ: Mapping[str, str]) -> tuple[str, str]:
        text = environ.get(self.name, "").strip()
        if self.name != SITE_URL or text:
            return self.name, text or self.default
        platform = next((name for name in _PLATFORM_NAMES if environ.get(name, "").strip()), None)
        return (platform, _PLATFORM_NAMES[platform].format(environ[platform].strip())) if platform else (self.name, "")


def hide_password(url: str) -> str:
    """Hide the password in a database URL, before the host and among the parameters."""
    # Match greedily up to the last `@`: a password may contain an `@` that its author forgot to encode.
    hidden = re.sub(r"(://[^/?#:@]*):.*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&][^=&]*(?:pass|secret|key)[^=&]*=)[^&#]*", r"\1***", hidden)


def show_value(value: object, *, is_secret: bool = False) -> str:
    """Write a value as a person types it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        separator = os.pathsep if value and isinstance(value[0], Path) else " "
        return separator.join(str(item) for item in value)
    text = str(value)
    if not is_secret:
        return text
    return hide_password(text) if text.startswith(("sqlite", "postgres")) else "***" * bool(text)


def _quote(text: str) -> str:
    shown = re.sub(r"//[^/?#]*@", "//***@", text)
    return f'"{shown[:_SHOWN_CHARACTERS]}{"…" if len(shown) > _SHOWN_CHARACTERS else ""}"'

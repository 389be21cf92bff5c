"""Read the settings from the environment; `feeds.settings.loading` adds those of `feeds.toml`."""

from feeds.settings.definitions import SETTINGS, RelatedMode
from feeds.settings.setting import Setting, hide_password
from feeds.settings.settings import (
    COLLECT_VARIABLE,
    FAILED,
    FINISHED,
    HOURLY,
    ONCE,
    OPEN_VARIABLE,
    PROGRESS_VARIABLE,
    WATCH,
    Settings,
    describe_settings,
)

__all__ = [
    "COLLECT_VARIABLE",
    "FAILED",
    "FINISHED",
    "HOURLY",
    "ONCE",
    "OPEN_VARIABLE",
    "PROGRESS_VARIABLE",
    "SETTINGS",
    "WATCH",
    "RelatedMode",
    "Setting",
    "Settings",
    "describe_settings",
    "hide_password",
]

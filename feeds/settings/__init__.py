"""Read the settings from the environment."""

from feeds.settings.settings import (
    COLLECT_VARIABLE,
    PROGRESS_VARIABLE,
    SETTINGS,
    RelatedMode,
    Setting,
    Settings,
    describe_settings,
    hide_password,
)

__all__ = [
    "COLLECT_VARIABLE",
    "PROGRESS_VARIABLE",
    "SETTINGS",
    "RelatedMode",
    "Setting",
    "Settings",
    "describe_settings",
    "hide_password",
]

"""Read the settings from the environment."""

from feeds.settings.settings import (
    PREFIX,
    RENDERING_REVISION,
    SETTINGS,
    Related,
    Settings,
    describe_settings,
    hide_password,
)

__all__ = [
    "PREFIX",
    "RENDERING_REVISION",
    "SETTINGS",
    "Related",
    "Settings",
    "describe_settings",
    "hide_password",
]

"""Read the settings from the environment."""

from feeds.settings.settings import SETTINGS, RelatedMode, Setting, Settings, describe_settings, hide_password

__all__ = ["SETTINGS", "RelatedMode", "Setting", "Settings", "describe_settings", "hide_password"]

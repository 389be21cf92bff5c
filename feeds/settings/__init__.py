"""Read the settings from the environment."""

from feeds.settings.settings import SETTINGS, Related, Setting, Settings, describe_settings, hide_password

__all__ = ["SETTINGS", "Related", "Setting", "Settings", "describe_settings", "hide_password"]

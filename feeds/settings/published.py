"""Keep the published value of a setting that is not set: a collect in another shell must not change every feed."""

from collections.abc import Mapping

from feeds.settings.definitions import SETTINGS
from feeds.settings.setting import LOCAL_URL, SITE_URL


def keep_published(environ: Mapping[str, str], published: Mapping[str, str]) -> dict[str, str]:
    """Return the published values, by the name of the setting, of settings that an environment does not set.

    `published` are the values that feeds showed at the last collect (`ShownSettings.values`).
    """
    kept = {
        setting.name: published[setting.name]
        for setting in SETTINGS
        if setting.is_shown and setting.name in published and not setting.is_set(environ)
    }
    if "PORT" in environ and kept.get(SITE_URL, "").startswith(LOCAL_URL):
        del kept[SITE_URL]  # the URL of this machine follows the port
    return kept

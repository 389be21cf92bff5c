"""Describe the settings that feeds show."""

from collections.abc import Mapping

import msgspec

from feeds.model.feed import LinkChoice
from feeds.model.query import Query

SETTINGS_FILE = "feeds.toml"
"""The name of the file beside the articles with settings that feeds show."""


class ShownSettings(msgspec.Struct, frozen=True):
    """The settings that feeds show.

    `fingerprint` changes with everything that the bytes of feeds depend on, apart from the catalog. `values` are texts
    as a person types them, by the name of the setting, without default values. The elements of entries depend on
    `link_choice` and `language`, and the home page on `defaults`, the query fields of every feed.
    """

    fingerprint: str = ""
    values: Mapping[str, str] = {}
    link_choice: LinkChoice = LinkChoice.WEB
    language: str = "en"
    defaults: Query = Query(limit=50)

    @property
    def shows_related(self) -> bool:
        """Whether feeds show related entries by default."""
        return self.defaults.with_related is not False

    def compare(self, before: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Return the value before and now of each setting with another value, by name; empty for the default value."""
        names = sorted(name for name in before.keys() | self.values.keys() if before.get(name) != self.values.get(name))
        return {name: (before.get(name, ""), self.values.get(name, "")) for name in names}

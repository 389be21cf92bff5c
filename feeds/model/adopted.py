"""Define what a publisher takes over from earlier feeds: the ids of entries, and the addresses of the feeds."""

from collections.abc import Mapping

import msgspec

from feeds.model.entry import AdoptedIds

MAX_FEEDS = 100
MAX_ENTRIES = 10_000
MAX_ID_BYTES = 2_000
SPARE_PREFIX = "tag:topic-feeds.invalid,2021:"
"""The beginning of the ids of stories whose URL is the id of another story; no earlier feed can have such an id."""


class AdoptedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of a file `adopted.yaml`.

    `feeds` maps the URL of each earlier feed to the path of the feed that answers there now, such as `/feed.rss`.
    `entries` maps the URLs of stories to the ids by which subscribers know them. No id belongs to two stories.
    """

    feeds: Mapping[str, str] = {}
    entries: Mapping[str, AdoptedIds] = {}


class Adoption(msgspec.Struct, frozen=True):
    """Everything taken over: the ids by the URL of the story, and the URL of the story by each id."""

    ids: Mapping[str, AdoptedIds] = {}
    owners: Mapping[str, str] = {}

    def is_taken(self, id: str, *, by: str) -> bool:
        """Return whether an id belongs to another story than the story with the URL `by`."""
        return self.owners.get(id, by) != by


NOTHING_ADOPTED = Adoption()


def list_owners(entries: Mapping[str, AdoptedIds]) -> dict[str, str]:
    """Return the URL of the story by each id."""
    return {id: url for url, ids in entries.items() for id in ids.all}

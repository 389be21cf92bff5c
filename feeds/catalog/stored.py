"""Files, mentions, topics, entries and the last collect, as the collector reads and writes each.

Times are whole seconds since 1970-01-01T00:00:00Z.
"""

from collections.abc import Iterable

import msgspec

from feeds.catalog.rows import Record
from feeds.model.adopted import AdoptedFile
from feeds.model.entry import Entry
from feeds.model.errors import Problem


class CollectState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the catalog after the last collect.

    `version` counts the commits with changes to feeds, and `committed` is the time of the last commit. `changed` is the
    time of the last commit with visible changes, 0 if there was none after the first collect. The first collect was
    committed at `created`, and the last collect began at `collected`. `closed` is the first open UTC day, counted from
    1970-01-01: earlier days are closed for digests. `entries` counts all entries. `settings_changed` is the time of the
    last commit with other settings than before, 0 if there was none. `charted` is the time of the last commit with
    other charts of entries by week. `shown_values` are the settings that feeds show, as a JSON object.
    """

    version: int = 0
    committed: int = 0
    changed: int = 0
    created: int = 0
    collected: int = 0
    closed: int = 0
    entries: int = 0
    settings_fingerprint: str = ""
    settings_changed: int = 0
    charted: int = 0
    shown_values: str = "{}"


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """An article file, as last read by the collector.

    `key` names the file within the content folder. `stamp` holds size and times; a file with an empty stamp is read
    again. `digest` is a hash of the bytes. A file `is_accepted` if any version became an article. `problems` are the
    problems of the last version.
    """

    key: str
    stamp: str
    digest: str
    is_accepted: bool
    problems: tuple[Problem, ...] = ()


class StoredMention(msgspec.Struct, frozen=True, order=True):
    """A mention of a URL: the file, the position in the file, and the draft of an entry.

    `path` is the key of the file. `role` is a value of `feeds.articles.mention.Role`. The mention counts from
    `released` to `expires`. `draft` is the draft as JSON, empty without one. Worker processes encode drafts, and drafts
    of unchanged mentions are never decoded.
    """

    path: str
    position: int
    url: str
    id: str
    role: str
    released: int | None
    expires: int | None
    draft: str


class StoredLabel(msgspec.Struct, frozen=True, order=True):
    """A topic label, as typed in a file; `path` is the key of the file, `topic` the key of the topic.

    `since` is the date of the article (None: no valid date), and `published` is 1 if the article is published.
    """

    path: str
    topic: str
    label: str
    since: int | None
    published: int


class StoredAdoption(msgspec.Struct, frozen=True):
    """A file of adopted ids, as last read by the collector; `digest` is a hash of the bytes."""

    digest: str
    file: AdoptedFile


DESCRIBED = -(2**62)
"""The time since which a topic with a topic file is known."""


class StoredTopic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic.

    `slug` is empty if the topic has been merged into another topic and has no own feed. `origin` is the first slug of
    the topic. `parent` and `successor` are slugs of other topics, or empty. `retired` is the time of retirement.
    Subscribers know the topic from `since` on: the first date of an article with the topic, `DESCRIBED` for a topic
    with a topic file, None if no article has a date.
    """

    number: int
    key: str
    slug: str
    name: str
    description: str
    image: str
    parent: str
    origin: str
    retired: int | None
    successor: str
    since: int | None = None


class StoredEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry without the text.

    `number` identifies the row; the catalog chooses the number of a new entry. `provider` is a domain, `topics` are
    topic numbers in ascending order. The entry is shown from `released` until `expires`; then another version of it may
    follow. `peak_heat` is the highest heat in any collect. `since` is the time of the last change, figures included.
    Subscribers see the visible part as it is since `changed`, and the element of each format as it is since
    `atom_changed`, `rss_changed` and `json_changed`. The value of `updated` was `updated_before` until
    `updated_changed`: an RSS feed shows only the newest of its entries' values. `digest` is a hash of the visible part.
    """

    number: int = 0
    id: str
    kind: str
    type: str
    provider: str
    topics: tuple[int, ...]
    published: int
    released: int
    expires: int | None
    quality: int | None
    heat: int | None
    peak_heat: int | None
    since: int
    changed: int
    atom_changed: int
    rss_changed: int
    json_changed: int
    updated_changed: int = 0
    updated_before: int = 0
    digest: str


CHANGES = ("changed", "atom_changed", "rss_changed", "json_changed", "updated_changed", "updated_before")
"""The fields about the last visible change."""

_POSITION = ("kind", "provider", "published", "topics")
"""The fields that decide which feeds hold an entry, and where."""

FIGURES = ("type", "quality", "heat", "peak_heat")
"""The fields that only feeds of selected entries depend on."""


def has_moved(before: StoredEntry, after: StoredEntry) -> bool:
    """Return whether other feeds hold an entry, or hold it at another place."""
    return any(getattr(before, name) != getattr(after, name) for name in _POSITION)


def keep_changes(after: StoredEntry, before: StoredEntry, names: Iterable[str] = CHANGES) -> StoredEntry:
    """Return an entry with the times of change of the version before, by default all of them."""
    return msgspec.structs.replace(after, **{name: getattr(before, name) for name in names})


class TimedEntry(msgspec.Struct, frozen=True):
    """A version of an entry, shown from `entry.released` until `expires`, in seconds; None means without an end."""

    entry: Entry
    expires: int | None = None


class EntryChange(msgspec.Struct, frozen=True):
    """A new, changed or withdrawn entry.

    `before` is None for a new entry, `after` is None for a withdrawn entry. `content`, and `document` as JSON, are the
    visible part after the change; `content` is None if only figures changed or the entry was withdrawn.
    """

    before: StoredEntry | None
    after: StoredEntry | None
    content: Entry | None = None
    document: str = ""


class Replacement(msgspec.Struct, frozen=True, kw_only=True):
    """A released version of an entry that was replaced or withdrawn.

    `document` is the version as JSON, and `until` the time at which it ended, in seconds. `after` is the next version,
    None if the entry was withdrawn. With `has_same_content`, only figures or the type changed.
    """

    before: StoredEntry
    after: StoredEntry | None
    until: int
    document: str
    has_same_content: bool


def make_record(entry: StoredEntry, **columns: object) -> Record:
    """Return the row of an entry, with further or other columns."""
    return {**msgspec.structs.asdict(entry), "topics": " ".join(map(str, entry.topics)), **columns}

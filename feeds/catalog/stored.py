"""Files, mentions, topics, entries and the last collect, as the collector reads and writes them.

Times are whole seconds since 1970-01-01T00:00:00Z.
"""

import msgspec

from feeds.model.entry import Entry
from feeds.model.errors import Problem


class CollectState(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the catalog after its last collect.

    `version` counts the commits that changed feeds, `committed` is the time of the last of these commits, and `changed`
    the time of the last commit with a difference that subscribers see, 0 if there was none after the first collect. The
    first collect was committed at `created`, the last one began at `collected`. `closed` is the first UTC day, counted
    from 1970-01-01, that no collect has closed yet. `entries` counts all entries. Subscribers last saw the effect of
    different settings at `settings_changed`.
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


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """An article file, as it was when the collector last read it.

    `key` names the file within its content folder. `stamp` holds its size and times; if it is empty, the file has to be
    read again. `digest` is a hash of its bytes. The file `is_accepted` if any version of it became an article.
    `problems` are the problems of the last version.
    """

    key: str
    stamp: str
    digest: str
    is_accepted: bool
    problems: tuple[Problem, ...] = ()


class StoredMention(msgspec.Struct, frozen=True, order=True):
    """A mention of a URL: the file that makes it, the position in that file, and the draft of an entry.

    `path` is the key of the file. `role` is a value of `feeds.articles.mention.Role`. `draft` is the entry as JSON:
    worker processes encode it, and a mention that does not change is never decoded. It is empty if the article is not
    published.
    """

    path: str
    position: int
    url: str
    id: str
    role: str
    draft: str


class StoredLabel(msgspec.Struct, frozen=True, order=True):
    """A topic label, as the author of a file typed it; `path` is the key of the file, `topic` the key of the topic."""

    path: str
    topic: str
    label: str


class StoredTopic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic.

    `slug` is empty if the topic has been merged into another topic and has no feed of its own. `origin` is its first
    slug. `parent` and `successor` are slugs of other topics, or empty. `retired` is the time of its retirement.
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


class StoredEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry without its text.

    `number` identifies the row; the catalog chooses the number of a new entry. `provider` is a domain, `topics` are
    topic numbers in ascending order. The entry may be shown from `released` on. `peak_heat` is the highest heat that
    any collect has seen. Its current state, figures included, began at `since`; its visible part last changed at
    `changed`, and `digest` is a hash of the visible part.
    """

    number: int = 0
    id: str
    kind: str
    type: str
    provider: str
    topics: tuple[int, ...]
    published: int
    released: int
    quality: int | None
    heat: int | None
    peak_heat: int | None
    since: int
    changed: int
    digest: str


class EntryChange(msgspec.Struct, frozen=True):
    """A new, changed or withdrawn entry.

    `before` is None for a new entry, `after` is None for a withdrawn entry. `content` and its JSON, `document`, are the
    visible part after the change; `content` is None if only figures changed or the entry was withdrawn.
    """

    before: StoredEntry | None
    after: StoredEntry | None
    content: Entry | None = None
    document: str = ""

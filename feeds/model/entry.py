"""Define an entry, one item of a feed, in Atom's vocabulary (RFC 4287 section 4)."""

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

import msgspec


class Kind(StrEnum):
    """Where an entry comes from."""

    ARTICLE = "article"
    RELATED = "related"


class Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture at an absolute http(s) URL; sizes in CSS pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    title: str | None = None


class Provider(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who published the text first: a display name and a lower-case host name, empty where it is this site itself."""

    name: str
    domain: str


class Category(msgspec.Struct, frozen=True, order=True):
    """A topic as feeds show it: `term` is its slug, `label` its display name (RFC 4287 section 4.2.2)."""

    term: str
    label: str


class Reference(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another text that an entry points to."""

    url: str
    title: str
    provider: str = ""
    published: datetime | None = None


class Story(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields that articles, their related items and entries share.

    Texts are plain, without control characters. Datetimes are aware, in UTC, in whole seconds; None means that the
    front matter gives no date. `id` is empty unless the front matter gives one.
    """

    id: str = ""
    title: str
    url: str
    amp_url: str = ""
    cdn_amp_url: str = ""
    via_url: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    summary: str = ""
    image: Image | None = None
    provider: Provider
    authors: tuple[str, ...] = ()
    type: str = "article"
    language: str = ""
    quality: int | None = None
    heat: int | None = None


class Entry(Story, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a feed: everything that a subscriber can see, and the two figures that feeds select by.

    `id` is never empty. `body` and `embed` are sanitised HTML with absolute URLs. `released` is the time from which
    feeds may show the entry.
    """

    id: str
    published: datetime
    updated: datetime
    released: datetime
    kind: Kind
    body: str = ""
    embed: str = ""
    categories: tuple[Category, ...] = ()
    coverage: tuple[Reference, ...] = ()
    leads: tuple[Reference, ...] = ()


def encode_visible(entry: Entry) -> bytes:
    """Write as JSON all that a subscriber can see of an entry, which `quality` and `heat` are not.

    Empty fields are left out, so a field added later leaves the JSON of entries without it as it was.
    """
    return msgspec.json.encode(msgspec.structs.replace(entry, quality=None, heat=None))


def fingerprint(document: bytes) -> str:
    """Give 32 hexadecimal digits that differ whenever documents do."""
    return blake2b(document, digest_size=16).hexdigest()

"""Define entries, the items of a feed, and their parts in Atom's vocabulary (RFC 4287 section 4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

import msgspec


class Kind(StrEnum):
    """The origin of an entry."""

    ARTICLE = "article"
    RELATED = "related"


class Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture at an absolute http(s) URL; width and height are in CSS pixels."""

    url: str
    width: int | None = None
    height: int | None = None
    title: str | None = None


class Provider(msgspec.Struct, frozen=True, omit_defaults=True):
    """The original publisher: a display name and a lower-case host name, which is empty for this site itself."""

    name: str
    domain: str


class Category(msgspec.Struct, frozen=True, order=True):
    """A topic in a feed: `term` is the slug, `label` the display name (RFC 4287 section 4.2.2)."""

    term: str
    label: str


class Reference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A link from an entry to another story."""

    url: str
    title: str
    provider: str = ""
    published: datetime | None = None


class Correction(msgspec.Struct, frozen=True):
    """A correction that the editor of a story published on a date, as plain text."""

    date: datetime
    text: str


MAX_CORRECTIONS = 20
"""The maximum number of corrections of an entry."""


class Headline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of a story that a digest shows."""

    id: str = ""
    title: str
    url: str
    amp_url: str = ""
    cdn_amp_url: str = ""
    summary: str = ""
    image: Image | None = None
    provider: Provider


class DigestStory(Headline, frozen=True, kw_only=True, omit_defaults=True):
    """A headline in a digest, with its language as a BCP 47 tag; empty if unknown."""

    language: str = ""


class Story(Headline, frozen=True, kw_only=True, omit_defaults=True):
    """The fields that articles, their related items and entries share.

    Texts are plain, without control characters. URLs are URIs (RFC 3986), except `url`, which is an IRI (RFC 3987): it
    serves as the id, and an article and a related item with the same `url` are one story. Datetimes are aware, in UTC,
    in whole seconds; None means that the front matter gives no date. `id` is empty unless the front matter gives one.
    """

    via_url: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    type: str = "article"
    language: str = ""
    quality: int | None = None
    heat: int | None = None


class AdoptedIds(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The ids by which subscribers of earlier feeds know an entry; an empty text means no such id.

    `every` is the id in each format without another id. `is_permalink` is `isPermaLink` of the id in RSS; None means
    that the attribute follows from the link of the entry.
    """

    every: str = ""
    atom: str = ""
    rss: str = ""
    json: str = ""
    is_permalink: bool | None = None

    def find(self, format: str) -> str:
        """Return the id in a format: `atom`, `rss` or `json`; empty if the entry keeps its own id there."""
        id: str = getattr(self, format)
        return id or self.every

    @property
    def all(self) -> frozenset[str]:
        """Every id, in any format."""
        return frozenset((self.every, self.atom, self.rss, self.json)) - {""}


class Entry(Story, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a feed: everything that a subscriber can see, and type, quality and heat.

    `id` is never empty. `link_by_uri` turns `url` and the URLs of references into URIs. `body` and `embed` are
    sanitised HTML with absolute URLs. If `is_cut`, the body is longer than `body`, and `rest_words` are its further
    words, for search only. `released` is the time from which feeds may show the entry. `adopted` are its ids in earlier
    feeds. `corrections` are sorted newest first, and `updated` is no earlier than any of them.
    """

    id: str
    published: datetime
    updated: datetime
    released: datetime
    kind: Kind
    body: str = ""
    is_cut: bool = False
    rest_words: str = ""
    embed: str = ""
    categories: tuple[Category, ...] = ()
    coverage: tuple[Reference, ...] = ()
    leads: tuple[Reference, ...] = ()
    adopted: AdoptedIds | None = None
    corrections: tuple[Correction, ...] = ()

    def find_id(self, format: str) -> str:
        """Return the id that feeds in a format show: `atom`, `rss` or `json`."""
        return (self.adopted.find(format) if self.adopted else "") or self.id


# Made before any thread starts: two threads that both decode the first entry of a process would crash inside msgspec.
_DECODER = msgspec.json.Decoder(Entry)
_HEADLINE_DECODER = msgspec.json.Decoder(DigestStory)
_HEADLINES_DECODER = msgspec.json.Decoder(list[DigestStory])


def decode_entry(document: str) -> Entry:
    """Read an entry from JSON."""
    return _DECODER.decode(document)


def decode_headline(document: str) -> DigestStory:
    """Read the headline of an entry from JSON, in less than half of the time for the whole entry."""
    return _HEADLINE_DECODER.decode(document)


def encode_headlines(headlines: Sequence[DigestStory]) -> str:
    """Write headlines as JSON."""
    return msgspec.json.encode(headlines).decode()


def decode_headlines(document: str) -> list[DigestStory]:
    """Read headlines from JSON."""
    return _HEADLINES_DECODER.decode(document)


def drop_covered(entries: Iterable[Entry]) -> list[Entry]:
    """Leave out the entries already listed as coverage of another entry on the same page, unless they are corrected."""
    shown = list(entries)
    covered = {reference.url for entry in shown for reference in entry.coverage}
    return [entry for entry in shown if entry.coverage or entry.corrections or entry.url not in covered]


class FoldedStory(msgspec.Struct, frozen=True):
    """An entry with its coverage folded on a page; `newest` is the latest date of the entry and of this coverage."""

    entry: Entry
    newest: datetime


def fold_coverage(entries: Iterable[Entry]) -> list[FoldedStory]:
    """Fold the entries of a page that another entry covers into this entry, the story with the newest entry first."""
    shown = list(entries)
    dates = {entry.url: entry.published for entry in shown}
    stories = (
        FoldedStory(entry, max([entry.published, *(dates[each.url] for each in entry.coverage if each.url in dates)]))
        for entry in drop_covered(shown)
    )
    return sorted(stories, key=lambda story: story.newest, reverse=True)


def sort_corrections(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Sort corrections, newest first, without duplicates; those of one time stay in order."""
    return tuple(sorted(dict.fromkeys(corrections), key=lambda correction: correction.date, reverse=True))


def encode_visible(entry: Entry) -> bytes:
    """Write an entry as JSON without `type`, `quality`, `heat` and the time of release, which subscribers never see.

    Empty fields are left out. Thus a new field does not change the JSON of entries without a value.
    """
    shown = msgspec.structs.replace(entry, type="article", quality=None, heat=None, released=entry.published)
    return msgspec.json.encode(shown)


def fingerprint(document: bytes) -> str:
    """Return 32 hexadecimal digits that identify the content of a document."""
    return blake2b(document, digest_size=16).hexdigest()

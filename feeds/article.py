"""Turn one article file into a typed article, and report what is wrong with it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from feeds.entry import Image, Provider
from feeds.errors import Problem


class State(StrEnum):
    """What an article's front matter says about showing it."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REMOVED = "removed"


class Related(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An item under an article's `related`; `published` is None where it gives no date."""

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


class Article(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article file. `topics` are labels as the author typed them; `body` and `embed` are sanitised HTML.

    Texts are plain and hold no control characters. Datetimes are aware, in UTC, in whole seconds, `updated` never
    before `published`. `id` is empty unless the front matter gives one. Only a published article is sure to have
    a title and dates that mean something.
    """

    state: State
    id: str = ""
    title: str = ""
    url: str
    amp_url: str = ""
    cdn_amp_url: str = ""
    via_url: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    summary: str = ""
    body: str = ""
    embed: str = ""
    image: Image | None = None
    provider: Provider
    authors: tuple[str, ...] = ()
    type: str = "article"
    language: str = ""
    topics: tuple[str, ...] = ()
    quality: int | None = None
    heat: int | None = None
    related: tuple[Related, ...] = ()


def parse_article(data: bytes, path: str) -> tuple[Article, tuple[Problem, ...]]:
    """Parse one file."""
    raise NotImplementedError

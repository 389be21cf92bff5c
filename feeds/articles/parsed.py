"""The typed content of one article file."""

from datetime import datetime
from enum import StrEnum

import msgspec

from feeds.model.entry import Correction, Story
from feeds.model.errors import Problem


class PublicationState(StrEnum):
    """Whether feeds may show an article, according to its front matter."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REMOVED = "removed"


class Body(msgspec.Struct, frozen=True):
    """The rendered body of an article. `html` is empty if the body has nothing to show.

    If the HTML is cut, `rest_words` are the words after the cut, for search only.
    """

    html: str = ""
    is_cut: bool = False
    rest_words: str = ""


class RelatedItem(Story, frozen=True, kw_only=True, omit_defaults=True):
    """An item under an article's `related`."""


class Article(Story, frozen=True, kw_only=True, omit_defaults=True):
    """One article file. `topics` are labels as the author typed them; `embed` is sanitised HTML.

    `updated` is never before `published`. Only a published article is sure to have a title and meaningful dates. From
    `expires` on, the article is unpublished. `corrections` are sorted newest first. `removed` is the time at which an
    article was removed, if given.
    """

    state: PublicationState
    expires: datetime | None = None
    removed: datetime | None = None
    corrections: tuple[Correction, ...] = ()
    body: Body = Body()
    embed: str = ""
    topics: tuple[str, ...] = ()
    related: tuple[RelatedItem, ...] = ()


class TakenField(msgspec.Struct, frozen=True):
    """A field of an article, and the names of the fields, or the other place, that its value was taken from."""

    field: str
    origin: str


class ParsedFile(msgspec.Struct, frozen=True):
    """The content of a file: an article, or None for a page of a site that is not a post, and the file's warnings.

    `taken` says where the fields of a post in the shape of another tool come from; an article of the native shape has
    none.
    """

    article: Article | None
    problems: tuple[Problem, ...] = ()
    taken: tuple[TakenField, ...] = ()

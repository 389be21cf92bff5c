"""The typed content of one article file."""

from datetime import datetime
from enum import StrEnum

import msgspec

from feeds.model.entry import Story


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
    `expires` on, the article is unpublished.
    """

    state: PublicationState
    expires: datetime | None = None
    body: Body = Body()
    embed: str = ""
    topics: tuple[str, ...] = ()
    related: tuple[RelatedItem, ...] = ()

"""Take an article apart into mentions: what one file says of one URL, as the draft of an entry."""

from datetime import datetime
from enum import StrEnum

import msgspec

from feeds.articles.article import Article, PublicationState, RelatedItem
from feeds.model.entry import Category, Entry, Kind, Reference
from feeds.model.topics import topic_key


class Role(StrEnum):
    """In what way a file mentions a URL: as the article it is, in one of three states, or as a related item."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REMOVED = "removed"
    RELATED = "related"


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """What the file at `path` says of `url`; `position` is 0 for the article itself, then 1, 2, … for related items.

    `id` is the front matter's, or empty. `draft` is the entry that this mention alone would make, None where the
    article is not shown. A draft's categories hold topic keys as terms and the author's spelling as labels.
    """

    path: str
    position: int
    url: str
    id: str
    role: Role
    draft: Entry | None


def mentions_of(article: Article, path: str) -> list[Mention]:
    """Give the mentions in one article: itself first, then, where it is published, its related items in order."""
    role = Role(article.state)
    if article.state is not PublicationState.PUBLISHED or article.published is None:
        # What is not shown may have no URL, and then its id tells it from others.
        return [Mention(path=path, position=0, url=article.url or article.id, id=article.id, role=role, draft=None)]
    categories = _categories(article.topics)
    lead = _reference_to(article, article.published)
    coverage = tuple(_reference_to(item, item.published or article.published) for item in article.related)
    own = msgspec.structs.replace(
        _draft(article, categories=categories, published=article.published, released=article.published),
        kind=Kind.ARTICLE,
        body=article.body,
        embed=article.embed,
        coverage=coverage,
    )
    mentions = [Mention(path=path, position=0, url=article.url, id=article.id, role=role, draft=own)]
    for position, item in enumerate(article.related, start=1):
        # An item without a date takes its lead's: it was news when the story was.
        published = item.published or article.published
        released = max(published, article.published)
        draft = _draft(item, categories=categories, published=published, released=released, leads=(lead,))
        mentions.append(Mention(path=path, position=position, url=item.url, id=item.id, role=Role.RELATED, draft=draft))
    return mentions


def _categories(labels: tuple[str, ...]) -> tuple[Category, ...]:
    by_key = {topic_key(label): label for label in reversed(labels)}
    return tuple(Category(term=key, label=label) for key, label in sorted(by_key.items()))


def _reference_to(text: Article | RelatedItem, published: datetime) -> Reference:
    return Reference(url=text.url, title=text.title, provider=text.provider.name, published=published)


def _draft(
    text: Article | RelatedItem,
    *,
    categories: tuple[Category, ...],
    published: datetime,
    released: datetime,
    leads: tuple[Reference, ...] = (),
) -> Entry:
    return Entry(
        id=text.id or text.url,
        kind=Kind.RELATED,
        title=text.title,
        url=text.url,
        amp_url=text.amp_url,
        cdn_amp_url=text.cdn_amp_url,
        via_url=text.via_url,
        published=published,
        updated=max(text.updated or published, published),
        released=released,
        summary=text.summary,
        image=text.image,
        provider=text.provider,
        authors=text.authors,
        type=text.type,
        language=text.language,
        categories=categories,
        leads=leads,
        quality=text.quality,
        heat=text.heat,
    )

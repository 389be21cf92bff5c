"""Split an article into mentions: the content of one file about one URL, as the draft of an entry."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import accumulate

import msgspec

from feeds.articles.parsed import Article, PublicationState, RelatedItem
from feeds.model.clock import to_seconds
from feeds.model.entry import Category, Entry, Kind, Reference, Story
from feeds.model.topics import topic_key

_MAX_COVERAGE_CHARACTERS = 20_000
"""Maximum length of the coverage in one entry. Readers refuse feeds of several MiB."""


class Role(StrEnum):
    """How a file mentions a URL: as its article, in one of three states, or as a related item."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REMOVED = "removed"
    RELATED = "related"


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """The mention of `url` in the file at `path`; `position` is 0 for the article, and 1, 2, … for related items.

    `id` comes from the front matter, or is empty. The mention counts from `released` to `expires`, in seconds: an
    article is released on its date of publication (None: no valid date), a related item not before its lead. `draft` is
    the entry made from this mention alone. The categories of a draft have topic keys as terms and the author's
    spellings as labels.

    The draft of a hidden article is None, or holds the little that others need, and neither title nor text: of an
    unpublished article the corrections, of a removed article what a tombstone needs, with the time of removal as
    `updated`.
    """

    path: str
    position: int
    url: str
    id: str
    role: Role
    released: int | None
    expires: int | None
    draft: Entry | None


def count_covered(related: Sequence[RelatedItem]) -> int:
    """Return how many of the related items the entry of their article can list, from the first on."""
    sizes = (len(item.url) + len(item.title) + len(item.provider.name) for item in related)
    return sum(size <= _MAX_COVERAGE_CHARACTERS for size in accumulate(sizes))


def list_mentions(article: Article, path: str) -> list[Mention]:
    """List the mentions in one article: first the article, then, if it is published, its related items in order."""
    role = Role(article.state)
    expires = to_seconds(article.expires) if article.expires else None
    date = to_seconds(article.published) if article.published else None
    own = Mention(
        path=path,
        position=0,
        url=article.url,
        id=article.id,
        role=role,
        released=date,
        expires=expires,
        draft=None,
    )
    if article.state is not PublicationState.PUBLISHED or article.published is None:
        return [msgspec.structs.replace(own, draft=_make_hidden_draft(article))]
    categories = make_categories(article.topics)
    lead = _make_reference(article, article.published)
    covered = article.related[: count_covered(article.related)]
    coverage = tuple(_make_reference(item, item.published or article.published) for item in covered)
    draft = msgspec.structs.replace(
        _make_draft(article, categories=categories, published=article.published, released=article.published),
        kind=Kind.ARTICLE,
        body=article.body.html,
        is_cut=article.body.is_cut,
        rest_words=article.body.rest_words,
        embed=article.embed,
        coverage=coverage,
        corrections=article.corrections,
    )
    mentions = [msgspec.structs.replace(own, draft=draft)]
    for position, item in enumerate(article.related, start=1):
        # An item without a date takes the date of its lead.
        published = item.published or article.published
        released = max(published, article.published)
        draft = _make_draft(item, categories=categories, published=published, released=released, leads=(lead,))
        mentions.append(
            Mention(
                path=path,
                position=position,
                url=item.url,
                id="",
                role=Role.RELATED,
                released=to_seconds(released),
                expires=expires,
                draft=draft,
            )
        )
    return mentions


def make_categories(labels: tuple[str, ...]) -> tuple[Category, ...]:
    """Return the topics of labels, by key, each in the spelling of its first label."""
    by_key = {topic_key(label): label for label in reversed(labels)}
    return tuple(Category(term=key, label=label) for key, label in sorted(by_key.items()))


def _make_hidden_draft(article: Article) -> Entry | None:
    """Make the draft of a hidden article; None if nobody needs one, or the article has no date."""
    published = article.published
    if published is None:
        return None
    is_removed = article.state is PublicationState.REMOVED
    last_change = max(article.updated or published, *(correction.date for correction in article.corrections), published)
    removed = article.removed or last_change
    # Nobody knows an article that was removed before its publication.
    if removed < published if is_removed else not article.corrections:
        return None
    return Entry(
        id=article.id or article.url,
        kind=Kind.ARTICLE,
        title="",
        url=article.url,
        provider=article.provider,
        published=published,
        updated=removed if is_removed else last_change,
        released=published,
        categories=make_categories(article.topics) if is_removed else (),
        corrections=() if is_removed else article.corrections,
    )


def _make_reference(story: Story, published: datetime) -> Reference:
    return Reference(url=story.url, title=story.title, provider=story.provider.name, published=published)


def _make_draft(
    story: Story,
    *,
    categories: tuple[Category, ...],
    published: datetime,
    released: datetime,
    leads: tuple[Reference, ...] = (),
) -> Entry:
    return Entry(
        id=story.id or story.url,
        kind=Kind.RELATED,
        title=story.title,
        url=story.url,
        amp_url=story.amp_url,
        cdn_amp_url=story.cdn_amp_url,
        via_url=story.via_url,
        published=published,
        updated=max(story.updated or published, published),
        released=released,
        summary=story.summary,
        image=story.image,
        provider=story.provider,
        authors=story.authors,
        type=story.type,
        language=story.language,
        categories=categories,
        leads=leads,
        quality=story.quality,
        heat=story.heat,
    )

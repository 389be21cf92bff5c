"""Merge the mentions of a URL into a single entry: pure functions, with the same result in any order of files."""

from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from feeds.articles.mention import Mention, Role
from feeds.model.clock import from_seconds, to_seconds
from feeds.model.entry import MAX_CORRECTIONS, Category, Correction, Entry, Kind, Reference, sort_corrections
from feeds.model.links import link_by_uri
from feeds.model.topics import TopicName


def group_by_url(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Group mentions by URL; a hidden article without a URL says nothing about any entry."""
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.url:
            groups.setdefault(mention.url, []).append(mention)
    return groups


def merge(
    id: str, mentions: Sequence[Mention], *, names: Mapping[str, TopicName], removed_urls: Container[str], at: int
) -> Entry | None:
    """Merge all mentions of a URL into the entry with an id at a time, in seconds; return None if it is not shown.

    Only released mentions count, until they expire. `released` of the result is the last time before `at` at which the
    clock alone changed the entry.

    A removed article suppresses the entry. A published article becomes the entry. Without an article, the related items
    become the entry, with the topics and leads of all items. `names` maps topic keys to slugs and display names.
    Coverage in `removed_urls` is left out. The corrections in all files of the URL count from their dates on, also if
    the article has become a related item.
    """
    if any(mention.role is Role.REMOVED for mention in mentions):
        return None
    current = [mention for mention in mentions if _is_current(mention, at)]
    articles = _drafts(current, Role.PUBLISHED)
    related = _drafts(current, Role.RELATED)
    if articles:
        entry = _merge_articles(articles, removed_urls=removed_urls)
    elif related:
        entry = _merge_related(related)
    else:
        return None
    changes = [mention.released or 0 for mention in current if mention.role is _ROLES[entry.kind]]
    changes += [mention.expires for mention in mentions if mention.expires is not None and mention.expires <= at]
    corrections = _find_corrections(mentions, at)
    changes += corrections.values()
    if corrections or entry.corrections:
        entry = _replace_corrections(entry, corrections)
    categories = _name_categories(entry.categories, names)
    return link_by_uri(
        msgspec.structs.replace(entry, id=id, categories=categories, released=from_seconds(max(changes)))
    )


_ROLES = {Kind.ARTICLE: Role.PUBLISHED, Kind.RELATED: Role.RELATED}


def _is_current(mention: Mention, at: int) -> bool:
    is_released = mention.released is not None and mention.released <= at
    return is_released and (mention.expires is None or at < mention.expires)


def _find_corrections(mentions: Iterable[Mention], at: int) -> dict[Correction, int]:
    """Return the corrections in the files of a URL that count at a time, each with the time from which it counts."""
    files = [mention for mention in mentions if mention.draft and mention.draft.corrections]
    found: dict[Correction, int] = {}
    for mention in sorted(files, key=lambda mention: mention.path):
        for correction in mention.draft.corrections if mention.draft else ():
            since = max(to_seconds(correction.date), mention.released or 0)
            if since <= at:
                found[correction] = min(since, found.get(correction, since))
    return found


def _replace_corrections(entry: Entry, corrections: Iterable[Correction]) -> Entry:
    newest = sort_corrections(corrections)[:MAX_CORRECTIONS]
    updated = max([entry.updated, *(correction.date for correction in newest[:1])])
    return msgspec.structs.replace(entry, corrections=newest, updated=updated)


def _drafts(mentions: Iterable[Mention], role: Role) -> list[Entry]:
    """Return the drafts in `role`, the newest draft first, ties by path; the first draft becomes the entry."""
    chosen = [mention for mention in mentions if mention.role is role and mention.draft is not None]
    chosen.sort(key=lambda mention: (mention.path, mention.position))
    drafts = [mention.draft for mention in chosen if mention.draft is not None]
    return sorted(drafts, key=_recency, reverse=True)


def _recency(draft: Entry) -> tuple[object, ...]:
    lead = draft.leads[0].published if draft.leads else None
    return (lead or draft.published, draft.updated, draft.published)


def _merge_articles(drafts: Sequence[Entry], *, removed_urls: Container[str]) -> Entry:
    coverage: dict[str, Reference] = {}
    for draft in drafts:
        for reference in draft.coverage:
            if reference.url not in removed_urls:
                coverage.setdefault(reference.url, reference)
    return msgspec.structs.replace(drafts[0], coverage=tuple(coverage.values()))


def _merge_related(drafts: Sequence[Entry]) -> Entry:
    leads: dict[str, Reference] = {}
    for draft in drafts:
        for lead in draft.leads:
            leads.setdefault(lead.url, lead)
    return msgspec.structs.replace(
        drafts[0],
        leads=tuple(leads.values()),
        categories=tuple(
            {category.term: category for draft in reversed(drafts) for category in draft.categories}.values()
        ),
    )


def _name_categories(categories: Iterable[Category], names: Mapping[str, TopicName]) -> tuple[Category, ...]:
    # Two labels may mean one topic.
    named = {names[category.term] for category in categories}
    return tuple(sorted(Category(term=name.slug, label=name.name) for name in named))

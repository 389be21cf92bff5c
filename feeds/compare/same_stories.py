"""Find the stories that come under another id, and those that are lost: pure functions over entries and mentions."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

from feeds.articles.mention import Role
from feeds.catalog.stored import StoredMention
from feeds.compare.differences import DoubledStory, LossCause, LostStory, Sameness, WithdrawalCause
from feeds.model.clock import to_seconds
from feeds.model.entry import Entry
from feeds.model.feed import Format
from feeds.model.uri import encode_uri

_TRACKING = re.compile(r"(?:^|&)utm_[^&=]*(?:=[^&]*)?")

_TitleKey: TypeAlias = tuple[str, datetime]
_Match: TypeAlias = tuple[str, Sameness]
"""The former id of a story, and how the story is recognised."""


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """What the files say about the entries that leave.

    `before` and `after` are the mentions of the entries in both states, and `in_files` all mentions in the new state of
    the files that mentioned the entries before.
    """

    before: Sequence[StoredMention] = ()
    after: Sequence[StoredMention] = ()
    in_files: Sequence[StoredMention] = ()


class StoryChanges(msgspec.Struct, frozen=True):
    """The doubled and lost stories, and why each entry leaves, by id."""

    doubled: tuple[DoubledStory, ...]
    lost: tuple[LostStory, ...]
    causes: Mapping[str, WithdrawalCause]


def compare_stories(
    before: Mapping[str, Entry], after: Mapping[str, Entry], mentions: Mentions, *, now: datetime
) -> StoryChanges:
    """Find doubled and lost stories among the entries of two states, both by id.

    A story is doubled if an entry with a new id has the URL of a former entry, or its title and date, or comes from the
    same file with the same title or date. An entry is lost if it leaves, is not doubled, and none of its files
    withdraws it.
    """
    added = {id: entry for id, entry in after.items() if id not in before}
    gone = {id: entry for id, entry in before.items() if id not in after}
    evidence = _Evidence(mentions, gone)
    found = dict(_find_doubled(added, before, gone=gone))
    found |= dict(_find_in_files(added, gone, evidence, found=found))
    doubled = (
        *(
            _describe_doubled(before[former], after[id], sameness, has_stayed=former in after)
            for id, (former, sameness) in found.items()
        ),
        *_find_doubled_in_formats(before, after),
    )
    causes = {former: WithdrawalCause.DOUBLED for former, _ in found.values() if former in gone}
    lost: list[LostStory] = []
    for id, entry in gone.items():
        if id not in causes:
            cause = evidence.find_cause(id, at=to_seconds(now))
            if isinstance(cause, LossCause):
                path = evidence.find_path(id)
                lost.append(LostStory(id=id, title=entry.title, url=entry.url, path=path, cause=cause))
            causes[id] = WithdrawalCause.LOST if isinstance(cause, LossCause) else cause
    return StoryChanges(doubled, tuple(lost), causes)


def _describe_doubled(former: Entry, entry: Entry, sameness: Sameness, *, has_stayed: bool) -> DoubledStory:
    formats = tuple(format for format in Format if former.find_id(format) != entry.find_id(format))
    return DoubledStory(
        id=entry.find_id(formats[0]),
        former_id=former.find_id(formats[0]),
        title=entry.title,
        url=entry.url,
        sameness=sameness,
        formats=formats,
        has_stayed=has_stayed,
    )


def _find_doubled_in_formats(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Iterator[DoubledStory]:
    """Yield the stories whose id differs in other formats than Atom only: adopted ids may depend on the format."""
    for id, entry in after.items():
        former = before.get(id)
        if former is None or (former.adopted == entry.adopted and former.id == entry.id):
            continue
        if any(former.find_id(format) != entry.find_id(format) for format in Format):
            yield _describe_doubled(former, entry, Sameness.URL, has_stayed=False)


def _find_doubled(
    added: Mapping[str, Entry], before: Mapping[str, Entry], *, gone: Collection[str]
) -> Iterator[tuple[str, _Match]]:
    """Yield each new id with the former id of the same story; an entry that has left is preferred."""
    urls: dict[str, str] = {}
    titles: dict[_TitleKey, str] = {}
    for id, entry in sorted(before.items(), key=lambda item: item[0] in gone):
        urls[normalize_url(entry.url)] = id
        titles[_find_title_key(entry)] = id
    for id, entry in added.items():
        if former := urls.get(normalize_url(entry.url)):
            yield id, (former, Sameness.URL)
        elif (former := titles.get(_find_title_key(entry), "")) and (
            # Two publishers may give one title to two stories at one time.
            former in gone or before[former].provider.domain == entry.provider.domain
        ):
            yield id, (former, Sameness.TITLE)


def normalize_url(url: str) -> str:
    """Return a URL without scheme, `www.`, closing slash and tracking parameters, for a comparison."""
    try:
        parts = urlsplit(url)
    except ValueError:  # from a bad host
        return url
    query = _TRACKING.sub("", parts.query).removeprefix("&")
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{query}{fragment}"


def normalize_title(title: str) -> str:
    """Return a title in lower case with single spaces, for a comparison."""
    return " ".join(title.casefold().split())


def _find_title_key(entry: Entry) -> _TitleKey:
    return normalize_title(entry.title), entry.published


def _find_in_files(
    added: Mapping[str, Entry], gone: Mapping[str, Entry], evidence: "_Evidence", *, found: Mapping[str, _Match]
) -> Iterator[tuple[str, _Match]]:
    """Yield each further new id of an article in the same file with the same title or date, and the former id."""
    matched = {former for former, _ in found.values()}
    ids = _map_names(added)
    for former, entry in gone.items():
        if former in matched:
            continue
        for article in evidence.list_articles_now(former):
            id = ids.get(article.id) or ids.get(encode_uri(article.url))
            if id and id not in found and _has_same_title_or_date(entry, added[id]):
                yield id, (former, Sameness.FILE)


def _has_same_title_or_date(entry: Entry, other: Entry) -> bool:
    return entry.published == other.published or normalize_title(entry.title) == normalize_title(other.title)


class _Evidence:
    """The mentions of the entries that leave, by id of the entry."""

    def __init__(self, mentions: Mentions, gone: Mapping[str, Entry]) -> None:
        urls = {entry.url: id for id, entry in gone.items()}
        # A file with the id of an entry, at another URL, may have competed for the id.
        self._before = _group(mentions.before, urls)
        self._after = _group(mentions.after, urls, ids={entry.id: id for id, entry in gone.items()})
        self._in_files: dict[str, list[StoredMention]] = {}
        for mention in mentions.in_files:
            self._in_files.setdefault(mention.path, []).append(mention)

    def list_articles_now(self, id: str) -> list[StoredMention]:
        """List the articles that the former files of an article hold now."""
        return [
            mention
            for path in self._list_paths(id)
            for mention in self._in_files.get(path, ())
            if mention.position == 0
        ]

    def find_path(self, id: str) -> str:
        """Return the former file of an entry: of its article, else of the first article that lists it."""
        found = sorted(self._before.get(id, ()), key=lambda mention: (mention.position > 0, mention.path))
        return found[0].path if found else ""

    def find_cause(self, id: str, *, at: int) -> WithdrawalCause | LossCause:
        """Return why an entry leaves; a file that still mentions the entry, or listed it, withdraws it on purpose."""
        now = self._after.get(id, [])
        for role, cause in _ROLES.items():
            if any(mention.role == role for mention in now):
                return cause
        if now:
            has_expired = any(mention.expires is not None and mention.expires <= at for mention in now)
            return WithdrawalCause.EXPIRED if has_expired else WithdrawalCause.SCHEDULED
        paths = self._list_paths(id)
        if paths:
            return LossCause.REPLACED if any(path in self._in_files for path in paths) else LossCause.DELETED
        leads = {mention.path for mention in self._before.get(id, ())}
        is_known = not leads or any(path in self._in_files for path in leads)
        return WithdrawalCause.UNLISTED if is_known else LossCause.DELETED

    def _list_paths(self, id: str) -> list[str]:
        """List the former files of an article; none for an entry that was only a related item."""
        return [mention.path for mention in self._before.get(id, ()) if mention.role == Role.PUBLISHED]


# In the order of their force.
_ROLES = {Role.REMOVED: WithdrawalCause.REMOVED, Role.UNPUBLISHED: WithdrawalCause.UNPUBLISHED}


def _map_names(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Map the names by which files may mention entries to ids."""
    names = {entry.url: id for id, entry in entries.items()}
    return names | {entry.id: id for id, entry in entries.items()}


def _group(
    mentions: Iterable[StoredMention], urls: Mapping[str, str], *, ids: Mapping[str, str] | None = None
) -> dict[str, list[StoredMention]]:
    """Group mentions by the id of the entry with the same URL, or with an id in `ids`."""
    groups: dict[str, list[StoredMention]] = {}
    for mention in mentions:
        id = urls.get(encode_uri(mention.url)) or (ids or {}).get(mention.id)
        if id:
            groups.setdefault(id, []).append(mention)
    return groups

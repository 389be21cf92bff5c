"""Choose the id of each URL, and resolve conflicting claims to one id: pure functions over mentions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from feeds.articles.mention import Mention, Role
from feeds.catalog.stored import StoredMention
from feeds.model.adopted import NOTHING_ADOPTED, SPARE_PREFIX, Adoption

_Rank = tuple[int, bool, float, str]


class IdConflict(msgspec.Struct, frozen=True, order=True):
    """Two article files, by key, that claim the same id; `winner` keeps the id."""

    loser: str
    winner: str


def make_spare_id(url: str) -> str:
    """Return the id of an article whose URL is the id of an earlier article; no front matter can give such an id."""
    return f"{SPARE_PREFIX}{url}"


def strip_spare_prefix(id: str) -> str:
    """Return the URL of the article with a spare id; any other id stays as it is."""
    return id.removeprefix(SPARE_PREFIX)


def assign_ids(mentions: Iterable[Mention], *, at: int, adoption: Adoption = NOTHING_ADOPTED) -> dict[str, str]:
    """Map each mentioned URL to the id of its entry at a time, in seconds, each id to one URL.

    `mentions` must include all mentions with a common URL or id. The oldest file at a URL that gives an id decides on
    the id of the URL. Of the URLs that claim the same id, the URL with the oldest published and released file keeps the
    id, ties by path. The other URLs are their own ids. No URL gets an id that another URL has adopted.
    """
    found = list(mentions)
    ids = {mention.url: mention.url for mention in found}
    claimed = {mention.id for mention in found if mention.id not in {"", mention.url}}
    denied = {url for url in ids if adoption.is_taken(url, by=url)}
    if claimed or denied:
        contenders = {mention.url for mention in found if mention.id or mention.url in claimed} | denied
        files = _group_files(mention for mention in found if mention.url in contenders)
        ids.update((url, id) for id, url in _resolve_claims(files, at=at, adoption=adoption).items())
    return ids


def find_conflicts(mentions: Iterable[Mention], *, at: int) -> list[IdConflict]:
    """Return the conflicts between article files at different URLs; `mentions` as for `assign_ids`."""
    files = _group_files(mentions)
    owners = _resolve_claims(files, at=at)
    return sorted(set(_list_conflicts(files, owners)))


def find_adopted_conflicts(mentions: Iterable[Mention | StoredMention], adoption: Adoption) -> dict[str, str]:
    """Return the articles whose id another URL has adopted: the URL by the path of the article file."""
    claims = ((mention, mention.id or mention.url) for mention in mentions if mention.role == Role.PUBLISHED)
    return {mention.path: adoption.owners[id] for mention, id in claims if adoption.is_taken(id, by=mention.url)}


def _list_conflicts(files: Mapping[str, Sequence[Mention]], owners: Mapping[str, str]) -> Iterator[IdConflict]:
    for url, own in files.items():
        if not own or _is_removed(own):
            continue
        claimed = _choose_given_id(own) or url
        owner = owners.get(claimed, url)
        if owner != url and files[owner]:
            loser, winner = _choose_claimant(own, claimed), _choose_claimant(files[owner], claimed)
            yield IdConflict(loser.path, winner.path)


def _group_files(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Group the articles by URL, oldest first, ties by path; the URL of related items alone has no articles."""
    files: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.url:
            of_url = files.setdefault(mention.url, [])
            if mention.role is not Role.RELATED:
                of_url.append(mention)
    for of_url in files.values():
        of_url.sort(key=_age)
    return files


def _age(mention: Mention) -> tuple[float, str]:
    return float("inf") if mention.released is None else mention.released, mention.path


def _resolve_claims(
    files: Mapping[str, Sequence[Mention]], *, at: int, adoption: Adoption = NOTHING_ADOPTED
) -> dict[str, str]:
    """Return the URL of each id: the URLs choose in the order of their ranks."""
    given = {url: _choose_given_id(own) for url, own in files.items()}
    ranked = [(_rank(own, gives_id=given[url] not in {"", url}, at=at), url) for url, own in files.items()]
    owners: dict[str, str] = {}
    for _, url in sorted(ranked):
        wanted = (given[url] or url, url, make_spare_id(url))
        owners[next(id for id in wanted if id not in owners and not adoption.is_taken(id, by=url))] = url
    return owners


def _choose_given_id(files: Sequence[Mention]) -> str:
    return next((file.id for file in files if file.id), "")


def _choose_claimant(files: Sequence[Mention], id: str) -> Mention:
    return next((file for file in files if file.id == id), files[0])


def _is_removed(files: Collection[Mention]) -> bool:
    return any(file.role is Role.REMOVED for file in files)


def _rank(files: Sequence[Mention], *, gives_id: bool, at: int) -> _Rank:
    """Return the sort key of a URL: published and released files first, then URLs that are their own ids.

    An expired file counts as published, so that no other entry changes its id when a file expires.
    """
    published = [file for file in files if file.role is Role.PUBLISHED]
    released = [file for file in published if file.released is not None and file.released <= at]
    if released and not _is_removed(files):
        return 0, False, *_age(released[0])
    date, path = _age(files[0]) if files else (float("inf"), "")
    return (2 if published else 1), gives_id, date, path

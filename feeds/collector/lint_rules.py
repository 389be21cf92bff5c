"""Find and describe problems within article files and between files."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from feeds.articles.files import locate_key
from feeds.articles.mention import Role
from feeds.catalog.stored import StoredAdoption
from feeds.catalog.writer import CatalogWriter
from feeds.collector.identity import IdConflict, find_adopted_conflicts, find_conflicts
from feeds.collector.linked_mentions import gather_mentions
from feeds.model.adopted import Adoption
from feeds.model.errors import Level, Problem
from feeds.model.topics import TopicName


def find_problems(
    writer: CatalogWriter, folders: Sequence[Path], *, keys: Collection[str] | None = None
) -> Iterator[Problem]:
    """Yield the problems of every article file, or of the files with the given keys, in any order.

    The problems of a file include articles with the same URL in other files.
    """
    sources = writer.sources
    yield from sources.read_problems(keys)
    for duplicates in sources.find_duplicates(None if keys is None else _list_published_urls(writer, keys)):
        yield from describe_duplicates([locate_key(folders, key) for key in duplicates])


def find_id_problems(
    writer: CatalogWriter, folders: Sequence[Path], *, at: int, keys: Collection[str] | None = None
) -> list[Problem]:
    """Return the conflicts about ids between all files, or between the files with the given keys and other files."""
    names: set[str] | None = None
    if keys is not None:
        own = [mention for mention in writer.sources.read_mentions_in(keys) if mention.position == 0]
        names = {name for mention in own for name in (mention.url, mention.id) if name}
    conflicts = _find_id_conflicts(writer, names=names, at=at)
    return describe_id_conflicts(
        (locate_key(folders, each.loser), locate_key(folders, each.winner))
        for each in conflicts
        if keys is None or each.loser in keys or each.winner in keys
    )


def find_adopted_id_problems(
    writer: CatalogWriter, folders: Sequence[Path], *, adoption: Adoption, keys: Collection[str] | None = None
) -> list[Problem]:
    """Return a problem for each article, or each in the files with the given keys, whose id another URL has adopted."""
    sources = writer.sources
    stored = sources.find_mentions(adoption.owners.keys()) if keys is None else sources.read_mentions_in(keys)
    conflicts = find_adopted_conflicts((mention for mention in stored if mention.position == 0), adoption)
    return describe_adopted_conflicts({locate_key(folders, key): url for key, url in conflicts.items()})


def find_clashes(
    writer: CatalogWriter,
    folders: Sequence[Path],
    *,
    clashes: Mapping[str, TopicName],
    changed: Container[str],
    keys: Collection[str] | None = None,
) -> Iterator[Problem]:
    """Yield a problem for each topic in `clashes`, which holds names by topic key.

    If `keys` of files are given, only topics in these files and topics with `changed` slugs are reported.
    """
    for topic, name in clashes.items():
        key = writer.sources.find_first_file(topic)
        # Nobody needs to rename a topic without articles.
        if key and (keys is None or key in keys or name.slug in changed):
            yield describe_clash(name, path=locate_key(folders, key))


def describe_duplicates(paths: Sequence[str]) -> list[Problem]:
    """Report the published articles with the same URL, except the first of `paths`."""
    first, *others = paths
    message = f"Same URL as {first}, so both articles become one entry; remove one."
    return [Problem(path, 1, 1, Level.WARNING, "duplicate-url", message) for path in others]


def describe_id_conflicts(conflicts: Iterable[tuple[str, str]]) -> list[Problem]:
    """Report each article whose id belongs to another article, and once each article that keeps such an id.

    A conflict is the path of the article without the id, and the path of the article that keeps the id.
    """
    problems: dict[tuple[str, str], Problem] = {}
    for loser, winner in sorted(conflicts):
        taken = f"{winner} keeps this article's id, because it was published first; give one of them another `id`."
        shared = f"{loser} claims this article's id; give one of them another `id`."
        for path, code, message in ((loser, "id-taken", taken), (winner, "id-shared", shared)):
            problems.setdefault((path, code), Problem(path, 1, 1, Level.ERROR, code, message))
    return list(problems.values())


def describe_adopted_conflicts(conflicts: Mapping[str, str]) -> list[Problem]:
    """Report each article whose id another URL has adopted; `conflicts` has the URL by the path of the article."""
    return [
        Problem(
            path,
            1,
            1,
            Level.ERROR,
            "id-adopted",
            f"adopted.yaml gives this article's id to {url}; give this article another `id`, or correct adopted.yaml.",
        )
        for path, url in sorted(conflicts.items())
    ]


def describe_unused_ids(files: Mapping[str, StoredAdoption | None], urls: Container[str]) -> Iterator[Problem]:
    """Report each file of adopted ids, by path, with ids for URLs that no article has."""
    for path, stored in files.items():
        unused = [url for url in (stored.file.entries if stored else ()) if url not in urls]
        if unused:
            more = f" and {len(unused) - 1:,} more URLs" if len(unused) > 1 else ""
            message = f"No article has the URL {unused[0]}{more}; if the URL of an article has changed, change it here."
            yield Problem(path, 1, 1, Level.WARNING, "adopted-unused", message)


def describe_clash(topic: TopicName, *, path: str) -> Problem:
    """Report a topic whose slug belongs to another topic; `path` is a file with the topic."""
    message = f"Topic “{topic.name}” is at /topics/{topic.slug}, because another topic has its URL; rename one."
    return Problem(path, 1, 1, Level.WARNING, "topic-clash", message)


def _list_published_urls(writer: CatalogWriter, keys: Collection[str]) -> set[str]:
    mentions = writer.sources.read_mentions_in(keys)
    return {mention.url for mention in mentions if mention.position == 0 and mention.role == Role.PUBLISHED}


def _find_id_conflicts(writer: CatalogWriter, *, names: Collection[str] | None, at: int) -> list[IdConflict]:
    """Return the conflicts between article files about ids at a time, of all files or of the URLs and ids `names`."""
    shared = writer.sources.find_shared_ids() if names is None else names
    return find_conflicts(gather_mentions(writer.sources, shared), at=at) if shared else []

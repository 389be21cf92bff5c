"""Read the files of adopted ids, keep the last good version of each, and find the affected entries."""

from collections.abc import Container, Mapping, Sequence

from feeds.articles.adopted_file import parse_adopted_file
from feeds.articles.content_file import ContentFile
from feeds.articles.file_reader import isolate_failures, read_file
from feeds.articles.files import Content
from feeds.catalog.stored import StoredAdoption
from feeds.catalog.writer import CatalogWriter
from feeds.collector.pending import PendingUpdates
from feeds.model.adopted import NOTHING_ADOPTED, AdoptedFile, Adoption, list_owners
from feeds.model.entry import fingerprint
from feeds.model.errors import ArticleError, Level, Problem, SettingsError


def read_adopted_files(
    writer: CatalogWriter, content: Content | None, *, pending: PendingUpdates, problems: list[Problem]
) -> Adoption:
    """Read the files of adopted ids, or return what is known if `content` is None; append problems to `problems`.

    A file with an error keeps the last good version. The entries of changed ids are added to `pending`.

    Raises:
        SettingsError: a file has an error, and a new catalog has no good version: with other ids, subscribers would see
            every story twice.
    """
    stored = writer.adopted.read_files()
    if content is None or not (stored or content.adopted):
        return make_adoption(stored)
    current, found = parse_adopted_files(content, known=stored)
    problems.extend(found)
    if pending.everything:
        _require_good(content, current, problems=found)
    adoption = make_adoption(current)
    if current != stored:
        pending.entry_names |= _list_affected(make_adoption(stored), adoption)
        writer.adopted.save_files(current)
    return adoption


def parse_adopted_files(
    content: Content, *, known: Mapping[str, StoredAdoption]
) -> tuple[dict[str, StoredAdoption], list[Problem]]:
    """Return each parsed file by key, and all problems; a file with an error or skipped keeps the `known` version.

    A file in a later content folder must not repeat a feed, a story or an id of the files before.
    """
    parsed = {key: file for key, file in known.items() if content.has_skipped(key)}
    problems: list[Problem] = []
    for file in content.adopted:
        before = known.get(file.key)
        try:
            with isolate_failures(file.path):
                parsed[file.key], found = _parse(file, before)
                _refuse_repetition(parsed, file)
            problems.extend(found)
        except ArticleError as error:
            problems.extend(error.problems)
            parsed.pop(file.key, None)
            if before:
                parsed[file.key] = before
    return parsed, problems


def make_adoption(files: Mapping[str, StoredAdoption]) -> Adoption:
    """Return the ids of all files together; of files with a common story or id, the first by key counts."""
    if not files:
        return NOTHING_ADOPTED
    adoption = Adoption({}, {})
    for _, stored in sorted(files.items()):
        owners = list_owners(stored.file.entries)
        repeated = {url for id, url in owners.items() if id in adoption.owners} | adoption.ids.keys()
        entries = {url: ids for url, ids in stored.file.entries.items() if url not in repeated}
        adoption = Adoption({**adoption.ids, **entries}, {**adoption.owners, **list_owners(entries)})
    return adoption


def _require_good(content: Content, parsed: Container[str], *, problems: Sequence[Problem]) -> None:
    for file in content.adopted:
        if file.key not in parsed:
            error = next(each for each in problems if each.path == file.path and each.level is Level.ERROR)
            place = f"{error.path}:{error.line}:{error.column}"
            raise SettingsError(
                f"{place}: {error.message} Without this file, all ids would change; nothing was collected."
            )


def _parse(file: ContentFile, known: StoredAdoption | None) -> tuple[StoredAdoption, tuple[Problem, ...]]:
    data = read_file(file.path)
    digest = fingerprint(data)
    if known and known.digest == digest:
        return known, ()
    parsed, problems = parse_adopted_file(data, file.path)
    return StoredAdoption(digest, parsed), problems


def _refuse_repetition(parsed: Mapping[str, StoredAdoption], file: ContentFile) -> None:
    own = parsed[file.key].file
    for key, other in parsed.items():
        if key != file.key and _repeats(own, other.file):
            message = f"This file repeats a feed, a story or an id of {key}; keep one of them."
            raise ArticleError(Problem(file.path, 1, 1, Level.ERROR, "adopted-twice", message))


def _repeats(one: AdoptedFile, other: AdoptedFile) -> bool:
    pairs = ((one.feeds, other.feeds), (one.entries, other.entries))
    owners = list_owners(one.entries), list_owners(other.entries)
    return any(first.keys() & second.keys() for first, second in (*pairs, owners))


def _list_affected(before: Adoption, after: Adoption) -> set[str]:
    """Return the URLs with other ids than before, and all these ids: other entries may have to give one up."""
    urls = {url for url in before.ids.keys() | after.ids.keys() if before.ids.get(url) != after.ids.get(url)}
    changed = (adoption.ids[url] for adoption in (before, after) for url in urls & adoption.ids.keys())
    return urls.union(*(ids.all for ids in changed))

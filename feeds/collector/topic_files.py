"""Read the topic metadata files, keep the last good version of each, and find the changed topics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from feeds.articles.content_file import ContentFile
from feeds.articles.file_reader import isolate_failures, read_file
from feeds.articles.files import Content
from feeds.articles.topic_file import locate_field, parse_topic_file
from feeds.catalog.writer import CatalogWriter
from feeds.collector.pending import PendingUpdates
from feeds.collector.topic_succession import TopicConflict, resolve_topic_files
from feeds.model.errors import ArticleError, Level, Problem
from feeds.model.topics import TopicFile, topic_key


def read_topic_files(
    writer: CatalogWriter, content: Content | None, *, pending: PendingUpdates, problems: list[Problem]
) -> list[TopicFile]:
    """Read the topic files, or return the known topics if `content` is None; append the problems to `problems`.

    An unparsable file keeps the last good version. The topics of changed files are added to `pending`.
    """
    stored = writer.topics.read_files()
    before, _ = resolve_topic_files(stored)
    if content is None:
        return before
    current, topics, found = parse_topic_files(content, known=stored)
    problems.extend(found)
    if current != stored:
        for topic in _list_changed(before, topics):
            pending.described_keys.update(topic.keys)
        writer.topics.save_files(current)
    return topics


def parse_topic_files(
    content: Content, *, known: Mapping[str, TopicFile]
) -> tuple[dict[str, TopicFile], list[TopicFile], list[Problem]]:
    """Return each parsed file by key, the topics described by all files together, and all problems.

    The problems include conflicts between files. An unparsable or skipped file keeps the `known` version.
    """
    parsed = {key: file for key, file in known.items() if content.has_skipped(key)}
    problems: list[Problem] = []
    for file in content.topics:
        try:
            with isolate_failures(file.path):
                parsed[file.key], found = parse_topic_file(read_file(file.path), file.path)
            problems.extend(found)
        except ArticleError as error:
            problems.extend(error.problems)
            if file.key in known:
                parsed[file.key] = known[file.key]
    parsed = dict(sorted(parsed.items()))
    topics, conflicts = resolve_topic_files(parsed)
    problems.extend(_make_problems(conflicts, content.topics))
    return parsed, topics, problems


def _make_problems(conflicts: Iterable[TopicConflict], files: Sequence[ContentFile]) -> Iterator[Problem]:
    paths = {file.key: file.path for file in files}
    for conflict in conflicts:
        if (path := paths.get(conflict.file)) is None:
            continue  # a skipped file
        yield Problem(path, *_find_field(path, conflict.field), Level.WARNING, conflict.code, conflict.message)


def _find_field(path: str, field: str) -> tuple[int, int]:
    try:
        with isolate_failures(path):
            return locate_field(read_file(path), path, field)
    except ArticleError:  # the file has changed since it was parsed
        return 1, 1


def _list_changed(before: Sequence[TopicFile], after: Sequence[TopicFile]) -> list[TopicFile]:
    """Return the old and new versions of changed topics."""
    old, new = ({topic_key(topic.name): topic for topic in topics} for topics in (before, after))
    keys = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    return [topics[key] for key in keys for topics in (old, new) if key in topics]

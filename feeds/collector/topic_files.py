"""Read the topic metadata files, keeping the last good version of each, and note which topics they change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from feeds.articles.files import ContentFile, read_file
from feeds.articles.topic_file import locate_field, parse_topic_file
from feeds.catalog.writer import CatalogWriter
from feeds.collector.sources import Affected
from feeds.collector.topic_succession import Fault, settle
from feeds.model.errors import ArticleError, Level, Problem
from feeds.model.topics import TopicFile, topic_key

_FACT = "topic_files"


def read_topic_files(
    writer: CatalogWriter, files: Sequence[ContentFile] | None, *, affected: Affected, problems: list[Problem]
) -> list[TopicFile]:
    """Give what the topic files say together, as known where `files` is None; their problems are added to `problems`.

    A file that stops parsing keeps what it last said. Topics that changed files name are noted in `affected`.
    """
    stored = msgspec.json.decode(writer.facts().get(_FACT, "{}"), type=dict[str, TopicFile])
    before, _ = settle(stored)
    if files is None:
        return before
    current, topics, found = parse_topic_files(files, known=stored)
    problems.extend(found)
    if current != stored:
        for topic in _differing(before, topics):
            affected.described.update(topic.keys)
        writer.set_facts({_FACT: msgspec.json.encode(current).decode()})
    return topics


def parse_topic_files(
    files: Sequence[ContentFile], *, known: Mapping[str, TopicFile]
) -> tuple[dict[str, TopicFile], list[TopicFile], list[Problem]]:
    """Read what each file says, what they all say together, and their problems, those between them included.

    A file that cannot be read says what is `known` of it.
    """
    parsed: dict[str, TopicFile] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            parsed[file.key], found = parse_topic_file(read_file(file.path), file.path)
            problems.extend(found)
        except ArticleError as error:
            problems.append(error.problem)
            if file.key in known:
                parsed[file.key] = known[file.key]
    topics, faults = settle(parsed)
    problems.extend(_place(faults, files))
    return parsed, topics, problems


def _place(faults: Iterable[Fault], files: Sequence[ContentFile]) -> Iterator[Problem]:
    paths = {file.key: file.path for file in files}
    for fault in faults:
        path = paths[fault.file]
        yield Problem(path, *_find_place(path, fault.field), Level.WARNING, fault.code, fault.message)


def _find_place(path: str, field: str) -> tuple[int, int]:
    try:
        return locate_field(read_file(path), path, field)
    except ArticleError:  # by now
        return 1, 1


def _differing(before: Sequence[TopicFile], after: Sequence[TopicFile]) -> list[TopicFile]:
    old, new = ({topic_key(topic.name): topic for topic in topics} for topics in (before, after))
    keys = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    return [topics[key] for key in keys for topics in (old, new) if key in topics]

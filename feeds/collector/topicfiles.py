"""Read the topic metadata files, keeping the last good version of each, and note which topics they change."""

from collections.abc import Sequence

import msgspec

from feeds.catalog.writer import CatalogWriter
from feeds.collector.recording import Affected
from feeds.errors import ArticleError, Problem
from feeds.folders import ContentFile, read_file
from feeds.topicfile import parse_topic_file
from feeds.topics import TopicFile

_FACT = "topic_files"


def read_topic_files(
    writer: CatalogWriter, files: Sequence[ContentFile] | None, *, affected: Affected, problems: list[Problem]
) -> list[TopicFile]:
    """Give what every topic file says, as known where `files` is None; their problems are added to `problems`.

    A file that stops parsing keeps what it last said. Topics that a changed file names are noted in `affected`.
    """
    stored = msgspec.json.decode(writer.facts().get(_FACT, "{}"), type=dict[str, TopicFile])
    if files is None:
        return list(stored.values())
    current = {}
    for file in files:
        try:
            current[file.key], found = parse_topic_file(read_file(file.path), file.path)
            problems.extend(found)
        except ArticleError as error:
            problems.append(error.problem)
            if file.key in stored:
                current[file.key] = stored[file.key]
    if current != stored:
        for topic in _differing(stored, current):
            affected.described.update(topic.keys)
        writer.set_facts({_FACT: msgspec.json.encode(current).decode()})
    return list(current.values())


def _differing(old: dict[str, TopicFile], new: dict[str, TopicFile]) -> list[TopicFile]:
    keys = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    return [files[key] for key in keys for files in (old, new) if key in files]

"""Check article and topic files without a catalog: every problem, in every file and between them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from feeds.articles.files import scan
from feeds.collector.collect import Progress
from feeds.collector.parallel import Reading, read_sources
from feeds.collector.problems import describe_clash, describe_duplicates
from feeds.collector.topic_files import parse_topic_files
from feeds.model.errors import Problem
from feeds.model.topics import assign_slugs, slugify


def check_folders(folders: Sequence[Path], *, progress: Progress) -> list[Problem]:
    """Find the problems of all files below the folders, by path and place.

    Raises:
        SettingsError: a folder does not exist or cannot be read.
    """
    content = scan(folders, now_ns=time.time_ns())
    articles = sorted(content.articles, key=lambda file: file.path)
    _, topics, problems = parse_topic_files(content.topics, known={})
    canonical = {key: topic.keys[0] for topic in topics for key in topic.keys}
    paths_by_url: dict[str, list[str]] = {}
    path_by_topic = {topic.keys[0]: "" for topic in topics}
    for done, reading in enumerate(read_sources([(file, "") for file in articles]), start=1):
        problems.extend(reading.problems)
        if url := _published_url(reading):
            paths_by_url.setdefault(url, []).append(reading.file.path)
        for key in (canonical.get(key, key) for key, _ in reading.labels):
            path_by_topic[key] = path_by_topic.get(key) or reading.file.path
        progress(done, len(articles))
    problems.extend(_compare(paths_by_url, path_by_topic))
    return sorted(problems)


def _published_url(reading: Reading) -> str:
    position, url, _, role, _ = (reading.mentions or [(0, "", "", "", "")])[0]
    return url if position == 0 and role == "published" else ""


def _compare(paths_by_url: Mapping[str, Sequence[str]], path_by_topic: Mapping[str, str]) -> Iterator[Problem]:
    for url, paths in paths_by_url.items():
        yield from describe_duplicates(url, paths)
    for key, slug in assign_slugs(path_by_topic).items():
        # A topic that no article names is nobody's concern.
        if slug != slugify(key) and path_by_topic[key]:
            yield describe_clash(key, slug, path=path_by_topic[key])

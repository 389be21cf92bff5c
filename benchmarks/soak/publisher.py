"""Publish new revisions of topics at an even pace; every article states its revision."""

import random
import time
from pathlib import Path
from threading import Event, Lock

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.settings import Settings

TOPICS = ("amber", "basin", "cedar", "delta", "ember", "fjord")
LIMIT = len(TOPICS)
"""Entries per feed: the newest of each topic, or six of one topic, so that archives exist."""

_ARTICLES = 8
_ARTICLE = """---
title: "Revision {revision} of {topic}, part {number}"
excerpt: "{text}"
publishedDateTime: 2024-05-{day:02}T07:{minute:02}:09Z
webUrl: "https://gazette.example/{topic}/{number}"
provider: {{name: The Gazette, domain: gazette.example}}
topics: [{topic}]
---

{text}
"""
_REPEATED = 20  # makes a feed larger than one packet


class CommitLog:
    """The revisions of each topic and the times of their commits; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._commits: dict[str, list[tuple[float, int]]] = {topic: [(0.0, 0)] for topic in TOPICS}

    def record(self, topic: str, revision: int, *, at: float) -> None:
        """Record a revision's commit `at` a time of the monotonic clock."""
        with self._lock:
            self._commits[topic].append((at, revision))

    def find_revision(self, topic: str, *, at: float) -> int:
        """Return the revision of a topic in the catalog `at` a time of the monotonic clock."""
        with self._lock:
            return next(revision for committed, revision in reversed(self._commits[topic]) if committed <= at)

    def count(self) -> int:
        """Count the commits."""
        with self._lock:
            return sum(len(commits) - 1 for commits in self._commits.values())


def write_revision(folder: Path, topic: str, revision: int) -> None:
    """Rewrite all articles of a topic."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"Revision {revision} of {topic}. " * _REPEATED
    for number in range(_ARTICLES):
        date = {"day": number + 1, "minute": TOPICS.index(topic)}
        article = _ARTICLE.format(topic=topic, revision=revision, number=number, text=text.strip(), **date)
        (folder / f"{topic}-{number}.md").write_text(article, encoding="utf-8")


def publish_until(stop: Event, settings: Settings, commit_log: CommitLog, *, every_seconds: float) -> None:
    """Publish the next revision of a random topic every `every_seconds`, until `stop` is set."""
    catalog = Catalog(settings.database_url)
    collector = Collector(catalog, settings.content, shown=settings.shown)
    rng = random.Random(1)  # noqa: S311 no secret
    revision = 0
    while not stop.wait(every_seconds):
        revision += 1
        topic = rng.choice(TOPICS)
        write_revision(settings.content[0], topic, revision)
        collector.collect()
        commit_log.record(topic, revision, at=time.monotonic())
    catalog.close()

"""Publish a new revision of a topic again and again; every article says which revision it is."""

import random
import time
from pathlib import Path
from threading import Event, Lock

from feeds.catalog.catalog import Catalog
from feeds.collector.collect import Collector
from feeds.settings import Settings

TOPICS = ("amber", "basin", "cedar", "delta", "ember", "fjord")
LIMIT = len(TOPICS)
"""How many entries feeds are to show: the newest of each topic, or six of one topic, so that there are archives."""

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
_REPEATED = 20  # so that a feed takes more than one packet


class Ledger:
    """What has been committed, and when; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._commits: dict[str, list[tuple[float, int]]] = {topic: [(0.0, 0)] for topic in TOPICS}

    def note(self, topic: str, revision: int, *, moment: float) -> None:
        """Note that a revision is in the catalog since a moment of the monotonic clock."""
        with self._lock:
            self._commits[topic].append((moment, revision))

    def find_revision(self, topic: str, *, moment: float) -> int:
        """Give the revision of a topic that was in the catalog at a moment of the monotonic clock."""
        with self._lock:
            return next(revision for noted, revision in reversed(self._commits[topic]) if noted <= moment)

    def count(self) -> int:
        """Count the commits."""
        with self._lock:
            return sum(len(commits) - 1 for commits in self._commits.values())


def write_revision(folder: Path, topic: str, revision: int) -> None:
    """Write all articles of a topic anew."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"Revision {revision} of {topic}. " * _REPEATED
    for number in range(_ARTICLES):
        date = {"day": number + 1, "minute": TOPICS.index(topic)}
        article = _ARTICLE.format(topic=topic, revision=revision, number=number, text=text.strip(), **date)
        (folder / f"{topic}-{number}.md").write_text(article, encoding="utf-8")


def publish_until(stop: Event, settings: Settings, ledger: Ledger, *, every_seconds: float) -> None:
    """Publish a random topic's next revision at an even pace until told to stop."""
    catalog = Catalog(settings.database_url)
    collector = Collector(catalog, settings.content, settings_fingerprint=settings.settings_fingerprint)
    rng = random.Random(1)  # noqa: S311 no secret
    revision = 0
    while not stop.wait(every_seconds):
        revision += 1
        topic = rng.choice(TOPICS)
        write_revision(settings.content[0], topic, revision)
        collector.collect()
        ledger.note(topic, revision, moment=time.monotonic())
    catalog.close()

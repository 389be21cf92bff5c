"""Read and parse article files, on all cores where there are many."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import TypeAlias

import msgspec

from feeds.articles.article import parse_article
from feeds.articles.files import ContentFile, read_file
from feeds.articles.mention import Mention, list_mentions
from feeds.model.errors import ArticleError, Problem

_CHUNK_FILES = 64
_POOL_FROM_FILES = 400  # fewer are parsed sooner than a pool of processes is up
_CHUNKS_AHEAD = 8  # bounds what waits in memory while the database catches up

Task: TypeAlias = tuple[ContentFile, str]
"""A file to read, and the digest under which the catalog knows it (empty: not known)."""

MentionRow: TypeAlias = tuple[int, str, str, str, str]
"""A mention as the catalog keeps it: position, url, id, role, draft as JSON."""


class Reading(msgspec.Struct, frozen=True):
    """What became of one file: `mentions` is None where its content is as known, or where it was rejected."""

    file: ContentFile
    digest: str
    rejected: bool = False
    problems: tuple[Problem, ...] = ()
    mentions: list[MentionRow] | None = None
    labels: tuple[tuple[str, str], ...] = ()


def read_sources(tasks: Sequence[Task]) -> Generator[Reading, None, None]:
    """Read files in the given order, many of them on all cores; to be closed by who does not take them all."""
    if len(tasks) < _POOL_FROM_FILES or not _can_fork():
        yield from map(read_source, tasks)
        return
    # Forked workers start at once; they touch nothing of this process but the code, least of all its database.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(mp_context=context, initializer=_follow_parent) as pool:
        chunks = (tasks[start : start + _CHUNK_FILES] for start in range(0, len(tasks), _CHUNK_FILES))
        pending = deque(pool.submit(_read_chunk, chunk) for chunk in islice(chunks, _CHUNKS_AHEAD))
        try:
            while pending:
                readings = pending.popleft().result()
                pending.extend(pool.submit(_read_chunk, chunk) for chunk in islice(chunks, 1))
                yield from readings
        finally:
            pool.shutdown(cancel_futures=True)  # whoever stops here need not wait for what is ahead


def _follow_parent() -> None:
    """Die quietly with the parent, whose signal handlers a fork takes along: a terminal's ^C reaches every process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process as soon as the parent is gone, even if that was killed.

    Without, the workers of a killed parent would wait for tasks for ever: each holds open the pipe that all wait on.
    """
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _can_fork() -> bool:
    """Say whether this is a single thread on Linux: a fork takes no other thread along, but the locks they hold."""
    threads = Path("/proc/self/task")
    return threads.is_dir() and len(list(threads.iterdir())) == 1


def _read_chunk(tasks: Iterable[Task]) -> list[Reading]:
    return [read_source(task) for task in tasks]


def read_source(task: Task) -> Reading:
    """Read and parse one file, unless its content is as known."""
    file, known_digest = task
    digest = ""
    try:
        data = read_file(file.path)
        digest = blake2b(data, digest_size=16).hexdigest()
        if digest == known_digest:
            return Reading(file, digest)
        article, problems = parse_article(data, file.path)
    except ArticleError as error:
        return Reading(file, digest, rejected=True, problems=(error.problem,))
    mentions = list_mentions(article, file.key)
    own = mentions[0].draft
    labels = tuple((category.term, category.label) for category in own.categories) if own else ()
    return Reading(file, digest, problems=problems, mentions=[_row(mention) for mention in mentions], labels=labels)


def _row(mention: Mention) -> MentionRow:
    draft = msgspec.json.encode(mention.draft).decode() if mention.draft else ""
    return mention.position, mention.url, mention.id, mention.role.value, draft

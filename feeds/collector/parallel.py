"""Read and parse article files, with a pool of processes if there are many files."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from hashlib import blake2b
from itertools import islice
from multiprocessing.connection import Connection
from typing import TypeAlias

import msgspec

from feeds.articles.article import parse_article_file
from feeds.articles.content_file import ContentFile
from feeds.articles.file_reader import describe_failure, isolate_failures, read_file
from feeds.articles.mention import Mention, Role, list_mentions, make_categories
from feeds.catalog.stored import StoredLabel, StoredMention
from feeds.collector.read_result import ReadResult, ReadTask
from feeds.model.errors import ArticleError, UnexpectedFailureError
from feeds.model.forking import can_fork, follow_parent

_CHUNK_FILES = 64
_MIN_POOL_FILES = 400  # parsing fewer files takes less time than starting a pool
_CHUNKS_AHEAD = 8  # limits the results in memory while the database is slower


ReadSources: TypeAlias = Callable[[Sequence[ReadTask]], Generator[ReadResult, None, None]]
"""A function that reads files in the given order; close the generator after a partial read."""


def read_sources(tasks: Sequence[ReadTask]) -> Generator[ReadResult, None, None]:
    """Read files in the given order; close the generator after a partial read.

    Many files are read on all cores. Where processes can be forked, a file that ends the process of its reader, such as
    a file on which a library crashes, is rejected.
    """
    if not can_fork():
        yield from map(read_source, tasks)
    elif len(tasks) < _MIN_POOL_FILES:
        yield from _read_carefully(tasks)
    else:
        yield from _read_in_pools(tasks)


def _read_in_pools(tasks: Sequence[ReadTask]) -> Generator[ReadResult, None, None]:
    chunks = deque(tasks[start : start + _CHUNK_FILES] for start in range(0, len(tasks), _CHUNK_FILES))
    while chunks:
        try:
            yield from _read_in_pool(chunks)
        except (BrokenProcessPool, MemoryError):
            # The pool does not tell which of its chunks has the file that ended a worker.
            for _ in range(min(_CHUNKS_AHEAD, len(chunks))):
                yield from _read_carefully(chunks.popleft())


def _read_in_pool(chunks: deque[Sequence[ReadTask]]) -> Generator[ReadResult, None, None]:
    """Read files, and remove each finished chunk.

    Raises:
        BrokenProcessPool: a worker has ended.
        MemoryError: a worker has no memory for its results.
    """
    # Forked workers start at once. They use only the code of this process, and never its database connection.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(mp_context=context, initializer=follow_parent) as pool:
        pending: deque[Future[list[ReadResult]]] = deque()
        try:
            while chunks:
                waiting = islice(chunks, len(pending), _CHUNKS_AHEAD)
                pending.extend(pool.submit(_read_chunk, chunk) for chunk in waiting)
                results = pending.popleft().result()
                chunks.popleft()
                yield from results
        finally:
            pool.shutdown(cancel_futures=True)  # do not wait for chunks that nobody will read


def _read_carefully(tasks: Sequence[ReadTask]) -> Generator[ReadResult, None, None]:
    """Read files in a process of their own, and report each file that ends the process."""
    if results := _read_in_child(tasks):
        yield from results
    elif len(tasks) == 1:
        file, _ = tasks[0]
        problem = describe_failure(file.path, "its process ended")
        yield ReadResult(file, "", is_rejected=True, problems=(problem,))
    elif tasks:
        middle = len(tasks) // 2
        yield from _read_carefully(tasks[:middle])
        yield from _read_carefully(tasks[middle:])


def _read_in_child(tasks: Sequence[ReadTask]) -> list[ReadResult]:
    """Read files in a forked process; return nothing if the process ended before."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_send_results, args=(tasks, sender))
    with receiver:
        with sender:
            child.start()
        try:
            results: list[ReadResult] = receiver.recv()
        except (EOFError, OSError):  # the child ended before or while it sent its results
            return []
        finally:
            child.kill()
            child.join()
            child.close()
    return results


def _send_results(tasks: Sequence[ReadTask], sender: Connection) -> None:
    follow_parent()
    sender.send(_read_chunk(tasks))


def _read_chunk(tasks: Iterable[ReadTask]) -> list[ReadResult]:
    return [read_source(task) for task in tasks]


def read_source(task: ReadTask) -> ReadResult:
    """Read a file, and parse changed content. A failure affects only this file."""
    file, known_digest = task
    digest = ""
    try:
        with isolate_failures(file.path):
            data = read_file(file.path)
            # The content of a post depends on the configuration of its site too.
            context = file.site.fingerprint.encode() if file.site else b""
            digest = blake2b(data, digest_size=16, key=context).hexdigest()
            return ReadResult(file, digest) if digest == known_digest else _parse(file, data, digest=digest)
    except UnexpectedFailureError as error:
        # Without a digest, the next collect reads the file again.
        return ReadResult(file, "", is_rejected=True, problems=error.problems)
    except ArticleError as error:
        return ReadResult(file, digest, is_rejected=True, problems=error.problems)


def _parse(file: ContentFile, data: bytes, *, digest: str) -> ReadResult:
    parsed = parse_article_file(data, file.path, key=file.key, site=file.site)
    article = parsed.article
    if article is None:
        return ReadResult(file, digest, problems=parsed.problems, mentions=[])
    mentions = list_mentions(article, file.key)
    own = mentions[0]
    is_published = int(own.role is Role.PUBLISHED)
    return ReadResult(
        file,
        digest,
        problems=parsed.problems,
        mentions=[_encode(mention) for mention in mentions],
        labels=tuple(
            StoredLabel(file.key, category.term, category.label, own.released, is_published)
            for category in make_categories(article.topics)
        ),
        taken=parsed.taken,
    )


def _encode(mention: Mention) -> StoredMention:
    draft = msgspec.json.encode(mention.draft).decode() if mention.draft else ""
    return StoredMention(
        mention.path,
        mention.position,
        mention.url,
        mention.id,
        mention.role.value,
        mention.released,
        mention.expires,
        draft,
    )

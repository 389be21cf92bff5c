"""Read files in a process of its own, for a process that cannot fork because it has threads."""

import multiprocessing
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from multiprocessing.connection import Connection

from feeds.collector.parallel import ReadSources, read_source, read_sources
from feeds.collector.read_result import ReadResult, ReadTask
from feeds.model.forking import can_fork

_BATCH_FILES = 64


@contextmanager
def reading_aside() -> Iterator[ReadSources]:
    """Yield a function like `read_sources` that reads files in a forked process; call this before starting threads.

    Whatever threads this process starts, a file that ends the process of its reader costs this file alone.
    """
    if not can_fork():
        yield read_sources
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, ours))
    process.start()
    theirs.close()
    try:
        yield _Requests(ours).read
    finally:
        ours.close()
        process.terminate()
        process.join()


class _Requests:
    """Requests to the reading process: a list of tasks, answered by lists of results and an empty list."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, tasks: Sequence[ReadTask]) -> Generator[ReadResult, None, None]:
        """Read files in the given order."""
        done = 0
        try:
            for results in self._request(tasks) if tasks else ():
                yield from results
                done += len(results)
        except (EOFError, OSError):  # somebody has ended the process
            yield from map(read_source, tasks[done:])

    def _request(self, tasks: Sequence[ReadTask]) -> Iterator[list[ReadResult]]:
        self._connection.send(tasks)
        try:
            while results := self._connection.recv():
                yield results
        except GeneratorExit:
            self._cancel()
            raise

    def _cancel(self) -> None:
        with suppress(EOFError, OSError):
            self._connection.send([])
            while self._connection.recv():
                pass


def _serve(connection: Connection, other: Connection) -> None:
    """Answer requests until the other process closes its end of the connection, or ends."""
    other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(EOFError, OSError):
        while True:
            if tasks := connection.recv():
                _answer(connection, tasks)


def _answer(connection: Connection, tasks: Sequence[ReadTask]) -> None:
    with closing(read_sources(tasks)) as results:
        while batch := list(islice(results, _BATCH_FILES)):
            connection.send(batch)
            if connection.poll():  # the request is cancelled
                break
    connection.send([])

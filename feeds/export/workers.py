"""Render documents on all cores, in forked processes that read the catalog over connections of their own."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import cache

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.export.rendering import Render, RenderedFiles, RenderPlan, render_all
from feeds.model.errors import CatalogError, ExportError
from feeds.model.forking import can_fork, follow_parent
from feeds.site.urls import Address

_CHUNK_ADDRESSES = 32  # adjacent addresses show the same entries, and a process renders an entry only once
_CHUNKS_AHEAD = 2  # for each process; limits the rendered files in memory
_MAX_PROCESSES = 8  # each process has a connection to the database


@contextmanager
def rendering_on_all_cores() -> Iterator[Render]:
    """Yield a function that renders addresses on all cores; call this before opening the catalog or starting threads.

    The processes render nothing if the catalog has changed since the caller opened it; the caller then renders alone.
    """
    processes = min(os.cpu_count() or 1, _MAX_PROCESSES)
    if processes == 1 or not can_fork():
        yield render_all
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=follow_parent) as pool:
        pool.submit(int)  # forks all processes now: a fork must not inherit an open database
        try:
            yield _Pool(pool, _CHUNKS_AHEAD * processes).render
        finally:
            pool.shutdown(cancel_futures=True)


class _Pool:
    def __init__(self, pool: ProcessPoolExecutor, chunks_ahead: int) -> None:
        self._pool = pool
        self._chunks_ahead = chunks_ahead

    def render(self, addresses: Sequence[Address], plan: RenderPlan, reader: CatalogReader) -> Iterator[RenderedFiles]:
        """Render addresses in the given order.

        Raises:
            ExportError: a process has ended.
        """
        if len(addresses) <= _CHUNK_ADDRESSES:
            yield from render_all(addresses, plan, reader)
            return
        state = _identify_state(reader)
        starts = range(0, len(addresses), _CHUNK_ADDRESSES)
        waiting = deque(addresses[start : start + _CHUNK_ADDRESSES] for start in starts)
        pending: deque[tuple[Sequence[Address], Future[list[RenderedFiles] | None]]] = deque()
        while waiting or pending:
            while waiting and len(pending) < self._chunks_ahead:
                chunk = waiting.popleft()
                pending.append((chunk, self._pool.submit(_render_chunk, chunk, plan, state)))
            chunk, future = pending.popleft()
            rendered = _wait(future)
            yield from render_all(chunk, plan, reader) if rendered is None else rendered


def _wait(future: Future[list[RenderedFiles] | None]) -> list[RenderedFiles] | None:
    try:
        return future.result()
    except BrokenProcessPool:
        raise ExportError(
            "A process of the export has ended, perhaps for lack of memory; the export is incomplete. Run it again."
        ) from None


def _identify_state(reader: CatalogReader) -> tuple[str, str]:
    state = reader.read_state()
    return state.generation, state.commit


_readers = ExitStack()  # open until the process ends


@cache
def _open_reader(database_url: str) -> CatalogReader:
    return _readers.enter_context(Catalog(database_url).reading())


def _render_chunk(addresses: Sequence[Address], plan: RenderPlan, state: tuple[str, str]) -> list[RenderedFiles] | None:
    """Render addresses in a process of the pool; return None if this process cannot read the catalog in this state."""
    try:
        reader = _open_reader(plan.settings.database_url)
    except CatalogError:
        return None
    return list(render_all(addresses, plan, reader)) if _identify_state(reader) == state else None

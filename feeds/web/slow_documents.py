"""Remember which documents took the longest to render, in all processes of this machine that share a folder."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from heapq import nlargest
from pathlib import Path
from threading import Lock

import msgspec

from feeds.site.publisher_report import SlowDocument

_KEPT = 200
_SHARED = 50
_FILES = "slow-documents-*.json"


class SlowDocuments:
    """The render times of the slowest documents by key. Threads may share the object.

    Processes with the same `folder` see each other's documents, also those of processes that have ended: each writes
    its own file, whenever its list of the slowest changes.
    """

    def __init__(self, folder: Path | None = None, *, identify: Callable[[], int] = os.getpid) -> None:
        self.folder = folder
        self._identify = identify
        self._times: dict[tuple[str, str], SlowDocument] = {}
        self._lock = Lock()

    def add(self, key: tuple[str, str], seconds: float) -> None:
        """Take the time of a rendering; of too many documents, the quickest is forgotten."""
        with self._lock:
            path, query = key
            before = self._times.get(key, SlowDocument(f"{path}?{query}" if query else path, 0, 0, 0))
            slowest = max(before.slowest_seconds, seconds)
            added = SlowDocument(before.url, before.count + 1, slowest, seconds, time.time())
            self._times[key] = added
            if len(self._times) > _KEPT:
                del self._times[min(self._times, key=lambda each: self._times[each].slowest_seconds)]
            if self.folder:
                self._write(added, self.folder)

    def list_slowest(self, *, limit: int) -> list[SlowDocument]:
        """List the documents with the slowest renderings, slowest first."""
        with self._lock:
            own = list(self._times.values())
        return _choose(_merge(_read(self.folder)) if self.folder else own, limit=limit)

    def _write(self, added: SlowDocument, folder: Path) -> None:
        """Share the slowest documents, if a document that was just rendered is one of them."""
        slowest = _choose(self._times.values(), limit=_SHARED)
        if added not in slowest:
            return
        name = _FILES.replace("*", str(self._identify()))
        unfinished = folder / f".{name}"
        with suppress(OSError):  # at the end of the server, the folder is removed
            unfinished.write_bytes(msgspec.json.encode(slowest))
            unfinished.replace(folder / name)


def _read(folder: Path) -> Iterator[SlowDocument]:
    for file in folder.glob(_FILES):
        with suppress(OSError):
            yield from msgspec.json.decode(file.read_bytes(), type=list[SlowDocument])


def _merge(documents: Iterable[SlowDocument]) -> Iterable[SlowDocument]:
    """Add up the renderings of each document by several processes."""
    merged: dict[str, SlowDocument] = {}
    for each in documents:
        other = merged.get(each.url, each)
        last = max(each, other, key=lambda one: one.last_time)
        merged[each.url] = SlowDocument(
            each.url,
            each.count + (other.count if other is not each else 0),
            max(each.slowest_seconds, other.slowest_seconds),
            last.last_seconds,
            last.last_time,
        )
    return merged.values()


def _choose(documents: Iterable[SlowDocument], *, limit: int) -> list[SlowDocument]:
    return nlargest(limit, documents, key=lambda each: each.slowest_seconds)

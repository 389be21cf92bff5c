"""Remember which documents took the longest to render in this process."""

from threading import Lock

import msgspec

_KEPT = 200


class RenderTimes(msgspec.Struct, frozen=True):
    """How often a document was rendered, and how long the slowest and the last rendering took."""

    count: int
    slowest_seconds: float
    last_seconds: float


class SlowDocuments:
    """The render times of the slowest documents by key. Threads may share the object."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], RenderTimes] = {}
        self._lock = Lock()

    def add(self, key: tuple[str, str], seconds: float) -> None:
        """Take the time of a rendering; of too many documents, the quickest is forgotten."""
        with self._lock:
            before = self._times.get(key, RenderTimes(0, 0, 0))
            self._times[key] = RenderTimes(before.count + 1, max(before.slowest_seconds, seconds), seconds)
            if len(self._times) > _KEPT:
                del self._times[min(self._times, key=lambda each: self._times[each].slowest_seconds)]

    def list_slowest(self, *, limit: int) -> list[tuple[tuple[str, str], RenderTimes]]:
        """List the keys with the slowest renderings, slowest first."""
        with self._lock:
            return sorted(self._times.items(), key=lambda item: -item[1].slowest_seconds)[:limit]

"""Remember which documents took the longest to render in this process."""

from threading import Lock

from feeds.site.publisher_report import SlowDocument

_KEPT = 200


class SlowDocuments:
    """The render times of the slowest documents by key. Threads may share the object."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], SlowDocument] = {}
        self._lock = Lock()

    def add(self, key: tuple[str, str], seconds: float) -> None:
        """Take the time of a rendering; of too many documents, the quickest is forgotten."""
        with self._lock:
            path, query = key
            before = self._times.get(key, SlowDocument(f"{path}?{query}" if query else path, 0, 0, 0))
            slowest = max(before.slowest_seconds, seconds)
            self._times[key] = SlowDocument(before.url, before.count + 1, slowest, seconds)
            if len(self._times) > _KEPT:
                del self._times[min(self._times, key=lambda each: self._times[each].slowest_seconds)]

    def list_slowest(self, *, limit: int) -> list[SlowDocument]:
        """List the documents with the slowest renderings, slowest first."""
        with self._lock:
            return sorted(self._times.values(), key=lambda each: -each.slowest_seconds)[:limit]

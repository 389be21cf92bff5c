"""Count requests and renderings, and write all metrics in the format of Prometheus.

Metrics have few labels with few values: never a path, a query or a reader.
"""

import os
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from feeds.web.metrics_folder import FOLDER_VARIABLE
from feeds.web.request_kind import name_kind
from feeds.web.request_log import AnsweredRequest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25)


class RequestMetrics:
    """The counts of this process, or with `FOLDER_VARIABLE` of all processes that share a folder."""

    def __init__(self) -> None:
        self.read_dropped: Callable[[], int] = lambda: 0
        """Returns the number of requests so far that are missing in all counts."""

        self._known_dropped = 0
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "topic_feeds_requests", "Answered requests.", ["kind", "status"], registry=self._registry
        )
        self._bytes = Counter(
            "topic_feeds_response_bytes", "Bytes of bodies, as sent.", ["kind"], registry=self._registry
        )
        self._renderings = Histogram(
            "topic_feeds_render_seconds",
            "Time to render a document that was not in the cache.",
            ["kind"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._dropped = Counter(
            "topic_feeds_requests_unobserved", "Answered requests missing in all other counts.", registry=self._registry
        )

    def add(self, requests: Mapping[AnsweredRequest, int]) -> None:
        """Count answered requests."""
        counts, sizes = Tally[tuple[str, str]](), Tally[str]()
        for request, count in requests.items():
            counts[request.kind, str(request.status)] += count
            sizes[request.kind] += request.size * count
        for (kind, status), count in counts.items():
            self._requests.labels(kind, status).inc(count)
        for kind, size in sizes.items():
            self._bytes.labels(kind).inc(size)
        dropped = self.read_dropped()
        self._dropped.inc(dropped - self._known_dropped)
        self._known_dropped = dropped

    def close(self) -> None:
        """Do nothing: every count is stored."""

    def add_rendering(self, key: tuple[str, str], seconds: float) -> None:
        """Count the rendering of the document at a canonical URL."""
        self._renderings.labels(name_kind(key)).observe(seconds)

    def write(self, others: Iterable[Metric], *, accept: str) -> tuple[bytes, str]:
        """Write the counts and other metrics in the format that a client accepts; return the bytes and their type."""
        registry = CollectorRegistry()
        if FOLDER_VARIABLE in os.environ:
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(_Given(self._registry.collect()))
        registry.register(_Given(others))
        encode, media_type = _choose_encoder(accept)
        return encode(registry), media_type


def _choose_encoder(accept: str) -> tuple[Callable[[Collector], bytes], str]:
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):  # the library compares versions without checking them
        return choose_encoder("")


class _Given(Collector):
    """Gives metrics to a registry."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def forget_process(number: int) -> None:
    """Note the end of a process; its counts stay."""
    multiprocess.mark_process_dead(number)  # type: ignore[no-untyped-call]

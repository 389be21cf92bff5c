"""Observe answered requests: a request appends one tuple, and a thread hands batches of them to consumers."""

import atexit
import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Event, Lock, Thread
from time import time
from typing import NamedTuple, Protocol

from feeds.web.request_kind import RequestKind, name_kind

DRAIN_SECONDS = 1.0
"""The pause between two batches."""

MAX_PENDING = 20_000
"""The most requests that wait for consumers; a worker of gunicorn answers fewer within `DRAIN_SECONDS`."""

_log = logging.getLogger(__name__)
_started: "list[RequestLog]" = []


MAX_USER_AGENT = 1_000
"""The number of characters of a User-Agent that are kept: clients may send thousands, and many requests wait."""


class AnsweredRequest(NamedTuple):
    """An answered request.

    `key` is the decoded path and the encoded query string: of a document, both canonical; of any other answer, the path
    as requested, and no query string. `size` is the length of the body as sent. `address` is the peer's, and must not
    be stored. `seconds` is how long the app took; None from the cache. `requested` is the path and the query string as
    requested, unless they are the key; they must not be stored either. `time` is in seconds since 1970, and up to
    `DRAIN_SECONDS` late.
    """

    key: tuple[str, str]
    status: int
    size: int
    method: str
    user_agent: str
    is_conditional: bool
    address: str
    seconds: float | None
    requested: str = ""
    time: int = 0

    @property
    def kind(self) -> RequestKind:
        """The kind of document at the URL."""
        return name_kind(self.key)


class RequestConsumer(Protocol):
    """Takes answered requests, in one thread at a time; it may wait, and then others are dropped and counted."""

    def add(self, requests: Mapping[AnsweredRequest, int]) -> None:
        """Take the numbers of equal requests in about a second, or an empty batch."""

    def close(self) -> None:
        """Store whatever is not stored yet: the process ends."""


class RequestLog:
    """Answered requests on their way to consumers.

    The thread starts at the first request that the app answers, and so after a fork: no document is cached before. The
    end of the process hands over the rest.
    """

    def __init__(self, consumers: Sequence[RequestConsumer]) -> None:
        self.dropped = 0
        """The number of requests that no consumer has seen."""

        self.pending: deque[tuple[object, ...]] = deque()
        """The fields of `AnsweredRequest` without the time; the fast path appends to this directly."""

        self._consumers = consumers
        self._failing: set[RequestConsumer] = set()
        self._lock = Lock()
        self._has_started = False
        self._is_stopped = Event()

    def start(self) -> None:
        """Start the thread, unless it has started."""
        if self._has_started:
            return
        with self._lock:
            if not self._has_started:
                Thread(target=self._drain_forever, name="request log", daemon=True).start()
                atexit.register(self.stop)
                _started.append(self)
                self._has_started = True

    def stop(self) -> None:
        """Hand over the rest, close all consumers, and end the thread; calls after the first do nothing."""
        atexit.unregister(self.stop)
        if not self._is_stopped.is_set():
            self._is_stopped.set()
            self.drain()
            for consumer in self._consumers:
                self._guard(consumer, consumer.close)

    def add(self, request: AnsweredRequest) -> None:
        """Take an answered request without a time, or count it as dropped."""
        if len(self.pending) < MAX_PENDING:
            self.pending.append(request[:-1])
        else:
            self.dropped += 1

    def drain(self) -> None:
        """Hand all pending requests to the consumers."""
        with self._lock:
            # Plain tuples, counted before they become records: this takes a third of the time.
            counts = Counter([self.pending.popleft() for _ in range(len(self.pending))])
            now = int(time())
            requests = {AnsweredRequest._make((*fields, now)): count for fields, count in counts.items()}
            for consumer in self._consumers:
                self._guard(consumer, partial(consumer.add, requests))

    def _drain_forever(self) -> None:
        while not self._is_stopped.wait(DRAIN_SECONDS):
            self.drain()

    def _guard(self, consumer: RequestConsumer, call: Callable[[], None]) -> None:
        """Log the first of several errors of a consumer; the others still get the batch."""
        try:
            call()
        except Exception:  # noqa: BLE001 a consumer may use disks and databases
            if consumer not in self._failing:
                _log.exception("Cannot record answered requests.")
            self._failing.add(consumer)
        else:
            self._failing.discard(consumer)


def stop_request_logs() -> None:
    """Stop all request logs of this process: at the exit of the interpreter, consumers can start no thread any more."""
    while _started:
        _started.pop().stop()

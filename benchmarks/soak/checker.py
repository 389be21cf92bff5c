"""Check answers: status, completeness, age, conditional requests, entity tags, dates and latency."""

from collections import Counter
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from queue import Empty, SimpleQueue
from threading import Event

import msgspec

from benchmarks.soak.client import HEALTH, NEW, UNKNOWN, Exchange
from benchmarks.soak.fault_log import FaultLog
from benchmarks.soak.versions import MISSING, Version, VersionLog

LATE_SECONDS = 2.0
"""The limit of an answer's time, from the start of sending to the arrival of the last byte."""

_MAX_PROBLEMS = 8  # of each kind, in the result
_PAUSE_SECONDS = 0.1
_OWN_DELAY_SECONDS = 0.1  # with a longer delay before the request was sent, the client itself was late


class CheckLimits(msgspec.Struct, frozen=True):
    """`stale_seconds` after a commit, no answer is older; queries at `composed` paths may be rejected at any time."""

    stale_seconds: float
    composed: frozenset[str] = frozenset()


class AnswerChecker:
    """Checks exchanges in one thread, as soon as the versions of the time are known."""

    def __init__(self, versions: VersionLog, faults: FaultLog, limits: CheckLimits) -> None:
        self.exchanges: SimpleQueue[Exchange] = SimpleQueue()
        self.counts: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.own_seconds = 0.0
        """The longest delay of a client itself between the start and the end of sending."""
        self.problem_counts: Counter[str] = Counter()
        self.problems: list[str] = []
        self.unverified = 0
        self._versions = versions
        self._faults = faults
        self._limits = limits
        self._bodies: dict[tuple[str, str, str], bytes] = {}
        self._newest: dict[tuple[tuple[int, int], str], int] = {}
        self._served: dict[tuple[tuple[int, int], str], float] = {}

    def check_until(self, stop: Event) -> None:
        """Check exchanges until `stop` is set, and then the rest."""
        while True:
            is_last = stop.is_set()
            try:
                exchange = self.exchanges.get(timeout=_PAUSE_SECONDS)
            except Empty:
                if is_last:
                    return
                continue
            while exchange.received > self._versions.known_until and not is_last:
                is_last = stop.wait(_PAUSE_SECONDS)
            self.check(exchange)

    def check(self, exchange: Exchange) -> None:
        """Check an exchange."""
        self.counts[f"{exchange.kind} {exchange.status or 'broken'}"] += 1
        self._check_time(exchange)
        match exchange.status:
            case 0:
                if not self._faults.may_break(exchange.started, exchange.received):
                    self.report("broken", f"{self._show(exchange)}: {exchange.defect}")
            case HTTPStatus.SERVICE_UNAVAILABLE:
                self._check_rejection(exchange)
            case HTTPStatus.OK | HTTPStatus.NOT_MODIFIED | HTTPStatus.NOT_FOUND:
                self._check_answer(exchange)
            case _:
                self.report("wrong status", self._show(exchange))

    def report(self, kind: str, text: str) -> None:
        """Report a problem."""
        self.problem_counts[kind] += 1
        if self.problem_counts[kind] <= _MAX_PROBLEMS:
            self.problems.append(f"{kind}: {text}")

    def _check_time(self, exchange: Exchange) -> None:
        seconds, own = exchange.received - exchange.started, exchange.sent - exchange.started
        self.seconds.append(seconds)
        self.own_seconds = max(self.own_seconds, own)
        if seconds > LATE_SECONDS and own < _OWN_DELAY_SECONDS:
            self.report("late", f"{self._show(exchange)}: {seconds:.2f} s")

    def _check_rejection(self, exchange: Exchange) -> None:
        if "retry-after" not in exchange.headers:
            self.report("503 without Retry-After", self._show(exchange))
        if exchange.kind == NEW or exchange.path in self._limits.composed:
            return
        if not self._faults.has_database_fault(exchange.started, exchange.received):
            self.report("503 while the database can be reached", self._show(exchange))
        elif self._is_in_memory(exchange):
            self.report("503 for a document in memory", self._show(exchange))

    def _is_in_memory(self, exchange: Exchange) -> bool:
        """Return whether the worker of a connection has served the document since the last commit.

        A commit drops documents from memory, even if their bytes turn out to be the same.
        """
        served = self._served.get((exchange.connection, exchange.path))
        if served is None:
            return False
        return not self._versions.has_commit(served - self._limits.stale_seconds, exchange.received)

    def _check_answer(self, exchange: Exchange) -> None:
        if exchange.defect:
            self.report("torn", f"{self._show(exchange)}: {exchange.defect}")
        if exchange.kind == HEALTH:
            return
        if exchange.kind == UNKNOWN:
            if exchange.status != HTTPStatus.NOT_FOUND:
                self.report("wrong status", self._show(exchange))
            return
        if exchange.status != HTTPStatus.NOT_FOUND:
            self._check_validators(exchange)
            self._served[exchange.connection, exchange.path] = exchange.received
        digest = self._find_digest(exchange)
        if digest is not None and (versions := self._versions.list_versions(exchange.path)):
            self._check_age(exchange, digest, versions)

    def _check_validators(self, exchange: Exchange) -> None:
        etag = exchange.headers.get("etag", "")
        if exchange.raw:
            key = (exchange.path, etag, exchange.headers.get("content-encoding", ""))
            if self._bodies.setdefault(key, exchange.raw) != exchange.raw:
                self.report("ETag with two bodies", f"{self._show(exchange)}: {etag}")
        modified, date = exchange.headers.get("last-modified"), exchange.headers.get("date")
        # A feed without entries has no date.
        if not etag or not date or (not modified and exchange.kind != NEW):
            self.report("no validators", self._show(exchange))
        elif modified and parsedate_to_datetime(modified) > parsedate_to_datetime(date):
            self.report("Last-Modified after Date", f"{self._show(exchange)}: {modified}, {date}")

    def _find_digest(self, exchange: Exchange) -> bytes | None:
        """Return the digest of the body that the answer stands for; None if nobody knows."""
        if exchange.status == HTTPStatus.NOT_FOUND:
            return MISSING
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            if exchange.known is None:
                self.report("wrong status", f"{self._show(exchange)} without a condition")
            return exchange.known
        return exchange.digest or None

    def _check_age(self, exchange: Exchange, digest: bytes, versions: Sequence[Version]) -> None:
        since = self._faults.find_reachable(exchange.started, seconds=self._limits.stale_seconds)
        started = [number for number, each in enumerate(versions) if each.earliest <= exchange.received]
        equal = [number for number in started if versions[number].digest == digest]
        current = [number for number in equal if number + 1 == len(versions) or versions[number + 1].latest >= since]
        kind = "wrong 304" if exchange.status == HTTPStatus.NOT_MODIFIED else "stale"
        if current:
            self._check_order(exchange, current[-1])
        elif self._versions.has_gap(since, exchange.received):
            self.unverified += 1
        elif equal:
            replaced = versions[equal[-1] + 1].latest
            self.report(kind, f"{self._show(exchange)}: replaced {exchange.started - replaced:.2f} s before")
        else:
            self.report("unknown body", self._show(exchange))

    def _check_order(self, exchange: Exchange, number: int) -> None:
        """Check that a connection, which is one worker's, never goes back to an older version."""
        key = (exchange.connection, exchange.path)
        if number < self._newest.get(key, 0):
            self.report("went back", f"{self._show(exchange)}: version {number} after {self._newest[key]}")
        self._newest[key] = max(number, self._newest.get(key, 0))

    def _show(self, exchange: Exchange) -> str:
        """Return the request, and the last fault before the answer."""
        faults = [fault for fault in self._faults.records if fault.start <= exchange.received]
        fault = f", {exchange.started - faults[-1].start:.1f} s after “{faults[-1].name}”" if faults else ""
        return f"{exchange.kind} {exchange.path} {exchange.status}{fault}"

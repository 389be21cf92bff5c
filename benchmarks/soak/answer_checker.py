"""Check answers for wrong statuses, torn and stale bodies, wrong 304s, and an entity tag shared by two bodies."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import blake2b
from http import HTTPStatus
from threading import Lock
from typing import TypeAlias

import brotli
import msgspec
from lxml import etree

from benchmarks.soak.publisher import TOPICS, CommitLog

STALE_SECONDS = 1.0
_MARK = re.compile(rb"Revision (\d+) of ([a-z]+)")
_MAX_PROBLEMS = 20  # in the result
_DECODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}

Revisions: TypeAlias = dict[str, int]
"""The revision of each topic in a body."""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer.

    `started` is a time of the monotonic clock, `known` the revisions in the cached body of a conditional request.
    """

    kind: str
    path: str
    started: float
    seconds: float
    status: int
    headers: Mapping[str, str]
    body: bytes
    known: Revisions | None = None


class AnswerChecker:
    """Counts exchanges and reports problems; thread-safe."""

    def __init__(self, commit_log: CommitLog) -> None:
        self.counts: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.problem_count = 0
        self.problems: list[str] = []
        self.commit_log = commit_log
        self._digests: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def check(self, exchange: Exchange) -> Revisions | None:
        """Check an exchange; return the revisions in its body, None without a body."""
        with self._lock:
            of_archive = "archive, " if "/archive/" in exchange.path else ""
            self.counts[f"{of_archive}{exchange.kind} {exchange.status}"] += 1
            self.seconds.append(exchange.seconds)
        if exchange.kind == "unknown":
            self._expect(exchange, exchange.status == HTTPStatus.NOT_FOUND)
            return None
        if exchange.status == HTTPStatus.NOT_MODIFIED and exchange.known is not None:
            self._check_age(exchange, exchange.known)
            return None
        if not self._expect(exchange, exchange.status == HTTPStatus.OK) or exchange.kind == "head":
            return None
        return self._check_body(exchange)

    def report(self, exchange: Exchange | None, problem: str) -> None:
        """Report a problem."""
        with self._lock:
            self.problem_count += 1
            if len(self.problems) < _MAX_PROBLEMS:
                self.problems.append(f"{exchange.kind} {exchange.path}: {problem}" if exchange else problem)

    def _expect(self, exchange: Exchange, is_expected: bool) -> bool:  # noqa: FBT001 the expectation
        if not is_expected:
            self.report(exchange, f"unexpected status {exchange.status}")
        return is_expected

    def _check_body(self, exchange: Exchange) -> Revisions | None:
        try:
            body = _DECODERS[exchange.headers.get("content-encoding", "")](exchange.body)
            _parse(body)
        except (ValueError, OSError, EOFError, brotli.error, etree.XMLSyntaxError) as error:
            self.report(exchange, f"torn: {error}")
            return None
        marks = {(topic.decode(), int(revision)) for revision, topic in _MARK.findall(body)}
        revisions = dict(marks)
        if len(marks) > len(revisions):
            self.report(exchange, f"torn: shows {sorted(marks)}")
        if not _is_complete(exchange.path, revisions):
            self.report(exchange, f"incomplete: shows {sorted(revisions)}")
        self._check_age(exchange, revisions)
        self._check_tag(exchange)
        return revisions

    def _check_age(self, exchange: Exchange, revisions: Revisions) -> None:
        for topic, revision in revisions.items():
            due = self.commit_log.find_revision(topic, at=exchange.started - STALE_SECONDS)
            if revision < due:
                kind = "wrong 304" if exchange.status == HTTPStatus.NOT_MODIFIED else "stale"
                self.report(exchange, f"{kind}: revision {revision} of {topic}, expected {due}")

    def _check_tag(self, exchange: Exchange) -> None:
        digest = blake2b(exchange.body, digest_size=16).digest()
        with self._lock:
            known = self._digests.setdefault((exchange.path, exchange.headers.get("etag", "")), digest)
        if known != digest:
            self.report(exchange, f"different bytes with the same ETag {exchange.headers.get('etag')}")


def _parse(body: bytes) -> None:
    """Raise an error if a body is incomplete."""
    if body.startswith(b"{"):
        json.loads(body)
    elif body.lstrip().lower().startswith(b"<!doctype html"):
        if not body.rstrip().endswith(b"</html>"):
            raise ValueError("page without </html>")
    else:
        etree.fromstring(body)


def _is_complete(path: str, revisions: Revisions) -> bool:
    _, section, name, *_ = re.split(r"[./]", f"{path}/")
    if section == "topics":
        return list(revisions) == [name]
    return section != "feed" or sorted(revisions) == sorted(TOPICS)

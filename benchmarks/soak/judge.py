"""Judge answers: statuses, torn and stale bodies, wrong 304s, and one entity tag for two bodies."""

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

from benchmarks.soak.publisher import TOPICS, Ledger

STALE_SECONDS = 1.0
_MARK = re.compile(rb"Revision (\d+) of ([a-z]+)")
_KEPT = 20  # findings that are shown
_DECODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}

Revisions: TypeAlias = dict[str, int]
"""Which revision of each topic a body shows."""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer.

    `begun` is on the monotonic clock, `known` what the copy shows that a conditional request was made with.
    """

    kind: str
    path: str
    begun: float
    seconds: float
    status: int
    headers: Mapping[str, str]
    body: bytes
    known: Revisions | None = None


class Judge:
    """Counts what is right, and notes what is wrong; threads may share it."""

    def __init__(self, ledger: Ledger) -> None:
        self.counts: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.faults = 0
        self.findings: list[str] = []
        self.ledger = ledger
        self._digests: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def judge(self, exchange: Exchange) -> Revisions | None:
        """Judge an exchange; give what its body shows, None where it has none."""
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

    def complain(self, exchange: Exchange | None, fault: str) -> None:
        """Note that something is wrong."""
        with self._lock:
            self.faults += 1
            if len(self.findings) < _KEPT:
                self.findings.append(f"{exchange.kind} {exchange.path}: {fault}" if exchange else fault)

    def _expect(self, exchange: Exchange, is_right: bool) -> bool:  # noqa: FBT001 what is expected is the point
        if not is_right:
            self.complain(exchange, f"was answered with {exchange.status}")
        return is_right

    def _check_body(self, exchange: Exchange) -> Revisions | None:
        try:
            body = _DECODERS[exchange.headers.get("content-encoding", "")](exchange.body)
            _parse(body)
        except (ValueError, OSError, EOFError, brotli.error, etree.XMLSyntaxError) as error:
            self.complain(exchange, f"is torn: {error}")
            return None
        marks = {(topic.decode(), int(revision)) for revision, topic in _MARK.findall(body)}
        revisions = dict(marks)
        if len(marks) > len(revisions):
            self.complain(exchange, f"is torn: it shows {sorted(marks)}")
        if not _is_complete(exchange.path, revisions):
            self.complain(exchange, f"shows only {sorted(revisions)}")
        self._check_age(exchange, revisions)
        self._check_tag(exchange)
        return revisions

    def _check_age(self, exchange: Exchange, revisions: Revisions) -> None:
        for topic, revision in revisions.items():
            due = self.ledger.find_revision(topic, moment=exchange.begun - STALE_SECONDS)
            if revision < due:
                what = "is a wrong 304" if exchange.status == HTTPStatus.NOT_MODIFIED else "is stale"
                self.complain(exchange, f"{what}: it has revision {revision} of {topic}, {due} was due")

    def _check_tag(self, exchange: Exchange) -> None:
        digest = blake2b(exchange.body, digest_size=16).digest()
        with self._lock:
            known = self._digests.setdefault((exchange.path, exchange.headers.get("etag", "")), digest)
        if known != digest:
            self.complain(exchange, f"has other bytes under the ETag {exchange.headers.get('etag')}")


def _parse(body: bytes) -> None:
    """Raise an error if a body is not whole."""
    if body.startswith(b"{"):
        json.loads(body)
    elif body.lstrip().lower().startswith(b"<!doctype html"):
        if not body.rstrip().endswith(b"</html>"):
            raise ValueError("a page without an end")
    else:
        etree.fromstring(body)


def _is_complete(path: str, revisions: Revisions) -> bool:
    _, section, name, *_ = re.split(r"[./]", f"{path}/")
    if section == "topics":
        return list(revisions) == [name]
    return section != "feed" or sorted(revisions) == sorted(TOPICS)

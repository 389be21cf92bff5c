"""Run normal and slow clients against a server, in separate processes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

import msgspec

from benchmarks.clients.pipelining import PipelineCounts
from benchmarks.processes import ROOT, run_python
from tests.support.feed_clients import RequestLog

CLIENTS = 50


class Round(msgspec.Struct, frozen=True):
    """A round of normal clients: 99th percentile in milliseconds, number of errors, number of repeated requests."""

    p99_ms: float
    errors: int
    resent: int


def request_feeds(port: int, path: str, *, seconds: float) -> Round:
    """Let normal clients request a path for `seconds`."""
    printed = run_python("tests.support.feed_clients", str(port), path, str(CLIENTS), str(seconds))
    log = msgspec.json.decode(printed, type=RequestLog)
    return Round(quantiles(log.milliseconds, n=100)[-1], len(log.errors), log.resent)


def pipelining(port: int, path: str, *, clients: int, seconds: float) -> PipelineCounts:
    """Let clients send many requests at once for `seconds`."""
    printed = run_python("benchmarks.clients.pipelining", str(port), path, str(clients), str(seconds))
    return msgspec.json.decode(printed, type=PipelineCounts)


@contextmanager
def slow_clients(kind: str, port: int, path: str, *, clients: int) -> Iterator[None]:
    """Connect slow clients, and keep their connections until the end of the block."""
    command = [sys.executable, "-m", "benchmarks.clients.slow_clients", kind, str(port), path, str(clients)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout:
                process.stdout.readline()
            yield
        finally:
            process.kill()

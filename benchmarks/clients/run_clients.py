"""Run clients of either kind against a server, in processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

import msgspec

from benchmarks.processes import ROOT, run_python
from tests.support.feed_clients import Account

CLIENTS = 50


class Round(msgspec.Struct, frozen=True):
    """What normal clients saw: within how many milliseconds 99 % were answered, how many errors, how many resent."""

    p99_ms: float
    errors: int
    resent: int


def ask(port: int, path: str, *, seconds: float) -> Round:
    """Have normal clients ask for so long."""
    printed = run_python("tests.support.feed_clients", str(port), path, str(CLIENTS), str(seconds))
    account = msgspec.json.decode(printed, type=Account)
    return Round(quantiles(account.milliseconds, n=100)[-1], len(account.errors), account.resent)


@contextmanager
def holding(kind: str, port: int, path: str, *, clients: int) -> Iterator[None]:
    """Have slow clients, all of them connected, until the end of the block."""
    command = [sys.executable, "-m", "benchmarks.clients.slow_clients", kind, str(port), path, str(clients)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout:
                process.stdout.readline()
            yield
        finally:
            process.kill()

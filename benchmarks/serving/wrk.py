"""Load a server with wrk, and read what it says and what the server took."""

import re
import shutil
import time
from collections.abc import Mapping

import msgspec

from benchmarks.processes import MeasureError, read_cpu_seconds, run
from tests.support.processes import list_children

_CONNECTIONS = 32


class Answered(msgspec.Struct, frozen=True):
    """How many requests were answered in a second, and the processor time of the server for each, in microseconds."""

    per_second: float
    cpu_us: float


def load(pid: int, url: str, headers: Mapping[str, str], *, seconds: int) -> Answered:
    """Ask again and again over kept connections.

    Raises:
        MeasureError: wrk is missing, or something was not answered.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise MeasureError("wrk is not installed.")
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    workers = list_children(pid)
    before, begun = sum(map(read_cpu_seconds, workers)), time.perf_counter()
    printed = run([wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", *options, url])
    took, passed = sum(map(read_cpu_seconds, workers)) - before, time.perf_counter() - begun
    found = re.search(r"Requests/sec: +([\d.]+)", printed)
    if not found or "Non-2xx" in printed or "Socket errors" in printed:
        raise MeasureError(f"{url} was not always answered:\n{printed}")
    per_second = float(found[1])
    return Answered(per_second, took * 1_000_000 / (per_second * passed))

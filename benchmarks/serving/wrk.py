"""Throughput a server with wrk, and measure requests per second and processor time."""

import re
import shutil
import time
from collections.abc import Mapping

import msgspec

from benchmarks.processes import MeasureError, read_cpu_seconds, run
from tests.support.processes import list_children

_CONNECTIONS = 32

_PATIENCE = "--timeout=10s"  # servers that render each request are slow


class Throughput(msgspec.Struct, frozen=True):
    """Answered requests per second, and the server's processor time per request in microseconds."""

    per_second: float
    cpu_us: float


def measure_load(pid: int, url: str, headers: Mapping[str, str], *, seconds: int) -> Throughput:
    """Send requests over kept connections for `seconds`.

    Raises:
        MeasureError: wrk is missing, or a request failed.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise MeasureError("wrk is not installed.")
    options = [option for name, value in headers.items() for option in ("-H", f"{name}: {value}")]
    workers = list_children(pid)
    cpu_before, started = sum(map(read_cpu_seconds, workers)), time.perf_counter()
    printed = run([wrk, "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", _PATIENCE, *options, url])
    cpu_seconds = sum(map(read_cpu_seconds, workers)) - cpu_before
    seconds_passed = time.perf_counter() - started
    found = re.search(r"Requests/sec: +([\d.]+)", printed)
    if not found or "Non-2xx" in printed or "Socket errors" in printed:
        raise MeasureError(f"Requests for {url} failed:\n{printed}")
    per_second = float(found[1])
    return Throughput(per_second, cpu_seconds * 1_000_000 / (per_second * seconds_passed))

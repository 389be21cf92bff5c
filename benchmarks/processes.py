"""Start the programs to measure, and learn from the kernel what they took."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

ROOT = Path(__file__).parent.parent

_PLATFORM_SETTINGS = ("DATABASE_URL", "PORT", "WEB_CONCURRENCY")
_MB = 1_000_000


class MeasureError(click.ClickException):
    """A program that was to be measured failed; the text says which, and how."""


class Usage(msgspec.Struct, frozen=True):
    """What a program took: `peak_mb` in its largest process, `cpu_seconds` in all of them, 0 where not known."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


class Memory(msgspec.Struct, frozen=True):
    """A process's memory in MB: `pss` counts shared pages by its share, `uss` not at all, `rss` in full."""

    rss: float
    pss: float
    uss: float


def make_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Give the environment without this machine's settings, and with these ones."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FEEDS_") and name not in _PLATFORM_SETTINGS
    }
    return {**kept, **settings}


def run(command: Sequence[str], settings: Mapping[str, str] | None = None) -> str:
    """Run a program to its end, and give what it printed, on either stream.

    Raises:
        MeasureError: it failed.
    """
    finished = subprocess.run(
        command,
        cwd=ROOT,
        env=make_environment(settings or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise MeasureError(f"{' '.join(command)} exited with {finished.returncode}:\n{finished.stdout}")
    return finished.stdout


def run_python(module: str, *arguments: str) -> str:
    """Run a module in a Python of its own; see `run`."""
    return run([sys.executable, "-m", module, *arguments])


def measure(command: Sequence[str], settings: Mapping[str, str]) -> Usage:
    """Run a program to its end, and give what it and the processes that it started took.

    Raises:
        MeasureError: it failed.
    """
    environment = make_environment(settings)
    begun = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise MeasureError(f"{' '.join(command)} exited with {process.returncode}.")
    peak_kb = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return Usage(seconds, usage.ru_utime + usage.ru_stime, peak_kb * 1024 / _MB)


def measure_hugo(script: Path, articles: Path) -> Usage:
    """Have a script build articles with Hugo, and read the usage it prints.

    Raises:
        MeasureError: it failed, or printed none.
    """
    printed = run([str(script), str(articles)])
    found = re.search(r"([\d.]+) s wall(?:, ([\d.]+) s user)?.*?(\d+) KB peak", printed)
    if not found:
        raise MeasureError(f"{script.name} does not print `N s wall, … KB peak` but:\n{printed}")
    return Usage(float(found[1]), float(found[2] or 0), int(found[3]) * 1024 / _MB)


def read_memory(pid: int) -> Memory:
    """Read a process's memory from the kernel (Linux 4.14 or newer)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    sizes = {name: int(kb) * 1024 / _MB for name, kb in re.findall(r"(?m)^(\w+): +(\d+) kB$", text)}
    return Memory(rss=sizes["Rss"], pss=sizes["Pss"], uss=sizes["Private_Clean"] + sizes["Private_Dirty"])


def read_cpu_seconds(pid: int) -> float:
    """Read how much processor time a process has taken so far."""
    # What follows the name, which may hold anything, begins with the third field; the times are the 14th and 15th.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

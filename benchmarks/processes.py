"""Run programs, and read their time and memory from the kernel."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Container, Mapping, Sequence
from pathlib import Path

import click
import msgspec

ROOT = Path(__file__).parent.parent

_PLATFORM_SETTINGS = ("DATABASE_URL", "PORT", "WEB_CONCURRENCY")
_MB = 1_000_000


class MeasureError(click.ClickException):
    """A measured program failed; the text names the program and the failure."""


class Usage(msgspec.Struct, frozen=True):
    """The resources of a program: `peak_mb` of its largest process, `cpu_seconds` of all processes, 0 if unknown."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


class Memory(msgspec.Struct, frozen=True):
    """A process's memory in MB: shared pages count in part in `pss`, not at all in `uss`, in full in `rss`."""

    rss: float
    pss: float
    uss: float


def make_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without this machine's feed settings, plus `settings`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FEEDS_") and name not in _PLATFORM_SETTINGS
    }
    return {**kept, **settings}


def run(command: Sequence[str], settings: Mapping[str, str] | None = None, *, root: Path = ROOT) -> str:
    """Run a program to its end in the checkout `root`, and return its standard output and standard error.

    Raises:
        MeasureError: the program failed.
    """
    finished = subprocess.run(
        command,
        cwd=root,
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
    """Run a module in a new Python process; see `run`."""
    return run([sys.executable, "-m", module, *arguments])


def measure(
    command: Sequence[str], settings: Mapping[str, str], *, exit_codes: Container[int] = (0,), root: Path = ROOT
) -> Usage:
    """Run a program to its end in the checkout `root`; return the resources of the program and its child processes.

    Raises:
        MeasureError: the program exited with another code.
    """
    environment = make_environment(settings)
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in exit_codes:
        raise MeasureError(f"{' '.join(command)} exited with {process.returncode}.")
    peak_kb = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return Usage(seconds, usage.ru_utime + usage.ru_stime, peak_kb * 1024 / _MB)


def measure_hugo(script: Path, articles: Path, *, program: Path | None = None) -> Usage:
    """Run a script to build articles with Hugo, or with another `program`, and read the resources from its output.

    Raises:
        MeasureError: the script failed, or printed no resources.
    """
    printed = run([str(script), str(articles)], {"HUGO": str(program)} if program else {})
    found = re.search(r"([\d.]+) s wall(?:, ([\d.]+) s user)?.*?(\d+) KB peak", printed)
    if not found:
        raise MeasureError(f"{script.name} must print `N s wall, … KB peak`, but printed:\n{printed}")
    return Usage(float(found[1]), float(found[2] or 0), int(found[3]) * 1024 / _MB)


def read_memory(pid: int) -> Memory:
    """Read a process's memory from the kernel (Linux 4.14 or newer)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    sizes = {name: int(kb) * 1024 / _MB for name, kb in re.findall(r"(?m)^(\w+): +(\d+) kB$", text)}
    return Memory(rss=sizes["Rss"], pss=sizes["Pss"], uss=sizes["Private_Clean"] + sizes["Private_Dirty"])


def read_cpu_seconds(pid: int) -> float:
    """Read the processor time of a process so far."""
    # The name may hold anything, so split behind its parenthesis: the third field is first, the times are 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

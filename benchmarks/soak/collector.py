"""The process that watches the articles, as the Procfile's worker does."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.processes import MeasureError, make_environment

COLLECT = (sys.executable, "-m", "feeds", "collect")

_STOP_SECONDS = 60


class CollectorProcess:
    """Starts, stops and kills the collector; `log` gets the output of all its runs."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self.environ = environ
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, clock: str = "") -> None:
        """Start watching, under faketime if a `clock` such as `+1h` is given."""
        self._process = self._run([*COLLECT, "--watch"], clock=clock)

    def run(self, *options: str, clock: str = "") -> int:
        """Collect once, and return the exit code."""
        return self._run([*COLLECT, *options], clock=clock).wait()

    def stop(self) -> None:
        """Terminate the collector and wait for its end.

        Raises:
            MeasureError: the collector had ended before, or ends with an error.
        """
        process = self._process
        if process is None or process.poll() is not None:
            raise MeasureError(f"The collector has ended by itself; see {self.log}.")
        process.terminate()
        if process.wait(_STOP_SECONDS) not in {0, -signal.SIGTERM}:  # the latter while Python starts
            raise MeasureError(f"The collector ended with {process.returncode}; see {self.log}.")

    def kill(self) -> None:
        """Kill the collector at once."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def has_ended(self) -> bool:
        """Return whether the collector has ended by itself."""
        return self._process is None or self._process.poll() is not None

    def _run(self, command: Sequence[str], *, clock: str) -> subprocess.Popen[bytes]:
        environ = {**make_environment(self.environ), **_with_clock(clock)}
        with self.log.open("ab") as log:
            log.write(f"--- {time.time():.1f} {' '.join(command[-2:])} {clock}\n".encode())
            log.flush()
            return subprocess.Popen(command, cwd=self.log.parent, env=environ, stdout=log, stderr=log)


def _with_clock(clock: str) -> dict[str, str]:
    """Return the variables by which faketime gives a program another clock; its own process would get our signals."""
    if not clock:
        return {}
    printed = subprocess.run(["faketime", "-f", clock, "env"], check=True, capture_output=True, text=True).stdout
    variables = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    return {name: variables[name] for name in ("LD_PRELOAD", "FAKETIME")}


def list_errors(log: Path) -> list[str]:
    """Return the lines that begin a traceback."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return [f"{log.name}: {line}" for line in lines if line.startswith("Traceback")]

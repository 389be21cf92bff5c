"""Run a network to a database that may lose or delay all packets, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from benchmarks.processes import ROOT


class NetworkProcess(msgspec.Struct, frozen=True):
    """A network whose threads wait for no others; `url` leads through the network."""

    url: str
    process: subprocess.Popen[str]

    @contextmanager
    def failing(self, fault: str) -> Iterator[None]:
        """Lose (`lose`) or withhold (`delay`) all bytes until the block ends."""
        self._say(fault)
        try:
            yield
        finally:
            self._say("pass")

    def _say(self, line: str) -> None:
        assert self.process.stdin  # noqa: S101 for mypy
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@contextmanager
def running_network(database_url: str) -> Iterator[NetworkProcess]:
    """Run a network to a database until the block ends."""
    command = [sys.executable, "-m", "benchmarks.soak.run_network", database_url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout  # noqa: S101 for mypy
        try:
            yield NetworkProcess(process.stdout.readline().strip(), process)
        finally:
            process.kill()

"""Fuzz all targets, or some: `python -m tests.fuzz --seconds 60 article search`."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from tests.fuzz.targets import TARGETS

_CORPUS = Path(__file__).parent / "corpus"
_FINDINGS = Path("build/fuzz")
_MAX_BYTES = 4096
_TIMEOUT_SECONDS = 20


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(TARGETS)))
@click.option("--seconds", default=60, show_default=True, help="Time for each target.")
def main(names: tuple[str, ...], *, seconds: int) -> None:
    """Fuzz the targets NAMES one after the other, by default all.

    An input that fails is written to build/fuzz. Fix the failure, and copy the input to tests/fuzz/corpus.
    """
    failed = [name for name in names or TARGETS if not _fuzz(name, seconds=seconds)]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}; the inputs are in {_FINDINGS}")


def _fuzz(name: str, *, seconds: int) -> bool:
    """Fuzz a target, print the number of executions, and return whether all passed."""
    _FINDINGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as found:
        options = (
            f"-max_total_time={seconds}",
            f"-max_len={_MAX_BYTES}",
            f"-timeout={_TIMEOUT_SECONDS}",
            f"-artifact_prefix={_FINDINGS}/{name}-",
        )
        command = [sys.executable, "-m", "tests.fuzz.worker", name, *options, found, str(_CORPUS / name)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    done = re.findall(r"^#(\d+)\s", ended.stderr, re.MULTILINE)
    covered = re.findall(r"cov: (\d+)", ended.stderr)
    state = "passed" if ended.returncode == 0 else "FAILED"
    executions, branches = int(done[-1]) if done else 0, int(covered[-1]) if covered else 0
    click.echo(f"{name:<12} {executions:>10,} executions  {branches:>6,} branches  {state}")
    if ended.returncode:
        click.echo(ended.stdout[-3_000:] + ended.stderr[-3_000:], err=True)
    return ended.returncode == 0


if __name__ == "__main__":
    main()

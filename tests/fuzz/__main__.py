"""Fuzz all targets, or some: `python -m tests.fuzz --seconds 60 article search`."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from tests.fuzz.targets import TARGETS

_CORPUS = Path(__file__).parent / "corpus"
_FINDINGS = Path("build/fuzz")
_MAX_BYTES = 4096
_TIMEOUT_SECONDS = 20
_HEADINGS = ("target", "executions", "branches", "seconds", "crashes", "wrong outputs")


class FuzzResult(msgspec.Struct, frozen=True):
    """The result of a target; the fuzzer stops at the first failure.

    A crash is an error, a signal or a time-out; a wrong output fails a check, for example of the safety of HTML.
    """

    name: str
    executions: int
    branches: int
    seconds: float
    crashes: int
    wrong_outputs: int


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(TARGETS)))
@click.option("--seconds", default=60, show_default=True, help="Time for each target.")
def main(names: tuple[str, ...], *, seconds: int) -> None:
    """Fuzz the targets NAMES one after the other, by default all, and print a table.

    An input that fails is written to build/fuzz. Fix the failure, and copy the input to tests/fuzz/corpus.
    """
    _FINDINGS.mkdir(parents=True, exist_ok=True)
    click.echo(_write_row(_HEADINGS) + "\n" + _write_row(["---"] * len(_HEADINGS)))
    results = []
    for name in names or TARGETS:
        results.append(_fuzz(name, seconds=seconds))
        click.echo(_write_result(results[-1]))
    failed = [result.name for result in results if result.crashes or result.wrong_outputs]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}; the inputs are in {_FINDINGS}")


def _fuzz(name: str, *, seconds: int) -> FuzzResult:
    """Fuzz a target; print the end of the fuzzer's output after a failure."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as found:
        options = (
            f"-max_total_time={seconds}",
            f"-max_len={_MAX_BYTES}",
            f"-timeout={_TIMEOUT_SECONDS}",
            f"-artifact_prefix={_FINDINGS}/{name}-",
        )
        command = [sys.executable, "-m", "tests.fuzz.worker", name, *options, found, str(_CORPUS / name)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    if ended.returncode:
        click.echo(ended.stdout[-3_000:] + ended.stderr[-3_000:], err=True)
    is_wrong = bool(ended.returncode) and "AssertionError" in ended.stdout + ended.stderr
    return FuzzResult(
        name=name,
        executions=_find_last(r"^#(\d+)\s", ended.stderr),
        branches=_find_last(r"cov: (\d+)", ended.stderr),
        seconds=time.monotonic() - started,
        crashes=int(ended.returncode != 0 and not is_wrong),
        wrong_outputs=int(is_wrong),
    )


def _find_last(pattern: str, text: str) -> int:
    found = re.findall(pattern, text, re.MULTILINE)
    return int(found[-1]) if found else 0


def _write_result(result: FuzzResult) -> str:
    numbers = (result.executions, result.branches, round(result.seconds), result.crashes, result.wrong_outputs)
    return _write_row([result.name, *(f"{number:,}" for number in numbers)])


def _write_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

"""Run commands on a pseudo-terminal, and read the screen."""

import os
import pty
import re
import subprocess
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Thread

import pytest

from feeds.cli import main
from tests.support.paths import ROOT


class Screen:
    """The output on a terminal: `raw` as written, `text` as displayed, without colours."""

    def __init__(self, terminal: int) -> None:
        self.raw = ""
        self._terminal = terminal
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """The displayed lines, without text overwritten after a carriage return."""
        plain = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", self.raw.replace("\r\n", "\n"))
        return "\n".join(_overwrite(line).rstrip() for line in plain.split("\n"))

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def type(self, text: str) -> None:
        """Type a text on the keyboard."""
        os.write(self._terminal, text.encode())

    def finish(self) -> None:
        """Read the rest of the output; no process may have the terminal open any more."""
        self._reader.join(timeout=20)
        os.close(self._terminal)

    def _read(self) -> None:
        # On Linux, reading fails when the other end of the terminal is closed.
        pieces = b""
        while piece := _read_piece(self._terminal):
            pieces += piece
            self.raw = pieces.decode(errors="replace")


def _read_piece(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


def _overwrite(line: str) -> str:
    shown = ""
    for piece in line.split("\r"):
        shown = piece + shown[len(piece) :]
    return shown


def run_on_terminal(*args: str, columns: int = 80) -> tuple[int, Screen]:
    """Run a command in this process with a terminal for its output; return the exit code and the screen."""
    ours, theirs = _open(columns)
    screen = Screen(ours)
    with (
        os.fdopen(theirs, "w", encoding="utf-8") as stream,
        redirect_stdout(stream),
        redirect_stderr(stream),
        pytest.raises(SystemExit) as end,
    ):
        main(args)
    screen.finish()
    assert isinstance(end.value.code, int)
    return end.value.code, screen


@contextmanager
def starting_on_terminal(
    command: Sequence[str], *, folder: Path, environ: Mapping[str, str], columns: int = 80
) -> Iterator[tuple[subprocess.Popen[bytes], Screen]]:
    """Start a command in a separate process, and stop the process by SIGTERM at the end of the block."""
    ours, theirs = _open(columns)
    own = {**environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(command, cwd=folder, env=own, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    screen = Screen(ours)
    try:
        yield process, screen
    finally:
        process.terminate()
        process.wait(timeout=60)
        screen.finish()


def _open(columns: int) -> tuple[int, int]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    return ours, theirs

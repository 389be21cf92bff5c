"""Show how much of a long job is done, at what rate, and the time left, on a terminal only."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TextIO

import click

from feeds.cli.terminal import count_columns, is_terminal
from feeds.settings import FINISHED

MAX_REDRAWS = 200
"""How often a progress bar is drawn from start to end; drawing a bar takes as long as reading a file."""

_OTHER_COLUMNS = 58
_MIN_BAR_COLUMNS, _MAX_BAR_COLUMNS = 8, 30


@contextmanager
def show_progress(
    label: str, *, final_step: str = "", pipe: int | None = None
) -> Iterator[Callable[[int, int], object]]:
    """Yield a function that shows how much is done out of a total, on a terminal; in a pipe it shows nothing.

    `final_step` names the work after the last item. `pipe` is an open file for the process that started this one: it
    gets both numbers, a line each time, and `finished` at the end of the block unless an error ends the block.
    """
    display = _ProgressDisplay(label, final_step=final_step, stream=sys.stderr) if is_terminal(sys.stderr) else None

    def show(done: int, total: int) -> None:
        write_line(pipe, f"{done} {total}")
        if display:
            display.show(done, total)

    try:
        yield show
    finally:
        if display:
            display.close()
    write_line(pipe, FINISHED)


def write_line(pipe: int | None, line: str) -> None:
    """Write a line to the process that started this one, if any."""
    if pipe is not None:
        with suppress(OSError):  # nobody may be left to read
            os.write(pipe, f"{line}\n".encode())


class _ProgressDisplay:
    """The display of one job: a label until the total is known, then a bar."""

    def __init__(self, label: str, *, final_step: str, stream: TextIO) -> None:
        self._final_step = final_step
        self._started = time.monotonic()
        self._status = ""
        free_columns = count_columns(stream) - _OTHER_COLUMNS
        bar = f"{click.style('%(bar)s', fg='green')}  " if free_columns >= _MIN_BAR_COLUMNS else ""
        full, empty = ("█", "░") if stream.encoding.lower().startswith("utf") else ("#", "-")
        self._bar = click.progressbar(
            range(0),  # `show` moves the bar; nothing iterates over it
            label=label,
            file=stream,
            fill_char=full,
            empty_char=empty,
            bar_template=f"%(label)s  {bar}%(info)s",
            width=max(_MIN_BAR_COLUMNS, min(free_columns, _MAX_BAR_COLUMNS)),
            show_pos=True,
            show_eta=False,  # click shows no estimate in the first second
            item_show_func=lambda _item: self._status,
        )
        click.echo(f"{label} ...", nl=False, file=stream)

    def show(self, done: int, total: int) -> None:
        bar = self._bar
        bar.length = total
        if done > bar.pos and (done == total or done - bar.pos >= total // MAX_REDRAWS):
            self._status = self._describe_rate(done, total)
            bar.update(done - bar.pos)

    def close(self) -> None:
        """Leave the finished bar on the screen, or clear the label if there was nothing to do."""
        bar = self._bar
        if bar.length:
            self._status = self._status.partition("  ")[0]
            bar.render_progress()
            bar.render_finish()
        else:
            click.echo(f"\r{'':{len(bar.label) + 4}}\r", nl=False, file=bar.file)

    def _describe_rate(self, done: int, total: int) -> str:
        seconds = max(time.monotonic() - self._started, 0.001)
        rate = f"{done / seconds:,.0f}/s"
        if done == total:
            return f"{rate}  {self._final_step}".rstrip()
        return f"{rate}  {timedelta(seconds=round(seconds * (total - done) / done))} left"

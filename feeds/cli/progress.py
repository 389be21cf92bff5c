"""Show on a terminal how far long work has come, how fast, and how long it will take; in a pipe, stay quiet."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

import click

from feeds.cli.terminal import count_columns, is_terminal

REDRAWINGS = 200
"""How often a progress bar is drawn from its beginning to its end: to draw it costs as much as to read a file."""

_OTHER_COLUMNS = 58
_LEAST_BAR_COLUMNS, _MOST_BAR_COLUMNS = 8, 30


@contextmanager
def show_progress(label: str, *, afterwards: str = "") -> Iterator[Callable[[int, int], object]]:
    """Give a function that shows progress, on a terminal only; `afterwards` names what follows when all is done."""
    if not is_terminal(sys.stderr):
        yield lambda _done, _total: None
        return
    display = _Display(label, afterwards, sys.stderr)
    try:
        yield display.show
    finally:
        display.close()


class _Display:
    """What is shown of one work: its name until it is known how much there is, then a bar."""

    def __init__(self, label: str, afterwards: str, stream: TextIO) -> None:
        self._afterwards = afterwards
        self._begun = time.monotonic()
        self._pace = ""
        room = count_columns(stream) - _OTHER_COLUMNS
        bar = f"{click.style('%(bar)s', fg='green')}  " if room >= _LEAST_BAR_COLUMNS else ""
        full, empty = ("█", "░") if stream.encoding.lower().startswith("utf") else ("#", "-")
        self._bar = click.progressbar(
            range(0),  # it is told how far it is, and does not go by itself
            label=label,
            file=stream,
            fill_char=full,
            empty_char=empty,
            bar_template=f"%(label)s  {bar}%(info)s",
            width=max(_LEAST_BAR_COLUMNS, min(room, _MOST_BAR_COLUMNS)),
            show_pos=True,
            show_eta=False,  # the first is told after a second only
            item_show_func=lambda _item: self._pace,
        )
        click.echo(f"{label} ...", nl=False, file=stream)

    def show(self, done: int, total: int) -> None:
        bar = self._bar
        bar.length = total
        if done > bar.pos and (done == total or done - bar.pos >= total // REDRAWINGS):
            self._pace = self._describe_pace(done, total)
            bar.update(done - bar.pos)

    def close(self) -> None:
        """Leave the bar as it is at the end, or nothing where there was nothing to do."""
        bar = self._bar
        if bar.length:
            self._pace = self._pace.partition("  ")[0]
            bar.render_progress()
            bar.render_finish()
        else:
            click.echo(f"\r{'':{len(bar.label) + 4}}\r", nl=False, file=bar.file)

    def _describe_pace(self, done: int, total: int) -> str:
        seconds = max(time.monotonic() - self._begun, 0.001)
        pace = f"{done / seconds:,.0f}/s"
        if done == total:
            return f"{pace}  {self._afterwards}".rstrip()
        return f"{pace}  {timedelta(seconds=round(seconds * (total - done) / done))} left"

"""Show on a terminal how far long work has come; in a pipe, stay quiet."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

REDRAWINGS = 200
"""How often a progress bar is drawn from its beginning to its end: to draw it costs as much as to read a file."""


@contextmanager
def show_progress(label: str) -> Iterator[Callable[[int, int], object]]:
    """Give a function that shows progress, on a terminal only."""
    if not (sys.stderr and sys.stderr.isatty()):  # Python starts without one where it is closed
        yield lambda _done, _total: None
        return
    with click.progressbar(length=0, label=label, file=sys.stderr, show_pos=True, show_eta=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            if done == total or done - bar.pos >= total // REDRAWINGS:
                bar.update(done - bar.pos)

        yield show

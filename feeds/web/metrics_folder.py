"""Make the folder in which the processes of a server share their metrics."""

import os
import shutil
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable with the folder."""


class MetricsFolder:
    """A private folder, in memory if possible: on a disk, each count could block a worker.

    The library for metrics reads the variable when it is imported, so this module must not import the library.
    """

    def __init__(self) -> None:
        memory = Path("/dev/shm")  # noqa: S108 the name of the folder is not guessable
        self._folder = mkdtemp(prefix="topic-feeds-metrics-", dir=memory if memory.is_dir() else None)
        os.environ[FOLDER_VARIABLE] = self._folder

    def forget_process(self, number: int) -> None:
        """Note the end of a process; its counts stay."""
        import_module("feeds.web.metrics").forget_process(number)

    def remove(self) -> None:
        """Remove the folder; processes that still count keep their files open."""
        shutil.rmtree(self._folder, ignore_errors=True)

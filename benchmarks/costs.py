"""Check files of up to 1 MiB that cost more than they look: the time and memory of each are bounded."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from benchmarks.processes import Usage, measure
from tests.support.hostile_bodies import SHAPES, Shape

MAX_SECONDS = 5
MAX_MB = 500

_SIZES = (10_000, 100_000, 1_048_000)
_FRONT_MATTER = "---\ntitle: A\nwebUrl: https://example.org/a\npublishedDateTime: 2026-01-01\n---\n"


class Cost(msgspec.Struct, frozen=True):
    """The resources to check one kind of body in each size, smallest first."""

    name: str
    usages: tuple[Usage, ...]

    @property
    def is_bounded(self) -> bool:
        """Whether the largest file stays within the limits of CPU time and memory."""
        return self.usages[-1].cpu_seconds <= MAX_SECONDS and self.usages[-1].peak_mb <= MAX_MB


def measure_costs(folder: Path, names: Iterable[str]) -> Iterator[Cost]:
    """Run `feeds check` on each named kind of body, or on all kinds, in new processes."""
    for name in names or SHAPES:
        yield Cost(name, tuple(_measure(folder, SHAPES[name], size) for size in _SIZES))


def _measure(folder: Path, shape: Shape, size: int) -> Usage:
    text = _FRONT_MATTER + shape(size - len(_FRONT_MATTER))
    (folder / "a.md").write_bytes(text.encode()[:1_048_576].decode(errors="ignore").encode())
    # The code is 1 for a file that is refused.
    return measure([sys.executable, "-m", "feeds", "check", str(folder)], {}, exit_codes=(0, 1))

"""A figure: the values measured for this program and for a peer, run by run, and the target."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from statistics import median

import msgspec


class Comparison(StrEnum):
    """How a target is compared: with our value, with its ratio to the peer's value, or with the difference."""

    VALUE = "value"
    RATIO = "ratio"
    DIFFERENCE = "difference"


class Target(msgspec.Struct, frozen=True):
    """A limit: the maximum, or with `is_floor` the minimum."""

    comparison: Comparison
    limit: float
    is_floor: bool = False

    def is_met_by(self, value: float) -> bool:
        """Return whether a value meets the target."""
        return value >= self.limit if self.is_floor else value <= self.limit


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement at one size, such as a number of articles.

    `ours` and `peer` hold a value for each run, in `unit`; values at the same index were measured directly after each
    other. `peer` is empty if no peer was measured.
    """

    name: str
    size: int
    unit: str
    ours: tuple[float, ...]
    peer_name: str = ""
    peer: tuple[float, ...] = ()
    target: Target | None = None

    @property
    def value(self) -> float:
        """The median of our values."""
        return median(self.ours)

    @property
    def peer_value(self) -> float | None:
        """The median of the peer's values, None without a peer."""
        return median(self.peer) if self.peer else None

    @property
    def ratio(self) -> float | None:
        """Our median divided by the peer's, None without a peer."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Our values divided by the peer's, pair by pair."""
        return tuple(ours / peer for ours, peer in zip(self.ours, self.peer, strict=False))

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met, None without a target or without a value to compare."""
        compared = self._compared_value
        return None if self.target is None or compared is None else self.target.is_met_by(compared)

    @property
    def _compared_value(self) -> float | None:
        if self.target is None or self.target.comparison is Comparison.VALUE:
            return self.value
        if self.target.comparison is Comparison.RATIO or self.peer_value is None:
            return self.ratio
        return self.value - self.peer_value


def compare_with_smallest(figures: Sequence[Figure]) -> list[Figure]:
    """Make the smallest size the peer of all other sizes; `figures` differ in size only."""
    first, *others = sorted(figures, key=lambda figure: figure.size)
    peer_name = f"at {first.size:,} articles"
    return [first, *(msgspec.structs.replace(other, peer_name=peer_name, peer=first.ours) for other in others)]


Progress = Callable[[str], object]
"""Called with a text about the current measurement."""

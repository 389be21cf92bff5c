"""Define a figure: what was measured of us and of a peer, run by run, and what it should be."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from statistics import median

import msgspec


class Comparison(StrEnum):
    """What a target speaks of: our figure itself, its ratio to the peer's, or the difference to it."""

    VALUE = "value"
    RATIO = "ratio"
    DIFFERENCE = "difference"


class Target(msgspec.Struct, frozen=True):
    """At most this much, or at least (`is_floor`)."""

    comparison: Comparison
    limit: float
    is_floor: bool = False

    def is_met_by(self, value: float) -> bool:
        """Say whether a value reaches it."""
        return value >= self.limit if self.is_floor else value <= self.limit


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement at one size, such as a number of articles.

    `ours` and `peer` hold a value for each run, in `unit`, and what stands at one place was measured one right after
    the other; `peer` is empty where there was none to measure.
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
        """The median of ours."""
        return median(self.ours)

    @property
    def peer_value(self) -> float | None:
        """The median of the peer's, None without a peer."""
        return median(self.peer) if self.peer else None

    @property
    def ratio(self) -> float | None:
        """Our median over the peer's, None without a peer."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours over the peer's, pair by pair."""
        return tuple(ours / peer for ours, peer in zip(self.ours, self.peer, strict=False))

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached, None where that cannot be said."""
        reached = self._reached
        return None if self.target is None or reached is None else self.target.is_met_by(reached)

    @property
    def _reached(self) -> float | None:
        if self.target is None or self.target.comparison is Comparison.VALUE:
            return self.value
        if self.target.comparison is Comparison.RATIO or self.peer_value is None:
            return self.ratio
        return self.value - self.peer_value


def compare_with_smallest(figures: Sequence[Figure]) -> list[Figure]:
    """Set the figures of the smallest size beside those of the others; `figures` are alike but for the size."""
    first, *others = sorted(figures, key=lambda figure: figure.size)
    peer_name = f"at {first.size:,} articles"
    return [first, *(msgspec.structs.replace(other, peer_name=peer_name, peer=first.ours) for other in others)]


Tell = Callable[[str], object]
"""Is told what is being measured."""

"""The times at which a feed last changed in each format: some fields of an entry are shown by some formats only."""

from datetime import datetime
from typing import Self

import msgspec

from feeds.model.feed import Format


class FormatTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The time of the last change in each format, None without any; `any` is the time of the last change at all."""

    any: datetime | None = None
    atom: datetime | None = None
    rss: datetime | None = None
    json: datetime | None = None

    @classmethod
    def same(cls, changed: datetime | None) -> Self:
        """Return the times of a feed that changed in all formats at once."""
        return cls(any=changed, atom=changed, rss=changed, json=changed)

    def find(self, format: Format) -> datetime | None:
        """Return the time of the last change in a format."""
        return {Format.ATOM: self.atom, Format.RSS: self.rss, Format.JSON: self.json}[format]

    def no_earlier_than(self, changed: datetime) -> Self:
        """Return the times after a change in all formats at the time `changed`."""
        times = msgspec.structs.asdict(self)
        return type(self)(**{name: max(time, changed) if time else changed for name, time in times.items()})

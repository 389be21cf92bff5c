"""Find the archive documents that changes since a commit may have changed, without reading the documents."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, cmp_to_key

import msgspec
from sqlalchemy import Connection, or_, select

from feeds.catalog import schema
from feeds.catalog.archive_blocks import Block, Blocks, EntryPosition, Scope, is_earlier
from feeds.catalog.facts import read_fact
from feeds.model.archive import ArchivePart

_ENTRIES, _CHANGES = schema.entries.c, schema.recent_changes.c
_FIRST = EntryPosition(-(2**62), "")


class ChangePeriod(msgspec.Struct, frozen=True):
    """The changes of commits later than `committed`, and of releases and expiries later than `scanned`, up to `now`.

    All times are in seconds.
    """

    committed: int
    scanned: int
    now: int


class ArchiveChanges:
    """The changes of a period, and the parts of archives around them, over one connection."""

    def __init__(self, connection: Connection, period: ChangePeriod) -> None:
        self._connection = connection
        self._period = period

    def find_parts(self, scope: Scope, *, ends: Collection[ArchivePart] = ()) -> set[ArchivePart]:
        """Return the parts of a scope's archive that may have changed: whole blocks, and those among `ends`.

        A scope with a single block has no archive of whole blocks.
        """
        blocks = Blocks(self._connection, scope).list_all()
        changed = set(range(len(blocks))) if self._is_unknown else self._find_blocks(blocks)
        numbers = {blocks[place].number for place in changed}
        starts = {block.number: block.start or _FIRST for block in blocks}
        found = {end for end in ends if end.block in numbers or self._reaches(end, start=starts.get(end.block))}
        return found | ({ArchivePart(number) for number in numbers} if len(blocks) > 1 else set())

    def _find_blocks(self, blocks: Sequence[Block]) -> set[int]:
        """Return the places of the blocks with changes, and of those beside a new block: their links have changed."""
        starts = [_sort_key(block.start or _FIRST) for block in blocks]
        found = {bisect_right(starts, _sort_key(position)) - 1 for position in self._positions}
        for place, block in enumerate(blocks):
            if block.drawn > self._period.committed:
                found.update({place - 1, place, place + 1})
        return found.intersection(range(len(blocks)))

    def _reaches(self, part: ArchivePart, *, start: EntryPosition | None) -> bool:
        """Return whether any change lies in a part up to a feed end; an end names its time, and its id by a mark."""
        if part.end is None or start is None:
            return False
        last = part.end.published
        return any(each.published <= last and not is_earlier(each, start) for each in self._positions)

    @cached_property
    def _is_unknown(self) -> bool:
        """Whether the catalog has forgotten some of the changes."""
        return int(read_fact(self._connection, "forgotten") or 0) > self._period.committed

    @cached_property
    def _positions(self) -> list[EntryPosition]:
        """The places of changed entries, before and after the change."""
        return list(dict.fromkeys((*self._read_present(), *self._read_former())))

    def _read_present(self) -> Iterator[EntryPosition]:
        period = self._period
        times = (_ENTRIES.released, _ENTRIES.expires)
        scheduled = ((time > period.scanned) & (time <= period.now) for time in times)
        found = select(_ENTRIES.published, _ENTRIES.id).where(or_(_ENTRIES.changed > period.committed, *scheduled))
        yield from (EntryPosition(*row) for row in self._connection.execute(found))

    def _read_former(self) -> Iterator[EntryPosition]:
        found = select(_CHANGES.published, _CHANGES.id).where(_CHANGES.until > self._period.committed)
        yield from (EntryPosition(*row) for row in self._connection.execute(found))


def _compare(key: EntryPosition, other: EntryPosition) -> int:
    return is_earlier(other, key) - is_earlier(key, other)


_sort_key = cmp_to_key(_compare)

"""Divide the entries of a scope into the blocks that its archive documents hold, so that old ones stay as they are.

Blocks follow each other in order of time: as feeds show entries, but the oldest first. A block holds what lies from its
beginning up to the next one's. Once drawn, a beginning never moves, and block 1 has none.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, insert, or_, select, true

from feeds.catalog import schema

BLOCK_SIZE = 100
"""How many entries a block is drawn to hold; a block of twice as many is divided.

So the newest entries lie in a block that is still growing, and one that comes somewhat late changes no finished block.
"""


class Key(NamedTuple):
    """Where an entry stands: by `published`, in seconds, then by id downwards. Python would compare them otherwise."""

    published: int
    id: str


class Span(msgspec.Struct, frozen=True):
    """What lies from `start` up to `end`, itself not included; None: without a bound."""

    start: Key | None = None
    end: Key | None = None


class Scope(msgspec.Struct, frozen=True):
    """Whose entries are divided: a topic's, by number, a provider's, by domain, or, with neither, all."""

    topic: int | None = None
    provider: str = ""

    @property
    def name(self) -> str:
        """The name under which its blocks are kept."""
        if self.topic is not None:
            return f"topics/{self.topic}"
        return f"providers/{self.provider}" if self.provider else "feed"


class Block(msgspec.Struct, frozen=True):
    """A block: its number, where it begins (None: there is nothing before), and when that was drawn, in seconds."""

    number: int = 1
    start: Key | None = None
    drawn: int = 0


class Blocks:
    """The blocks of a scope, over one connection."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope

    def numbered(self, number: int) -> Block | None:
        """Give the block with this number."""
        return Block() if number == 1 else self._find(self._select().where(schema.blocks.c.number == number))

    def holding(self, key: Key) -> Block:
        """Give the block in which an entry lies."""
        blocks = schema.blocks.c
        return self._find_last(precedes(blocks.published, blocks.id, key, or_equals=True))

    def below(self, key: Key) -> Block:
        """Give the block in which lies what comes just before an entry."""
        return self._find_last(precedes(schema.blocks.c.published, schema.blocks.c.id, key))

    def preceding(self, block: Block) -> Block | None:
        """Give the block before another one."""
        return self.below(block.start) if block.start else None

    def following(self, block: Block) -> Block | None:
        """Give the block after another one."""
        blocks = schema.blocks.c
        where = follows(blocks.published, blocks.id, block.start) if block.start else true()
        return self._find(self._select().where(where).order_by(blocks.published, blocks.id.desc()).limit(1))

    def divide(self, keys: Collection[Key], *, until: int, drawn: int) -> None:
        """Divide the blocks that have grown too large by the entries at `keys`.

        What was published after `until`, in seconds, is left out of account: anything may yet come before it.
        """
        end: Key | None = None
        for key in _sort(keys):
            if end and is_earlier(key, end):
                continue  # its block has been seen to
            block = self.holding(key)
            following = self.following(block)
            self._add(self._find_starts(block, following, until=until), drawn=drawn)
            if following is None:
                return
            end = following.start

    def divide_all(self, *, until: int) -> None:
        """Divide what has never been divided."""
        self._add(self._find_starts(Block(), None, until=until), drawn=0)

    def _select(self) -> Select[tuple[int, int, str, int]]:
        blocks = schema.blocks.c
        columns = (blocks.number, blocks.published, blocks.id, blocks.drawn)
        return select(*columns).where(blocks.scope == self._scope.name)

    def _find_last(self, where: ColumnElement[bool]) -> Block:
        blocks = schema.blocks.c
        ordered = self._select().where(where).order_by(blocks.published.desc(), blocks.id)
        return self._find(ordered.limit(1)) or Block()

    def _find(self, statement: Select[tuple[int, int, str, int]]) -> Block | None:
        row = self._connection.execute(statement).one_or_none()
        return Block(row.number, Key(row.published, row.id), row.drawn) if row else None

    def _find_starts(self, block: Block, following: Block | None, *, until: int) -> list[Key]:
        """Give where new blocks are to begin, inside a block."""
        entries = schema.entries.c
        source, where, published = self._select_from()
        place = func.row_number().over(order_by=[published, entries.id.desc()]).label("place")
        span = Span(block.start, following.start if following else None)
        numbered = (
            select(published.label("published"), entries.id, place)
            .select_from(source)
            .where(*where, *lie_in(span, published, entries.id), published <= until)
            .subquery()
        )
        edges = select(numbered).where(numbered.c.place % BLOCK_SIZE <= 1).order_by(numbered.c.place)
        return _choose_starts([(row.place, Key(row.published, row.id)) for row in self._connection.execute(edges)])

    def _select_from(self) -> tuple[FromClause, list[ColumnElement[bool]], ColumnElement[int]]:
        entries, members = schema.entries, schema.entry_topics
        if self._scope.topic is not None:
            source = members.join(entries, members.c.entry == entries.c.number)
            return source, [members.c.topic == self._scope.topic], members.c.published
        where = [entries.c.provider == self._scope.provider] if self._scope.provider else []
        return entries, where, entries.c.published

    def _add(self, starts: Sequence[Key], *, drawn: int) -> None:
        if not starts:
            return
        highest = select(func.max(schema.blocks.c.number)).where(schema.blocks.c.scope == self._scope.name)
        number = (self._connection.scalar(highest) or 1) + 1
        records = [
            {"scope": self._scope.name, "number": number + place, "drawn": drawn, **start._asdict()}
            for place, start in enumerate(starts)
        ]
        self._connection.execute(insert(schema.blocks), records)


def precedes(
    published: ColumnElement[int], id: ColumnElement[str], key: Key, *, or_equals: bool = False
) -> ColumnElement[bool]:
    """Say that rows with these columns stand before `key` in order of time."""
    # The first half says no more than the second, but an index can be searched by it.
    return and_(published <= key.published, or_(published < key.published, id >= key.id if or_equals else id > key.id))


def follows(
    published: ColumnElement[int], id: ColumnElement[str], key: Key, *, or_equals: bool = False
) -> ColumnElement[bool]:
    """Say that rows with these columns stand after `key` in order of time."""
    return and_(published >= key.published, or_(published > key.published, id <= key.id if or_equals else id < key.id))


def lie_in(span: Span, published: ColumnElement[int], id: ColumnElement[str]) -> Iterator[ColumnElement[bool]]:
    """Say that rows with these columns stand in a span."""
    if span.start:
        yield follows(published, id, span.start, or_equals=True)
    if span.end:
        yield precedes(published, id, span.end)


def _sort(keys: Collection[Key]) -> list[Key]:
    return sorted(sorted(keys, key=lambda key: key.id, reverse=True), key=lambda key: key.published)


def is_earlier(key: Key, other: Key) -> bool:
    """Say whether `key` stands before `other` in order of time."""
    return (key.published, other.id) < (other.published, key.id)


def _choose_starts(edges: Sequence[tuple[int, Key]]) -> list[Key]:
    """Choose, of the entries at the edges of blocks, with their places from 1 on, those that shall begin a block.

    The first block has its beginning already, and one that would not be full stays with the one before.
    """
    last = max((place for place, _ in edges), default=0) // BLOCK_SIZE * BLOCK_SIZE
    return [key for place, key in edges if place % BLOCK_SIZE == 1 and 1 < place < last]

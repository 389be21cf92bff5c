"""Divide the entries of a scope into the blocks that its archive documents hold, so that old ones stay as they are.

Blocks follow each other in order of time: as feeds show entries, but the oldest first. A block holds what lies from its
beginning up to the next one's. Once drawn, a beginning never moves, and block 1 has none.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
)

from feeds.catalog import schema

BLOCK_SIZE = 100
"""How many entries a block is drawn to hold; a block of twice as many is divided.

So the newest entries lie in a block that is still growing, and one that comes somewhat late changes no finished block.
"""


class Key(NamedTuple):
    """Where an entry stands: by `published`, in seconds, then by id downwards. Python would compare them otherwise."""

    published: int
    id: str


_Key: TypeAlias = Key | tuple[BindParameter[Any], BindParameter[Any]]
_LOWEST, _HIGHEST = Key(-(2**62), ""), Key(2**62, "")


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


def precedes(
    published: ColumnElement[int], id: ColumnElement[str], key: _Key, *, or_equals: bool = False
) -> ColumnElement[bool]:
    """Say that rows with these columns stand before `key` in order of time."""
    moment, name = key
    # The first half says no more than the second, but an index can be searched by it.
    return and_(published <= moment, or_(published < moment, id >= name if or_equals else id > name))


def follows(
    published: ColumnElement[int], id: ColumnElement[str], key: _Key, *, or_equals: bool = False
) -> ColumnElement[bool]:
    """Say that rows with these columns stand after `key` in order of time."""
    moment, name = key
    return and_(published >= moment, or_(published > moment, id <= name if or_equals else id < name))


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


# Built once: to build one costs far more than to execute it.
_BLOCKS = schema.blocks.c
_KEY: _Key = (bindparam("published"), bindparam("id"))
_SCOPED = select(_BLOCKS.number, _BLOCKS.published, _BLOCKS.id, _BLOCKS.drawn).where(
    _BLOCKS.scope == bindparam("scope")
)
_DOWNWARDS = _SCOPED.order_by(_BLOCKS.published.desc(), _BLOCKS.id).limit(1)
_UPWARDS = _SCOPED.order_by(_BLOCKS.published, _BLOCKS.id.desc()).limit(1)
_NUMBERED = _SCOPED.where(_BLOCKS.number == bindparam("number"))
_NUMBERS = (
    select(_BLOCKS.number).where(_BLOCKS.scope == bindparam("scope")).order_by(_BLOCKS.published.desc(), _BLOCKS.id)
)
_HOLDING = _DOWNWARDS.where(precedes(_BLOCKS.published, _BLOCKS.id, _KEY, or_equals=True))
_BELOW = _DOWNWARDS.where(precedes(_BLOCKS.published, _BLOCKS.id, _KEY))
_FOLLOWING = _UPWARDS.where(follows(_BLOCKS.published, _BLOCKS.id, _KEY))


def _select_edges(source: FromClause, published: ColumnElement[int], *where: ColumnElement[bool]) -> Select[Any]:
    """Select what stands first or last if the entries in a span are divided, with its place in the span from 1 on."""
    id = schema.entries.c.id
    place = func.row_number().over(order_by=[published, id.desc()]).label("place")
    numbered = (
        select(published.label("published"), id, place)
        .select_from(source)
        .where(*where, published <= bindparam("until"))
        .where(follows(published, id, (bindparam("start_published"), bindparam("start_id")), or_equals=True))
        .where(precedes(published, id, (bindparam("end_published"), bindparam("end_id"))))
        .subquery()
    )
    return select(numbered).where(numbered.c.place % BLOCK_SIZE <= 1).order_by(numbered.c.place)


_ENTRIES, _MEMBERS = schema.entries, schema.entry_topics
_EDGES = _select_edges(_ENTRIES, _ENTRIES.c.published)
_EDGES_OF_PROVIDER = _select_edges(_ENTRIES, _ENTRIES.c.published, _ENTRIES.c.provider == bindparam("provider"))
_EDGES_OF_TOPIC = _select_edges(
    _MEMBERS.join(_ENTRIES, _MEMBERS.c.entry == _ENTRIES.c.number),
    _MEMBERS.c.published,
    _MEMBERS.c.topic == bindparam("topic"),
)


class Blocks:
    """The blocks of a scope, over one connection."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope

    def numbered(self, number: int) -> Block | None:
        """Give the block with this number."""
        return Block() if number == 1 else self._find(_NUMBERED, number=number)

    def numbers(self) -> list[int]:
        """Give the numbers of all blocks, the newest first."""
        return [*self._connection.scalars(_NUMBERS, {"scope": self._scope.name}), Block().number]

    def holding(self, key: Key) -> Block:
        """Give the block in which an entry lies."""
        return self._find(_HOLDING, **key._asdict()) or Block()

    def below(self, key: Key) -> Block:
        """Give the block in which lies what comes just before an entry."""
        return self._find(_BELOW, **key._asdict()) or Block()

    def preceding(self, block: Block) -> Block | None:
        """Give the block before another one."""
        return self.below(block.start) if block.start else None

    def following(self, block: Block) -> Block | None:
        """Give the block after another one."""
        return self._find(_FOLLOWING, **(block.start or _LOWEST)._asdict())

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

    def _find(self, statement: Select[Any], **parameters: object) -> Block | None:
        row = self._connection.execute(statement, {"scope": self._scope.name, **parameters}).one_or_none()
        return Block(row.number, Key(row.published, row.id), row.drawn) if row else None

    def _find_starts(self, block: Block, following: Block | None, *, until: int) -> list[Key]:
        """Give where new blocks are to begin, inside a block."""
        start, end = block.start or _LOWEST, (following.start if following else None) or _HIGHEST
        parameters = {f"start_{name}": value for name, value in start._asdict().items()}
        parameters |= {f"end_{name}": value for name, value in end._asdict().items()}
        statement, member = self._choose_edges()
        edges = self._connection.execute(statement, {**parameters, **member, "until": until})
        return _choose_starts([(row.place, Key(row.published, row.id)) for row in edges])

    def _choose_edges(self) -> tuple[Select[Any], dict[str, object]]:
        if self._scope.topic is not None:
            return _EDGES_OF_TOPIC, {"topic": self._scope.topic}
        return (_EDGES_OF_PROVIDER, {"provider": self._scope.provider}) if self._scope.provider else (_EDGES, {})

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

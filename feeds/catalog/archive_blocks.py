"""Divide the entries of a scope into one block per archive document, and keep old blocks unchanged.

Blocks are in order of time: the order in which feeds show entries, but with the oldest entry first. A block holds the
entries from its start up to the start of the next block. A drawn start never moves, and block 1 has no start.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import (
    BigInteger,
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
from feeds.catalog.visibility import is_visible

BLOCK_SIZE = 100
"""The number of entries in a new block; a block is divided when it holds twice as many.

The newest entries are therefore in a block that still grows, and a late entry rarely changes a finished block.
"""


class EntryPosition(NamedTuple):
    """The position of an entry: by `published`, in seconds, then by id in descending order, unlike Python's order."""

    published: int
    id: str


Position: TypeAlias = EntryPosition | tuple[BindParameter[int], BindParameter[str]]
"""A position, or the parameters for a position in a statement."""

_LOWEST, _HIGHEST = EntryPosition(-(2**62), ""), EntryPosition(2**62, "")


class Span(msgspec.Struct, frozen=True):
    """The positions from `start` up to `end`, `end` not included; None means no bound."""

    start: EntryPosition | None = None
    end: EntryPosition | None = None


class Scope(msgspec.Struct, frozen=True):
    """The entries of a topic, by number, of a provider, by domain, or, with neither, all entries."""

    topic: int | None = None
    provider: str = ""

    @property
    def name(self) -> str:
        """The name of the scope in the table of blocks."""
        if self.topic is not None:
            return f"topics/{self.topic}"
        return f"providers/{self.provider}" if self.provider else "feed"


class Block(msgspec.Struct, frozen=True):
    """A block: the number, the start (None for the first block), and the time the start was drawn, in seconds."""

    number: int = 1
    start: EntryPosition | None = None
    drawn: int = 0


def precedes(
    published: ColumnElement[int], id: ColumnElement[str], *, key: Position, or_equals: bool = False
) -> ColumnElement[bool]:
    """Build a condition for rows before `key` in order of time."""
    time, name = key
    # The first half follows from the second, but the database can use an index for it.
    return and_(published <= time, or_(published < time, id >= name if or_equals else id > name))


def follows(
    published: ColumnElement[int], id: ColumnElement[str], *, key: Position, or_equals: bool = False
) -> ColumnElement[bool]:
    """Build a condition for rows after `key` in order of time."""
    time, name = key
    return and_(published >= time, or_(published > time, id <= name if or_equals else id < name))


def lies_in(
    start: Position | None, end: Position | None, *, published: ColumnElement[int], id: ColumnElement[str]
) -> Iterator[ColumnElement[bool]]:
    """Build the conditions for rows from `start` up to `end`, `end` not included; None means no bound."""
    if start:
        yield follows(published, id, key=start, or_equals=True)
    if end:
        yield precedes(published, id, key=end)


START: Position = (bindparam("start_published", type_=BigInteger), bindparam("start_id"))
END: Position = (bindparam("end_published", type_=BigInteger), bindparam("end_id"))
"""The bounds of a span, as parameters of a statement."""


def list_bounds(span: Span) -> dict[str, object]:
    """Return the values for the parameters in `START` and `END`, without those of a missing bound."""
    bounds = (("start", span.start), ("end", span.end))
    return {
        f"{name}_{field}": value for name, position in bounds if position for field, value in position._asdict().items()
    }


def _sort(keys: Collection[EntryPosition]) -> list[EntryPosition]:
    return sorted(sorted(keys, key=lambda key: key.id, reverse=True), key=lambda key: key.published)


def is_earlier(key: EntryPosition, other: EntryPosition) -> bool:
    """Return whether `key` comes before `other` in order of time."""
    return (key.published, other.id) < (other.published, key.id)


def _choose_starts(edges: Sequence[tuple[int, EntryPosition]]) -> list[EntryPosition]:
    """Choose the starts of blocks among the entries at the edges of blocks, given with positions from 1 on.

    The first block has a start already, and an incomplete block stays part of the block before it.
    """
    last = max((position for position, _ in edges), default=0) // BLOCK_SIZE * BLOCK_SIZE
    return [key for position, key in edges if position % BLOCK_SIZE == 1 and 1 < position < last]


# Statements are built once: building costs far more than executing.
_BLOCKS = schema.blocks.c
_POSITION: Position = (bindparam("published"), bindparam("id"))
_SCOPED = select(_BLOCKS.number, _BLOCKS.published, _BLOCKS.id, _BLOCKS.drawn).where(
    _BLOCKS.scope == bindparam("scope")
)
_DOWNWARDS_ALL = _SCOPED.order_by(_BLOCKS.published.desc(), _BLOCKS.id)
_DOWNWARDS = _DOWNWARDS_ALL.limit(1)
_UPWARDS = _SCOPED.order_by(_BLOCKS.published, _BLOCKS.id.desc()).limit(1)
_NUMBERED = _SCOPED.where(_BLOCKS.number == bindparam("number"))
_NUMBERS = (
    select(_BLOCKS.number).where(_BLOCKS.scope == bindparam("scope")).order_by(_BLOCKS.published.desc(), _BLOCKS.id)
)
_HOLDING = _DOWNWARDS.where(precedes(_BLOCKS.published, _BLOCKS.id, key=_POSITION, or_equals=True))
_BELOW = _DOWNWARDS.where(precedes(_BLOCKS.published, _BLOCKS.id, key=_POSITION))
_FOLLOWING = _UPWARDS.where(follows(_BLOCKS.published, _BLOCKS.id, key=_POSITION))


def _select_edges(source: FromClause, published: ColumnElement[int], *where: ColumnElement[bool]) -> Select[Any]:
    """Select the first and last entries of the new blocks in a span, with positions from 1 on."""
    id = schema.entries.c.id
    position = func.row_number().over(order_by=[published, id.desc()]).label("position")
    numbered = (
        select(published.label("published"), id, position)
        .select_from(source)
        .where(*where, published <= bindparam("until"), is_visible(bindparam("until", type_=BigInteger)))
        .where(*lies_in(START, END, published=published, id=id))
        .subquery()
    )
    return select(numbered).where(numbered.c.position % BLOCK_SIZE <= 1).order_by(numbered.c.position)


_ENTRIES, _MEMBERS = schema.entries, schema.entry_topics
_EDGES = _select_edges(_ENTRIES, _ENTRIES.c.published)
_EDGES_OF_PROVIDER = _select_edges(_ENTRIES, _ENTRIES.c.published, _ENTRIES.c.provider == bindparam("provider"))
_EDGES_OF_TOPIC = _select_edges(
    _MEMBERS.join(_ENTRIES, _MEMBERS.c.entry == _ENTRIES.c.number),
    _MEMBERS.c.published,
    _MEMBERS.c.topic == bindparam("topic"),
)


class Blocks:
    """Read and divide the blocks of a scope over a connection."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope

    def find_numbered(self, number: int) -> Block | None:
        """Return the block with a number."""
        return Block() if number == 1 else self._find(_NUMBERED, number=number)

    def list_numbers(self) -> list[int]:
        """Return the numbers of all blocks, newest first."""
        return [*self._connection.scalars(_NUMBERS, {"scope": self._scope.name}), Block().number]

    def list_all(self) -> list[Block]:
        """Return all blocks, oldest first."""
        rows = self._connection.execute(_DOWNWARDS_ALL, {"scope": self._scope.name})
        blocks = [Block(row.number, EntryPosition(row.published, row.id), row.drawn) for row in rows]
        return [Block(), *reversed(blocks)]

    def find_holding(self, key: EntryPosition) -> Block:
        """Return the block around an entry."""
        return self._find(_HOLDING, **key._asdict()) or Block()

    def find_below(self, key: EntryPosition) -> Block:
        """Return the block around the position just before an entry."""
        return self._find(_BELOW, **key._asdict()) or Block()

    def find_preceding(self, block: Block) -> Block | None:
        """Return the block before another block."""
        return self.find_below(block.start) if block.start else None

    def find_following(self, block: Block) -> Block | None:
        """Return the block after another block."""
        return self._find(_FOLLOWING, **(block.start or _LOWEST)._asdict())

    def divide(self, keys: Collection[EntryPosition], *, until: int, drawn: int) -> None:
        """Divide the blocks that the entries at `keys` have made too large.

        Entries published after `until`, in seconds, are ignored, because earlier entries may still arrive.
        """
        end: EntryPosition | None = None
        for key in _sort(keys):
            if end and is_earlier(key, end):
                continue  # its block has been divided
            block = self.find_holding(key)
            following = self.find_following(block)
            self._add(self._find_starts(block, following, until=until), drawn=drawn)
            if following is None:
                return
            end = following.start

    def divide_all(self, *, until: int) -> None:
        """Divide a scope without blocks."""
        self._add(self._find_starts(Block(), None, until=until), drawn=0)

    def _find(self, statement: Select[Any], **parameters: object) -> Block | None:
        row = self._connection.execute(statement, {"scope": self._scope.name, **parameters}).one_or_none()
        return Block(row.number, EntryPosition(row.published, row.id), row.drawn) if row else None

    def _find_starts(self, block: Block, following: Block | None, *, until: int) -> list[EntryPosition]:
        """Return the starts of new blocks inside a block."""
        span = Span(block.start or _LOWEST, (following.start if following else None) or _HIGHEST)
        statement, member = self._choose_edges()
        edges = self._connection.execute(statement, {**list_bounds(span), **member, "until": until})
        return _choose_starts([(row.position, EntryPosition(row.published, row.id)) for row in edges])

    def _choose_edges(self) -> tuple[Select[Any], dict[str, object]]:
        if self._scope.topic is not None:
            return _EDGES_OF_TOPIC, {"topic": self._scope.topic}
        return (_EDGES_OF_PROVIDER, {"provider": self._scope.provider}) if self._scope.provider else (_EDGES, {})

    def _add(self, starts: Sequence[EntryPosition], *, drawn: int) -> None:
        if not starts:
            return
        highest = select(func.max(schema.blocks.c.number)).where(schema.blocks.c.scope == self._scope.name)
        number = (self._connection.scalar(highest) or 1) + 1
        records = [
            {"scope": self._scope.name, "number": number + position, "drawn": drawn, **start._asdict()}
            for position, start in enumerate(starts)
        ]
        self._connection.execute(insert(schema.blocks), records)


def divide_all_scopes(connection: Connection, *, until: int) -> None:
    """Divide the entries of a new catalog, except entries published after `until`, in seconds."""
    topics, providers = schema.topics.c, schema.providers.c
    minimum = 2 * BLOCK_SIZE  # smaller scopes are not divided
    numbers = connection.scalars(select(topics.number).where(topics.entries >= minimum)).all()
    domains = connection.scalars(select(providers.domain).where(providers.entries >= minimum)).all()
    scopes = (Scope(), *(Scope(topic=number) for number in numbers), *(Scope(provider=domain) for domain in domains))
    for scope in scopes:
        Blocks(connection, scope).divide_all(until=until)


def divide_scopes(
    connection: Connection, arrivals: Mapping[Scope, Collection[EntryPosition]], *, committed: int
) -> None:
    """Divide the blocks that new entries have made too large; `committed` is the time of the current commit."""
    for scope, keys in arrivals.items():
        Blocks(connection, scope).divide(keys, until=committed, drawn=committed)

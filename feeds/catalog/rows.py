"""Insert, update and delete rows of the catalog's tables in bulk."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Row,
    Table,
    Text,
    Update,
    UpdateBase,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

Record: TypeAlias = dict[str, Any]
"""A row to write, by column name."""

Stored: TypeAlias = Row[*tuple[Any, ...]]
"""A row as read, with columns as attributes."""

_ROW = "row_"  # the prefix of a column's name in the name of a parameter
_CHUNK = 2_000  # bound parameters in one statement; both databases accept more, but get no faster


_MakeStatement: TypeAlias = Callable[[Table, Iterable[str]], UpdateBase]


class _Statement(NamedTuple):
    """A compiled statement, and the columns of its parameters in order; `names` is empty without named parameters."""

    text: str
    columns: Sequence[str]
    names: tuple[str, ...]


# To compile a statement takes as long as to execute it for a hundred rows.
_compiled: dict[tuple[_MakeStatement, Table, tuple[str, ...], str], _Statement] = {}


class RowWriter:
    """Write rows over a connection; the owner of the connection commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # To import both dialects would take a tenth of the start of a command.
        self._insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert

    def insert(self, table: Table, records: Sequence[Record]) -> None:
        """Insert rows."""
        self._execute_many(_insert, records, table=table)

    def upsert(self, table: Table, records: Sequence[Record]) -> None:
        """Insert rows, or overwrite rows with the same primary key."""
        if not records:
            return
        statement = self._insert(table)
        keys = [column.name for column in table.primary_key]
        values = {name: statement.excluded[name] for name in records[0] if name not in keys}
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), list(records))

    def update(self, table: Table, records: Sequence[Record]) -> None:
        """Overwrite columns of the rows with the primary keys of records; all records name the same columns."""
        self._execute_many(_update, records, table=table)

    def remove(self, table: Table, records: Sequence[Record]) -> None:
        """Delete the rows with the primary keys of records; other columns of records are ignored."""
        self._execute_many(_delete, records, table=table)

    def clear(self, table: Table) -> None:
        """Delete all rows."""
        self._connection.execute(delete(table))

    def _execute_many(self, make: _MakeStatement, records: Sequence[Record], *, table: Table) -> None:
        """Execute a statement for each record, in a single call of the driver.

        Only the values of records are written. SQLAlchemy's own bulk execution handles defaults and types as well, and
        takes twice as long.
        """
        if not records:
            return
        statement = self._compile(make, table, columns=tuple(records[0]))
        rows = [tuple([record[column] for column in statement.columns]) for record in records]
        if statement.names:
            named = [dict(zip(statement.names, row, strict=True)) for row in rows]
            self._connection.exec_driver_sql(statement.text, named)
        else:
            self._connection.exec_driver_sql(statement.text, rows)

    def _compile(self, make: _MakeStatement, table: Table, *, columns: tuple[str, ...]) -> _Statement:
        dialect = self._connection.dialect
        key = (make, table, columns, dialect.name)
        if key not in _compiled:
            compiled = make(table, columns).compile(dialect=dialect)
            positions = getattr(compiled, "positiontup", None)
            parameters = positions or tuple(compiled.params)
            texts = [name.removeprefix(_ROW) for name in parameters]
            _compiled[key] = _Statement(str(compiled), texts, names=() if positions else parameters)
        return _compiled[key]


def look_up(
    connection: Connection,
    value: Column[Any],
    *,
    key: Column[Any],
    keys: Iterable[Any],
    where: ColumnElement[bool] | None = None,
) -> dict[Any, Any]:
    """Return the values of the column `value` by the values of the column `key`, for all existing `keys`."""
    found: dict[Any, Any] = {}
    for chunk in chunks(keys):
        statement = select(key, value).where(key.in_(chunk))
        rows = connection.execute(statement if where is None else statement.where(where))
        found.update((row[0], row[1]) for row in rows)
    return found


def is_among(connection: Connection, column: Column[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Build a condition for rows with one of any count of numbers, as a single parameter."""
    dialect = connection.dialect.name
    return is_listed(column, None, write_numbers(numbers, dialect=dialect), dialect=dialect)


def is_listed(
    column: Column[int], name: str | None, numbers: str | list[int] | None = None, *, dialect: str
) -> ColumnElement[bool]:
    """Build a condition for rows with one of the `numbers`, or with one of those in the parameter with this name."""
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name, numbers, type_=Text, required=False)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(bindparam(name, numbers, type_=ARRAY(BigInteger), required=False))


def write_numbers(numbers: Iterable[int], *, dialect: str) -> str | list[int]:
    """Return numbers as a parameter of a statement."""
    values = list(numbers)
    return msgspec.json.encode(values).decode() if dialect == "sqlite" else values


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Cut values into lists, each short enough for a statement."""
    items = list(values)
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _insert(table: Table, columns: Iterable[str]) -> UpdateBase:
    return insert(table).values(_bind(columns))


def _update(table: Table, columns: Iterable[str]) -> UpdateBase:
    keys = table.primary_key.columns.keys()
    return _with_key(update(table), table).values(_bind(name for name in columns if name not in keys))


def _delete(table: Table, _columns: Iterable[str]) -> UpdateBase:
    return _with_key(delete(table), table)


def _bind(columns: Iterable[str]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(_ROW + name) for name in columns}


_Keyed = TypeVar("_Keyed", Update, Delete)


def _with_key(statement: _Keyed, table: Table) -> _Keyed:
    """Limit a statement to the row with the primary key in the parameters."""
    return statement.where(*(column == bindparam(_ROW + column.name) for column in table.primary_key))

"""Compile each SQL statement once for all tests: SQLAlchemy compiles for each engine, and most tests open an engine."""

from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, event

_Key: TypeAlias = tuple[Any, ...]


class _SharedStatements(dict[_Key, Any]):
    """Compiled statements by the name of the dialect, which is the first part of a key, instead of the dialect."""

    def get(self, key: _Key, default: Any = None) -> Any:  # noqa: ANN401 SQLAlchemy's signature
        return super().get(_name_dialect(key), default)

    def __setitem__(self, key: _Key, compiled: Any) -> None:  # noqa: ANN401 as above
        super().__setitem__(_name_dialect(key), compiled)


def _name_dialect(key: _Key) -> _Key:
    dialect, *rest = key
    return (dialect.name, *rest)


_statements = _SharedStatements()


@event.listens_for(Engine, "engine_connect")
def share_statements(connection: Connection) -> None:
    """Give a new connection the statements that other engines' connections have compiled."""
    connection.execution_options(compiled_cache=_statements)

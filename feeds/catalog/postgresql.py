"""Connect to PostgreSQL, and notice a server that does not answer.

The driver waits for ever: a server whose processes are stopped still has open sockets, and some networks drop packets
without an error.
"""

import math
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import closing
from enum import Enum, auto
from functools import partial
from threading import Thread
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.errors import ConnectionFailure, ConnectionTimeout

_Result = TypeVar("_Result")

Check: TypeAlias = Callable[[float], object]
"""A function called ten times per second with the seconds since the start of a wait; an exception ends the wait."""

# A broken network ends a wait after these times, and not after two hours.
NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_FULL = ("too many connections", "too many clients", "remaining connection slots")
_FULL_PAUSE_SECONDS = 0.1

ASK_SECONDS = 5.0
"""After this time without an answer, a patient connection asks whether the server answers others."""

ASK_AGAIN_SECONDS = 1.0
LOST_SECONDS = 30.0
"""How long an answer may take once a silent server answers others again; the answer may have been lost."""

_ASK_TIMEOUT_SECONDS = 2
_STATE = "SELECT state FROM pg_stat_activity WHERE pid = %s AND usename = current_user AND datname = current_database()"
_IDLE_STATES = ("idle", "idle in transaction", "idle in transaction (aborted)")


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that runs a check while waiting for the server, and is closed when the check raises.

    `start_check` returns the check for one wait.
    """

    start_check: Callable[[], Check]

    def wait(self, gen: Generator[Any, Any, _Result], *args: Any, **options: Any) -> _Result:  # noqa: ANN401 the driver's signature
        """Wait until a generator of the driver ends, and return its result."""
        return super().wait(self._check_during(gen), *args, **options)

    def _check_during(self, gen: Generator[Any, Any, _Result]) -> Generator[Any, Any, _Result]:
        started = time.monotonic()
        check: Check | None = None
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready:
                    check = check or self.start_check()
                    self._run(check, time.monotonic() - started)
                wanted = gen.send(ready)
        except StopIteration as stop:
            result: _Result = stop.value
            return result

    def _run(self, check: Check, seconds: float) -> None:
        try:
            check(seconds)
        except BaseException:
            self.close()  # the state of the transaction is unknown
            raise


def connect(
    open_connection: Callable[[], WatchedConnection],
    *,
    start_check: Callable[[WatchedConnection], Check],
    full_seconds: float,
    wait_on: Callable[[], bool] = lambda: False,
) -> WatchedConnection:
    """Open a connection with a check; while the server has no connection left, try again for `full_seconds`.

    `wait_on` is called after each attempt without an answer, and returns whether to try again.
    """
    end = time.monotonic() + full_seconds
    while True:
        try:
            connection = open_connection()
        except ConnectionTimeout as error:
            if not wait_on():
                raise ConnectionFailure(str(error)) from error
        except psycopg.OperationalError as error:
            if time.monotonic() >= end or not any(words in str(error) for words in _FULL):
                raise
            time.sleep(_FULL_PAUSE_SECONDS)
        else:
            connection.start_check = partial(start_check, connection)
            return connection


class QuickConnector:
    """Opens connections that give up after `answer_seconds` without an answer, for readers who cannot wait."""

    def __init__(self, *, answer_seconds: float) -> None:
        self._answer_seconds = answer_seconds

    def connect(
        self, _dialect: object, _record: object, args: list[Any], parameters: dict[str, Any]
    ) -> WatchedConnection:
        """Open a connection as SQLAlchemy's event `do_connect`.

        A thread looks up the host and connects, because the system's look-up has no limit of time.
        """
        opened: Future[WatchedConnection] = Future()
        open_connection = partial(WatchedConnection.connect, *args, **{**NETWORK, "connect_timeout": 2, **parameters})
        open_checked = partial(
            connect, open_connection, start_check=lambda _: self._check, full_seconds=self._answer_seconds
        )
        Thread(target=_fulfil, args=(opened, open_checked), name="connect", daemon=True).start()
        try:
            return opened.result(self._answer_seconds)
        except TimeoutError:
            opened.add_done_callback(_close)
            raise self._make_error() from None

    def _check(self, seconds: float) -> None:
        if seconds >= self._answer_seconds:
            raise self._make_error()

    def _make_error(self) -> ConnectionFailure:
        return ConnectionFailure(f"no answer for {self._answer_seconds:g} seconds")


def _fulfil(future: "Future[WatchedConnection]", work: Callable[[], WatchedConnection]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 the waiting thread raises it
        future.set_exception(error)


def _close(opened: "Future[WatchedConnection]") -> None:
    """Close a connection that was opened too late."""
    if not opened.exception():
        opened.result().close()


class PatientConnector:
    """Opens connections that wait for slow statements, for collectors.

    `wait_on` is called again and again while the server does not answer, and returns whether to wait on.
    """

    def __init__(self, *, full_seconds: float, wait_on: Callable[[], bool]) -> None:
        self._full_seconds = full_seconds
        self._wait_on = wait_on

    def connect(
        self, _dialect: object, _record: object, args: list[Any], parameters: dict[str, Any]
    ) -> WatchedConnection:
        """Open a connection as SQLAlchemy's event `do_connect`."""
        open_connection = partial(WatchedConnection.connect, *args, **NETWORK | parameters)
        ask = partial(_ask, partial(open_connection, connect_timeout=_ASK_TIMEOUT_SECONDS, autocommit=True))
        return connect(
            open_connection,
            start_check=lambda waiting: SilenceCheck(partial(ask, waiting.info.backend_pid), self._wait_on).check,
            full_seconds=self._full_seconds,
            wait_on=self._wait_on,
        )


class ServerState(Enum):
    """What a server does that leaves a statement without an answer."""

    SILENT = auto()
    BUSY = auto()
    """It works on the statement, or does not say what it does."""

    IDLE = auto()
    """It waits for the next statement: the statement, or its answer, was lost on the way."""


class SilenceCheck:
    """Finds out during a wait whether a statement takes long, the server is silent, or the answer was lost.

    `ask` asks the server over another connection.
    """

    def __init__(self, ask: Callable[[], ServerState], wait_on: Callable[[], bool]) -> None:
        self._ask = ask
        self._wait_on = wait_on
        self._due = ASK_SECONDS
        self._lost = math.inf
        self._state = ServerState.BUSY

    def check(self, seconds: float) -> None:
        """Ask whether the server answers others, now and then.

        Raises:
            ConnectionFailure: the server is silent and nobody wants to wait, or the answer was lost.
        """
        if seconds >= self._lost:
            raise ConnectionFailure("the connection was lost")
        if seconds < self._due:
            return
        before, self._state = self._state, self._ask()
        if self._state is ServerState.SILENT:
            self._lost = math.inf
            self._due = seconds + ASK_AGAIN_SECONDS
            if not self._wait_on():
                raise ConnectionFailure(f"no answer for {seconds:.0f} seconds")
        elif self._state is ServerState.IDLE:
            # The answer may just be on its way.
            self._due = self._lost = seconds + ASK_AGAIN_SECONDS
        else:
            self._lost = seconds + LOST_SECONDS if before is ServerState.SILENT else self._lost
            self._due = 2 * seconds


def _ask(open_connection: Callable[[], WatchedConnection], process: int) -> ServerState:
    """Ask what the process of another connection does. Behind a pooler, its id may be unknown."""
    try:
        with closing(open_connection()) as connection:
            connection.start_check = lambda: _end_wait
            row = connection.execute(_STATE, [process]).fetchone()
    except (ConnectionTimeout, ConnectionFailure):
        return ServerState.SILENT
    except psycopg.Error:
        return ServerState.BUSY  # a refusal is an answer
    return ServerState.IDLE if row and row[0] in _IDLE_STATES else ServerState.BUSY


def _end_wait(seconds: float) -> None:
    if seconds >= _ASK_TIMEOUT_SECONDS:
        raise ConnectionFailure(f"no answer for {seconds:.0f} seconds")

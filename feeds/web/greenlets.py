"""Keep the greenlets of a gevent server from stopping each other.

All greenlets of a worker share one thread. A greenlet that waits for a client lets others go on; a greenlet that
computes, or waits for the database, would stop all others.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from socket import SHUT_RDWR, socket
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import gevent
import gevent.events
from gevent.threadpool import ThreadPool
from gunicorn.http.errors import ParseException

from feeds.model.errors import OverloadError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 12
"""The number of real threads in a worker."""

WORK_SECONDS = 25
"""How long a request waits for a real thread: less than platforms wait for a response (mostly half a minute)."""

CLIENT_SECONDS = 66
"""How long a client may take to send a body, or to receive the rest of a response."""

CHECK_SECONDS = 5
"""How often to look for clients that take too long."""

REQUESTS_PER_TURN = 10
"""How many requests of a connection are answered before others: about a millisecond of work from the cache."""

MAX_BODY_BYTES = 1024 * 1024
"""The longest body to skip; the connection ends after a longer body."""

_READ_BYTES = 8 * 1024
# Any time above 0: after `sleep(0)`, a greenlet may go on before the loop looks for data from other clients.
_NEXT_TURN = 1e-6

# The connections with a response in progress, and its beginning. Timers of sockets would take longer.
_started: dict[socket, float] = {}

T = TypeVar("T")


def keep_threads() -> None:
    """Stop gevent from patching the standard library: greenlets use gevent directly, and threads stay real threads."""
    gevent.events.subscribers.append(_refuse_patches)


def _refuse_patches(event: object) -> None:
    if isinstance(event, gevent.events.GeventWillPatchAllEvent):
        raise gevent.events.DoNotPatch


def run_in_thread(work: Callable[[], T]) -> T:
    """Do work that computes or waits: in a real thread if the caller is a greenlet, otherwise directly.

    Raises:
        OverloadError: the work takes too long, or no thread gets free.
    """
    if not isinstance(gevent.getcurrent(), gevent.Greenlet):
        return work()
    with gevent.Timeout(WORK_SECONDS, OverloadError("This takes too long at the moment. Please try again soon.")):
        finished: Future[T] = _open_pool().apply(_finish, (work,))
    return finished.result()


def _finish(work: Callable[[], T]) -> "Future[T]":
    """Keep the result of work, or the error: gevent would print the error."""
    finished: Future[T] = Future()
    try:
        finished.set_result(work())
    except Exception as error:  # noqa: BLE001 the greenlet raises it
        finished.set_exception(error)
    return finished


@cache
def _open_pool() -> ThreadPool:
    return ThreadPool(THREADS)


def has_body(environ: "WSGIEnvironment") -> bool:
    """Return whether a request has a body."""
    return "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0"


def skip_body(body: BinaryIO) -> bool:
    """Read the body of a request to its end, letting others go on; return False if the body is too long or too slow.

    gunicorn would read a body of any length before the next request, without letting others go on.
    """
    with gevent.Timeout(CLIENT_SECONDS, False), suppress(OSError, ParseException):  # noqa: FBT003 gevent's signature
        for _ in range(MAX_BODY_BYTES // _READ_BYTES):
            if not body.read(_READ_BYTES):
                return True
            gevent.sleep(_NEXT_TURN)
    return False


def finish_request(environ: "WSGIEnvironment") -> bool:
    """Skip the body of a request after its response; return False if the connection must end."""
    connection: socket | None = environ.get("gunicorn.socket")
    if connection is not None:
        _started.pop(connection, None)
    return not has_body(environ) or skip_body(environ["wsgi.input"])


class FairServing:
    """WSGI middleware for gunicorn's gevent worker: no client gets more than its turn, or blocks a greenlet forever.

    gunicorn's hook must call `finish_request`.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._last: socket | None = None
        self._turn = 0  # the number of requests in a row from the last connection
        self._checker: gevent.Greenlet | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request; after `REQUESTS_PER_TURN` in a row from the same connection, let others go first."""
        connection: socket | None = environ.get("gunicorn.socket")
        if connection is None:
            return self._app(environ, start_response)
        if connection is not self._last:
            self._last, self._turn = connection, 0
        elif self._turn >= REQUESTS_PER_TURN:
            gevent.sleep(_NEXT_TURN)
            self._last, self._turn = connection, 0
        self._turn += 1
        if self._checker is None:
            self._checker = gevent.spawn(self._check_forever)
        _started[connection] = time.monotonic()
        return self._app(environ, start_response)

    def _check_forever(self) -> None:
        """Disconnect clients that take too long to receive a response."""
        while True:
            gevent.sleep(CHECK_SECONDS)
            latest = time.monotonic() - CLIENT_SECONDS
            for connection in [each for each, started in _started.items() if started < latest]:
                with suppress(OSError):
                    connection.shutdown(SHUT_RDWR)

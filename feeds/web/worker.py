"""Be gunicorn's threaded worker, but let no slow client hold a thread, or hold up the others.

Its own threads wait for a client that takes its time over a request, or over an answer, for as long as that lasts; and
the worker as a whole waits up to two seconds for a client to hang up. Here the poller waits for all of them, any number
at a time, and a thread is taken only while an answer is made.
"""

import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from itertools import takewhile
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10
"""How long a client may take to send the head of a request, from when it connects or begins."""

ANSWER_SECONDS = 30
"""How long a client may take to receive what is left of an answer."""

LEAVE_SECONDS = 2
"""How long is waited, as gunicorn does, for a client to hang up after its last answer (RFC 9112 section 9.6)."""

HEAD_BYTES = 32 * 1024
"""How large the head of a request may be; what readers send does not come near."""

_END = b"\r\n\r\n"
_DRAIN_BYTES = 64 * 1024
_BODY_HEADERS = frozenset({"CONTENT-LENGTH", "TRANSFER-ENCODING"})


class PatientSocket(socket.socket):
    """A connection on which sending never waits: what the client is not ready to take is kept until `flush`."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        self._unsent: deque[memoryview] = deque()

    @property
    def has_unsent(self) -> bool:
        """Whether anything is kept."""
        return bool(self._unsent)

    def sendall(self, data: Any, flags: int = 0, /) -> None:  # noqa: ANN401, ARG002 as socket has it
        """Send what the client takes now, and keep the rest."""
        self._unsent.append(memoryview(data))
        self.flush()

    def flush(self) -> None:
        """Send as much of what is kept as the client takes now."""
        try:
            while self._unsent:
                sent = self.send(self._unsent[0], socket.MSG_DONTWAIT)
                rest = self._unsent.popleft()[sent:]
                if rest:
                    self._unsent.appendleft(rest)
        except BlockingIOError:
            pass

    def has_head(self) -> bool:
        """Say whether reading a request will not wait: its head has arrived, or none will.

        Until more has, the poller does not report the connection again.
        """
        try:
            data = self.recv(HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            has_ended = len(data) < self.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)
            if _END in data or has_ended:
                self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
                return True
            if len(data) == HEAD_BYTES:
                self.shutdown(socket.SHUT_RD)  # whoever reads on comes to an end there
                return True
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(data) + 1)
        except BlockingIOError:
            pass
        except OSError:
            return True  # as will be found when it is read
        return False


class PatientWorker(ThreadWorker):  # type: ignore[misc] # gunicorn ships no types
    """Answers requests in threads, and waits for clients in the poller.

    `waiting` holds, by how many seconds each may last, the connections that something is awaited from, the longest
    waiting first.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 what gunicorn passes
        super().__init__(*args, **kwargs)
        # Connections that are only kept must leave room for new ones.
        self.max_keepalived = self.worker_connections // 2
        self.waiting: dict[int, dict[TConn, None]] = {HEAD_SECONDS: {}, ANSWER_SECONDS: {}, LEAVE_SECONDS: {}}

    def accept(self, listener: socket.socket) -> None:
        """Take a connection in."""
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another worker was quicker, or the client has gone
        self.nr_conns += 1
        self._expect_request(TConn(self.cfg, PatientSocket(accepted), address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Go on with a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._expect_request(conn)

    def finish_request(self, conn: TConn, future: "Future[Any]") -> None:
        """Go on with a connection whose request has been answered, as far as its client has received that."""
        if conn.sock.has_unsent:
            self._wait(conn, ANSWER_SECONDS, EVENT_WRITE, lambda: self._send_rest(conn, future))
        elif self._is_kept(conn, future):
            super().finish_request(conn, future)
        else:
            self._leave(conn)

    def murder_pending(self) -> None:
        """Close the connections that have been waited for long enough."""
        now = time.monotonic()
        for seconds, waiting in self.waiting.items():
            for conn in list(takewhile(lambda conn: conn.timeout <= now, waiting)):
                self._stop_waiting(conn, seconds)
                self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in self.waiting[HEAD_SECONDS]:
            conn.timeout = min(conn.timeout, deadline)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:  # noqa: FBT001 as gunicorn has it
        # Nothing here reads the body of a request, and to pass over it a thread would have to wait for it.
        headers = conn.parser.mesg.headers
        return keepalive and not any(name in _BODY_HEADERS and value != "0" for name, value in headers)

    def _expect_request(self, conn: TConn) -> None:
        conn.data_ready = True  # by the time that a thread looks
        if conn.sock.has_head():
            self.enqueue_req(conn)
        else:
            self._wait(conn, HEAD_SECONDS, EVENT_READ, lambda: self._read_on(conn))

    def _read_on(self, conn: TConn) -> None:
        if conn.sock.has_head():
            self._stop_waiting(conn, HEAD_SECONDS)
            self.enqueue_req(conn)

    def _send_rest(self, conn: TConn, future: "Future[Any]") -> None:
        try:
            conn.sock.flush()
        except OSError:
            self._stop_waiting(conn, ANSWER_SECONDS)
            self._close(conn)
            return
        if not conn.sock.has_unsent:
            self._stop_waiting(conn, ANSWER_SECONDS)
            self.finish_request(conn, future)

    def _is_kept(self, conn: TConn, future: "Future[Any]") -> bool:
        if future.cancelled() or future.exception() or not future.result():
            return False
        ahead = conn.parser.unreader.buf.getvalue()
        return not ahead or _END in ahead

    def _leave(self, conn: TConn) -> None:
        """Say that nothing more will come, and wait for the client to hang up: else it might lose what was sent."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
        else:
            self._wait(conn, LEAVE_SECONDS, EVENT_READ, lambda: self._see_off(conn))

    def _see_off(self, conn: TConn) -> None:
        try:
            is_there = bool(conn.sock.recv(_DRAIN_BYTES, socket.MSG_DONTWAIT))
        except OSError:
            is_there = False
        if not is_there:
            self._stop_waiting(conn, LEAVE_SECONDS)
            self._close(conn)

    def _wait(self, conn: TConn, seconds: int, event: int, proceed: Callable[[], None]) -> None:
        conn.timeout = time.monotonic() + seconds
        self.waiting[seconds][conn] = None
        self.poller.register(conn.sock, event, lambda _sock: proceed())

    def _stop_waiting(self, conn: TConn, seconds: int) -> None:
        self.poller.unregister(conn.sock)
        del self.waiting[seconds][conn]

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

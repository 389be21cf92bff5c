"""A threaded gunicorn worker that does not let slow clients block threads or other clients.

In gunicorn's own worker, a thread waits as long as a client takes to send a request or to receive a response, and the
whole worker waits up to two seconds for a client to disconnect. Here the poller waits for any number of clients at the
same time, and a thread is busy only while it makes a response.
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
"""How long a client may take to send the head of a request, from the connection or the first byte."""

RESPONSE_SECONDS = 30
"""How long a client may take to receive the rest of a response."""

DISCONNECT_SECONDS = 2
"""How long to wait for a client to disconnect after the last response, as in gunicorn (RFC 9112 section 9.6)."""

HEAD_BYTES = 32 * 1024
"""The maximum size of a request head; feed readers send far smaller heads."""

_END = b"\r\n\r\n"
_DRAIN_BYTES = 64 * 1024
_BODY_HEADERS = frozenset({"CONTENT-LENGTH", "TRANSFER-ENCODING"})


class NonBlockingSocket(socket.socket):
    """A connection where sending never waits: unsent data is kept until `flush`."""

    def __init__(self, accepted: socket.socket) -> None:
        super().__init__(fileno=accepted.detach())
        self._unsent: deque[memoryview] = deque()

    @property
    def has_unsent(self) -> bool:
        """Whether there is unsent data."""
        return bool(self._unsent)

    def sendall(self, data: Any, flags: int = 0, /) -> None:  # noqa: ANN401, ARG002 the signature of socket
        """Send as much as the client accepts now, and keep the rest."""
        self._unsent.append(memoryview(data))
        self.flush()

    def flush(self) -> None:
        """Send as much of the kept data as the client accepts now."""
        try:
            while self._unsent:
                sent = self.send(self._unsent[0], socket.MSG_DONTWAIT)
                rest = self._unsent.popleft()[sent:]
                if rest:
                    self._unsent.appendleft(rest)
        except BlockingIOError:
            pass

    def has_head(self) -> bool:
        """Return whether a request can be read without waiting: the head has arrived, or no head will arrive.

        After False, the poller does not report the connection again until more data arrives.
        """
        try:
            data = self.recv(HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            has_ended = len(data) < self.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)
            if _END in data or has_ended:
                self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
                return True
            if len(data) == HEAD_BYTES:
                self.shutdown(socket.SHUT_RD)  # further reads find the end of the data
                return True
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(data) + 1)
        except BlockingIOError:
            pass
        except OSError:
            return True  # the next read raises the same error
        return False


class PollingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn ships no types
    """Answers requests in threads, and waits for clients in the poller.

    `waiting` maps a time limit in seconds to the connections with a pending read or write, the longest waiting first.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 gunicorn's arguments
        super().__init__(*args, **kwargs)
        # Idle keep-alive connections must leave room for new connections.
        self.max_keepalived = self.worker_connections // 2
        self.waiting: dict[int, dict[TConn, None]] = {HEAD_SECONDS: {}, RESPONSE_SECONDS: {}, DISCONNECT_SECONDS: {}}

    def accept(self, listener: socket.socket) -> None:
        """Accept a new connection."""
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another worker was faster, or the client has disconnected
        self.nr_conns += 1
        self._expect_request(TConn(self.cfg, NonBlockingSocket(accepted), address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Continue with a keep-alive connection."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._expect_request(conn)

    def finish_request(self, conn: TConn, future: "Future[Any]") -> None:
        """Continue with a connection after a request has been answered: first wait until the response is sent."""
        if conn.sock.has_unsent:
            self._wait(conn, RESPONSE_SECONDS, event=EVENT_WRITE, proceed=lambda: self._send_rest(conn, future))
        elif self._is_kept(conn, future):
            super().finish_request(conn, future)
        else:
            self._disconnect(conn)

    def murder_pending(self) -> None:
        """Close the connections past their time limit."""
        now = time.monotonic()
        for seconds, waiting in self.waiting.items():
            for conn in list(takewhile(lambda conn: conn.timeout <= now, waiting)):
                self._stop_waiting(conn, seconds)
                self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in self.waiting[HEAD_SECONDS]:
            conn.timeout = min(conn.timeout, deadline)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:  # noqa: FBT001 gunicorn's signature
        # Request bodies are never read, and a thread would have to wait for a body to skip it.
        headers = conn.parser.mesg.headers
        return keepalive and not any(name in _BODY_HEADERS and value != "0" for name, value in headers)

    def _expect_request(self, conn: TConn) -> None:
        conn.data_ready = True  # true by the time a thread checks
        if conn.sock.has_head():
            self.enqueue_req(conn)
        else:
            self._wait(conn, HEAD_SECONDS, event=EVENT_READ, proceed=lambda: self._continue_reading(conn))

    def _continue_reading(self, conn: TConn) -> None:
        if conn.sock.has_head():
            self._stop_waiting(conn, HEAD_SECONDS)
            self.enqueue_req(conn)

    def _send_rest(self, conn: TConn, future: "Future[Any]") -> None:
        try:
            conn.sock.flush()
        except OSError:
            self._stop_waiting(conn, RESPONSE_SECONDS)
            self._close(conn)
            return
        if not conn.sock.has_unsent:
            self._stop_waiting(conn, RESPONSE_SECONDS)
            self.finish_request(conn, future)

    def _is_kept(self, conn: TConn, future: "Future[Any]") -> bool:
        if future.cancelled() or future.exception() or not future.result():
            return False
        ahead = conn.parser.unreader.buf.getvalue()
        return not ahead or _END in ahead

    def _disconnect(self, conn: TConn) -> None:
        """Stop sending, and wait for the client to disconnect: after an early close, the client could lose data."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(conn)
        else:
            self._wait(conn, DISCONNECT_SECONDS, event=EVENT_READ, proceed=lambda: self._drain(conn))

    def _drain(self, conn: TConn) -> None:
        try:
            is_connected = bool(conn.sock.recv(_DRAIN_BYTES, socket.MSG_DONTWAIT))
        except OSError:
            is_connected = False
        if not is_connected:
            self._stop_waiting(conn, DISCONNECT_SECONDS)
            self._close(conn)

    def _wait(self, conn: TConn, seconds: int, *, event: int, proceed: Callable[[], None]) -> None:
        conn.timeout = time.monotonic() + seconds
        self.waiting[seconds][conn] = None
        self.poller.register(conn.sock, event, lambda _sock: proceed())

    def _stop_waiting(self, conn: TConn, seconds: int) -> None:
        self.poller.unregister(conn.sock)
        del self.waiting[seconds][conn]

    def _close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

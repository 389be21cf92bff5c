"""A network to a database that may lose or delay all packets: no error, no answer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

_BYTES = 65_536


class Network:
    """Connects clients of `url` with a database."""

    def __init__(self, database_url: str, listener: socket.socket) -> None:
        parts = urlsplit(database_url)
        query = dict(parse_qsl(parts.query))
        folder = query.pop("host", "")
        self._target = f"{folder}/.s.PGSQL.5432" if folder else (parts.hostname, parts.port or 5432)
        user = parts.netloc.rpartition("@")[0]
        self.url = parts._replace(
            netloc=f"{user}@127.0.0.1:{listener.getsockname()[1]}", query=urlencode({**query, "sslmode": "disable"})
        ).geturl()
        self._listener = listener
        self.connections = 0
        """The number of connections so far."""
        self._sockets: set[socket.socket] = set()
        self._loses = Event()
        self._passes_on = Event()
        self._passes_on.set()

    @contextmanager
    def losing(self) -> Iterator[None]:
        """Lose all bytes until the block ends."""
        self._loses.set()
        try:
            yield
        finally:
            self._loses.clear()

    @contextmanager
    def delaying(self) -> Iterator[None]:
        """Pass on no bytes before the block ends, as a stopped server."""
        self._passes_on.clear()
        try:
            yield
        finally:
            self._passes_on.set()

    def run(self) -> None:
        """Accept clients until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._connect(client)

    def close(self) -> None:
        """Close everything."""
        self._passes_on.set()
        for each in (self._listener, *self._sockets.copy()):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _connect(self, client: socket.socket) -> None:
        """Connect a client with the database; without a database, close the client's connection."""
        target = socket.socket(socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET)
        try:
            target.connect(self._target)
        except OSError:
            client.close()
            target.close()
            return
        self._sockets |= {client, target}
        self.connections += 1
        Thread(target=self._join, args=(client, target), daemon=True).start()

    def _join(self, client: socket.socket, target: socket.socket) -> None:
        """Pass on everything in both directions until both ends are closed."""
        answers = Thread(target=self._pass_on, args=(target, client), daemon=True)
        answers.start()
        self._pass_on(client, target)
        answers.join()
        self._sockets -= {client, target}
        client.close()
        target.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_BYTES):
                self._passes_on.wait()
                if not self._loses.is_set():
                    sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def connecting(database_url: str) -> Iterator[Network]:
    """Run a network to a database until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    network = Network(database_url, listener)
    thread = Thread(target=network.run)
    thread.start()
    try:
        yield network
    finally:
        network.close()
        thread.join()

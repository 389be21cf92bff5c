"""Serve documents as an earlier site did, on loopback."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TypeAlias

Reply: TypeAlias = tuple[int, Mapping[str, str], bytes]


@contextmanager
def serving_old_site(replies: Mapping[str, Reply] | Callable[[str], Reply]) -> Iterator[str]:
    """Serve the reply for each path, and yield the URL of the site."""
    find = replies if callable(replies) else replies.__getitem__

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = find(self.path)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serving_bytes(send: Callable[[socket.socket], None]) -> Iterator[str]:
    """Accept one connection, and let a function send anything; yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                send(connection)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()

"""Stand between a feed reader and the server, pass everything on, and write down what the reader asks and is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.site import fetch

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True)
class Exchange:
    """One request and the status of its answer; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    status: int

    @property
    def is_conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass
class Proxy:
    """A proxy at `url`; `upstream` is the server's address, to be set before the first request."""

    url: str
    upstream: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def take(self) -> list[Exchange]:
        """Give the exchanges since the last time."""
        taken, self.exchanges = self.exchanges, []
        return taken


@contextmanager
def proxying() -> Iterator[Proxy]:
    """Run a proxy on loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            passed_on = {name: value for name, value in asked.items() if name not in _HOP_BY_HOP}
            answer = fetch(proxy.upstream + self.path, passed_on)
            proxy.exchanges.append(Exchange(self.path, asked, answer.status))
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                if name not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()

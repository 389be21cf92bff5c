"""A proxy that records the exchanges between a feed reader and the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.support.site import fetch

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True)
class Exchange:
    """A request and the status of the answer; header names are in lower case."""

    path: str
    headers: dict[str, str]
    status: int

    @property
    def is_conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass
class Proxy:
    """A proxy at `url`; set `upstream`, the server's URL, before the first request."""

    url: str
    upstream: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def take(self) -> list[Exchange]:
        """Return the exchanges since the previous call."""
        taken, self.exchanges = self.exchanges, []
        return taken


@contextmanager
def proxying() -> Iterator[Proxy]:
    """Run a proxy on loopback until the block ends."""

    class ProxyHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requested = {name.lower(): value for name, value in self.headers.items()}
            passed_on = {name: value for name, value in requested.items() if name not in _HOP_BY_HOP}
            answer = fetch(proxy.upstream + self.path, passed_on)
            proxy.exchanges.append(Exchange(self.path, requested, answer.status))
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                if name not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), ProxyHandler) as server:
        proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()

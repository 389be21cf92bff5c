"""Run a hub, or a shared cache, on loopback that records requests, and answers as a test wants."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

from tests.support.servers import find_free_port


class Hub:
    """A hub that answers with `status`, unless `is_hanging`; both may be changed at any time.

    `forms` are the received notifications, `purged` the paths of received PURGE requests, `times` their monotonic
    times. Before an answer, the hub calls `on_request`; for `poison` paths, the hub answers 500.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 204
        self.is_hanging = False
        self.retry_after = ""
        self.poison: set[str] = set()
        self.on_request: Callable[[], object] = lambda: None
        self.forms: list[dict[str, list[str]]] = []
        self.purged: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.closing = Event()

    @property
    def paths(self) -> list[str]:
        """The paths of the feeds in all notifications, in order."""
        return [urlsplit(form["hub.url"][0]).path for form in self.forms]


def _make_handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class HubHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            hub.times.append(time.monotonic())
            hub.headers.append(dict(self.headers))
            hub.forms.append(form)
            hub.on_request()
            if hub.is_hanging:
                hub.closing.wait(30)
                self.close_connection = True
                return
            is_poison = urlsplit(form.get("hub.url", [""])[0]).path in hub.poison
            self.send_response(500 if is_poison else hub.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            if hub.retry_after:
                self.send_header("Retry-After", hub.retry_after)
            self.end_headers()

        def do_PURGE(self) -> None:
            hub.times.append(time.monotonic())
            hub.headers.append(dict(self.headers))
            hub.purged.append(self.path)
            hub.on_request()
            if hub.is_hanging:
                hub.closing.wait(30)
                self.close_connection = True
                return
            self.send_response(500 if self.path in hub.poison else hub.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Keep the tests' output clean."""

    return HubHandler


@contextmanager
def running_hub() -> Iterator[Hub]:
    """Run a hub."""
    port = find_free_port()
    hub = Hub(f"http://127.0.0.1:{port}/hub")
    server = ThreadingHTTPServer(("127.0.0.1", port), _make_handler(hub))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

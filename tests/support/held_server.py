"""Serve, and see changes of the catalog only when told by SIGUSR1: `python -m tests.support.held_server PORT`."""

import os
import signal
import sys

from werkzeug.serving import WSGIRequestHandler, make_server

from feeds.catalog.catalog import Catalog
from feeds.settings import Settings
from feeds.web.app import create_app


def serve(port: int) -> None:
    """Serve the site of the environment until the process ends."""
    settings = Settings.from_environ(os.environ)
    app = create_app(settings, Catalog(settings.database_url))
    signal.signal(signal.SIGUSR1, lambda _number, _frame: app.extensions["poller"].poll())
    with make_server("127.0.0.1", port, app, threaded=True, request_handler=_Handler) as server:
        server.serve_forever(poll_interval=0.05)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


if __name__ == "__main__":
    serve(int(sys.argv[1]))

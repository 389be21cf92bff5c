"""The WSGI app, configured from the environment."""

import os
import sys
from importlib import import_module

from feeds.catalog.catalog import Catalog
from feeds.model.errors import FeedsError
from feeds.settings.loading import load_settings
from feeds.web.app import ServerOptions, create_app
from feeds.web.connections import limit_connections
from feeds.web.greenlets import FairServing
from feeds.web.observers import make_request_log
from feeds.web.poller import POLL_SECONDS
from feeds.web.startup import FIRST_COLLECT
from feeds.web.thread_tuning import tune_threads

tune_threads()
try:
    settings = load_settings(os.environ).settings
    # The app opens no connection yet: gunicorn loads the module before it forks, and a fork must not share connections.
    catalog = Catalog(settings.database_url, limits=limit_connections(workers=settings.workers))
    metrics = import_module("feeds.web.metrics").RequestMetrics() if settings.token else None
    request_log = make_request_log(settings, catalog, metrics=metrics)
    options = ServerOptions(
        poll_seconds=POLL_SECONDS, first_collect=FIRST_COLLECT, request_log=request_log, metrics=metrics
    )
    web_app = create_app(settings, catalog, options=options)
    app = FairServing(web_app.wsgi_app)
except FeedsError as error:
    sys.exit(str(error))

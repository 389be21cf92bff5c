"""The WSGI app, configured from the environment."""

import os
import sys

from feeds.catalog.catalog import Catalog
from feeds.model.errors import FeedsError
from feeds.settings.loading import load_settings
from feeds.web.app import ServerOptions, create_app
from feeds.web.connections import limit_connections
from feeds.web.greenlets import FairServing
from feeds.web.poller import POLL_SECONDS
from feeds.web.request_log import RequestLog
from feeds.web.startup import FIRST_COLLECT
from feeds.web.statistics_recorder import StatisticsRecorder
from feeds.web.thread_tuning import tune_threads

tune_threads()
try:
    settings = load_settings(os.environ).settings
    # The app opens no connection yet: gunicorn loads the module before it forks, and a fork must not share connections.
    catalog = Catalog(settings.database_url, limits=limit_connections(workers=settings.workers))
    consumers = [StatisticsRecorder(catalog, settings)] if settings.statistics else []
    request_log = RequestLog(consumers) if consumers else None
    options = ServerOptions(poll_seconds=POLL_SECONDS, first_collect=FIRST_COLLECT, request_log=request_log)
    web_app = create_app(settings, catalog, options=options)
    app = FairServing(web_app.wsgi_app)
except FeedsError as error:
    sys.exit(str(error))

"""Be the app that a WSGI server serves, as the environment sets it up."""

import os
import sys

from feeds.catalog.catalog import Catalog
from feeds.model.errors import FeedsError
from feeds.settings import Settings
from feeds.web import create_app

try:
    settings = Settings.from_environ(os.environ)
    # Opens nothing yet: gunicorn loads this before it forks, and a connection must not be carried over a fork.
    app = create_app(settings, Catalog(settings.database_url))
except FeedsError as error:
    sys.exit(str(error))

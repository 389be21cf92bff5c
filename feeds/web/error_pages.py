"""Answer errors at the addresses of pages with a page."""

from functools import partial

from flask import Response

from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.model.errors import CatalogError, FeedsError, OverloadError
from feeds.settings import Settings
from feeds.site.error_report import describe_error
from feeds.site.listed_names import NAMES
from feeds.site.pages.error_page import render_error
from feeds.site.suggestions import Suggestions, suggest, suggest_words
from feeds.web.greenlets import run_in_thread
from feeds.web.responses import make_page_response
from feeds.web.throttle import Throttle

BURST_SECONDS = 2.0
"""The processor time for suggestions that is available at once."""

_PATIENCE_SECONDS = 0.1
_MAX_WAITING = 2


class ErrorPages:
    """Makes the pages of errors; programs that try out addresses get pages without suggestions before long.

    Suggestions take a fiftieth of a processor at most, and one thread at a time.
    """

    def __init__(self, catalog: Catalog, settings: Settings, *, clock: Clock) -> None:
        self._catalog = catalog
        self._settings = settings
        self._clock = clock
        self._throttle = Throttle(
            max_waiting=_MAX_WAITING, burst_seconds=BURST_SECONDS, patience_seconds=_PATIENCE_SECONDS
        )

    def respond(self, error: FeedsError, *, path: str, query_string: str) -> Response:
        """Answer an error at a decoded path and an encoded query string."""
        make = partial(self._make, error, path, query_string)
        try:
            return run_in_thread(make)
        except OverloadError as overload:
            return self._make(overload, path, query_string)  # needs no catalog

    def _make(self, error: FeedsError, path: str, query_string: str) -> Response:
        find = partial(self._suggest, path, query_string)
        report = describe_error(error, path=path, query_string=query_string, suggest=find)
        return make_page_response(report.status, render_error(report, self._settings))

    def _suggest(self, path: str, query_string: str) -> Suggestions:
        try:
            self._catalog.check_answers()
            with self._throttle.admit(), self._catalog.reading() as reader:
                names = NAMES.read(reader, now=self._clock.now())
                return suggest(path, query_string, names=names)
        except (CatalogError, OverloadError):
            return Suggestions(words=suggest_words(path))

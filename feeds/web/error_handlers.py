"""Turn errors into pages or short texts without internal details, never kept by caches."""

import math
import time
from functools import partial
from logging import Logger

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from feeds.model.errors import (
    BadRequestError,
    CatalogError,
    CatalogMissingError,
    FeedsError,
    GoneError,
    MovedError,
    NotFoundError,
    OverloadError,
)
from feeds.settings import Settings
from feeds.site.page_paths import is_page_path
from feeds.web.error_pages import ErrorPages
from feeds.web.notices import keep_near_parameter
from feeds.web.query_string import read_query_string
from feeds.web.responses import make_text_response
from feeds.web.startup_page import make_startup_response

RETRY_AFTER_SECONDS = 30
SOON_SECONDS = 2
MOVED_MAX_AGE_SECONDS = 3_600
LOG_PAUSE_SECONDS = 10.0
_MAX_TEXTS = 100

_MESSAGES = {
    404: "Page not found.",
    405: "Method not allowed. Use GET or HEAD.",
    500: "Internal server error. Please try again later; the error has been logged.",
}


def register_error_handlers(app: Flask, settings: Settings, pages: ErrorPages) -> None:
    """Register a handler with the right status for each error: a page at addresses of pages, elsewhere a sentence."""
    log = _ErrorLog(app.logger)

    answer = partial(_answer, pages)

    @app.errorhandler(MovedError)
    def redirect(error: MovedError) -> Response:
        reference = keep_near_parameter(error.reference, path=request.path, query_string=read_query_string())
        response = make_text_response(301, f"Moved to {settings.site_url}{reference}")
        # Without a host: the client may use another valid host name of this site.
        response.headers["Location"] = f"{settings.base_path}{reference}"
        response.headers["Cache-Control"] = f"public, max-age={MOVED_MAX_AGE_SECONDS}"
        return response

    @app.errorhandler(BadRequestError)
    def report_bad_request(error: BadRequestError) -> Response:
        return answer(error, 400, str(error))

    @app.errorhandler(NotFoundError)
    def report_not_found(error: NotFoundError) -> Response:
        status = 410 if isinstance(error, GoneError) else 404
        return answer(error, status, f"{error} Browse all topics: {settings.site_url}/")

    @app.errorhandler(CatalogMissingError)
    def report_missing_catalog(error: CatalogMissingError) -> Response:
        log.add(error)
        return make_startup_response(request.path, settings, progress=None)

    @app.errorhandler(CatalogError)
    def report_unavailable(error: CatalogError) -> Response:
        log.add(error)
        return answer(error, 503, "The feeds are temporarily unavailable. Please try again soon.")

    @app.errorhandler(OverloadError)
    def report_overload(error: OverloadError) -> Response:
        return answer(error, 503, str(error))

    @app.errorhandler(HTTPException)
    def report_http_error(error: HTTPException) -> Response:
        status = error.code or 500
        response = make_text_response(status, _MESSAGES.get(status, f"{error.name}."))
        # Such as `Allow` for 405.
        response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
        return response


def _answer(pages: ErrorPages, error: FeedsError, status: int, sentence: str) -> Response:
    """Answer the request with a page about an error, or with a sentence; 503 says when to try again."""
    if g.get("is_private") or not is_page_path(request.path):
        response = make_text_response(status, sentence)
    else:
        response = pages.respond(error, path=request.path, query_string=read_query_string())
    if response.status_code == 503:  # noqa: PLR2004 also if the page of another error finds the server busy
        seconds = RETRY_AFTER_SECONDS if isinstance(error, CatalogError) else SOON_SECONDS
        response.headers["Retry-After"] = str(seconds)
    return response


class _ErrorLog:
    """Logs an error of the catalog, and at most every `LOG_PAUSE_SECONDS` again: every request may end with it."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._logged: dict[str, float] = {}

    def add(self, error: CatalogError) -> None:
        now, text = time.monotonic(), str(error)
        if now - self._logged.get(text, -math.inf) < LOG_PAUSE_SECONDS:
            return
        if len(self._logged) == _MAX_TEXTS:
            self._logged.clear()
        self._logged[text] = now
        self._logger.error("%s", error)

"""Add a notice about a misspelled parameter to a page, without a trace in the cache or at the page's own URL."""

from urllib.parse import quote, urlencode

from flask import Response

from feeds.model.document import HTML
from feeds.settings import Settings
from feeds.site.compose_query import FORM_PARAMETERS
from feeds.site.near_parameters import KNOWN, find_near_parameter
from feeds.site.page_paths import is_page_path
from feeds.site.pages.error_page import add_notice
from feeds.site.urls import ComposeAddress
from feeds.web.cached_document import CachedDocument
from feeds.web.responses import make_page_response

_FORM = ComposeAddress().path


def make_notice_response(cached: CachedDocument, query_string: str, settings: Settings) -> Response | None:
    """Answer with a page and a notice that no cache keeps; None if no parameter is misspelled, or it is no page."""
    if not query_string or cached.document.media_type != HTML:
        return None
    path = cached.key.path
    near = find_near_parameter(query_string, known=FORM_PARAMETERS if path == _FORM else KNOWN)
    if near is None:
        return None
    return make_page_response(
        200, add_notice(cached.document.body, near, path=quote(path, safe="/,+!"), settings=settings)
    )


def add_form_notice(answer: Response, query_string: str, settings: Settings) -> Response:
    """Add a notice about a misspelled parameter to an answer of the compose form."""
    if near := find_near_parameter(query_string, known=FORM_PARAMETERS):
        answer.data = add_notice(answer.data, near, path=_FORM, settings=settings)
    return answer


def keep_near_parameter(reference: str, *, path: str, query_string: str) -> str:
    """Return the target of a redirect from a page at a decoded path, with a misspelled parameter of the request.

    So the page there has the notice.
    """
    near = find_near_parameter(query_string) if query_string and is_page_path(path) else None
    if near is None:
        return reference
    return f"{reference}{'&' if '?' in reference else '?'}{urlencode({near.given: near.value})}"

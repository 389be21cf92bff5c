"""Answer requests before there are feeds to serve."""

from flask import Response

from feeds.model.errors import FeedsError
from feeds.model.translation.texts import SOURCE_LANGUAGE, Texts, find_texts
from feeds.settings import Settings
from feeds.site.file_urls import AssetAddress
from feeds.site.page_paths import is_page_path
from feeds.site.pages.html import render_startup
from feeds.site.url_parser import parse_address
from feeds.site.urls import Address
from feeds.web.responses import make_page_response, make_text_response
from feeds.web.startup import CollectProgress

RELOAD_SECONDS = 2
RETRY_AFTER_SECONDS = 5


def needs_catalog(path: str) -> bool:
    """Return whether anything but a static file is at a decoded path."""
    return not isinstance(_parse(path), AssetAddress)


def make_startup_response(path: str, settings: Settings, *, progress: CollectProgress | None) -> Response:
    """Answer 503 at a decoded path, with the progress of the first collect, if known.

    Web pages are answered with a page, and all other paths with a sentence in English.
    """
    if is_page_path(path):
        sentence = _describe(progress, find_texts(settings.language))
        progress = progress or CollectProgress()
        body = render_startup(
            settings, sentence, done=progress.done, total=progress.total, reload_seconds=RELOAD_SECONDS
        )
        response = make_page_response(503, body)
    else:
        response = make_text_response(503, _describe(progress, find_texts(SOURCE_LANGUAGE)))
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _parse(path: str) -> Address | None:
    try:
        return parse_address(path)
    except FeedsError:
        return None


def _describe(progress: CollectProgress | None, texts: Texts) -> str:
    if progress is None:
        return texts.gettext("The feeds are not ready yet. Please try again soon.")
    if not progress.total:
        return texts.gettext("The feeds will be ready soon: looking for articles.")
    if progress.done < progress.total:
        return texts.ngettext(
            "The feeds will be ready soon: %(done)s of %(number)s article read.",
            "The feeds will be ready soon: %(done)s of %(number)s articles read.",
            progress.total,
            done=progress.done,
        )
    return texts.ngettext(
        "The feeds will be ready soon: %(number)s of %(number)s article read, publishing them.",
        "The feeds will be ready soon: %(number)s of %(number)s articles read, publishing them.",
        progress.total,
    )

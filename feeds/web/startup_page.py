"""Answer requests before there are feeds to serve."""

from flask import Response

from feeds.model.errors import FeedsError
from feeds.settings import Settings
from feeds.site.pages.html import render_startup
from feeds.site.url_parser import parse_address
from feeds.site.urls import Address, AssetAddress, DirectoryPageAddress, PageAddress
from feeds.web.responses import make_page_response, make_text_response
from feeds.web.startup import CollectProgress

RELOAD_SECONDS = 2
RETRY_AFTER_SECONDS = 5


def needs_catalog(path: str) -> bool:
    """Return whether anything but a static file is at a decoded path."""
    return not isinstance(_parse(path), AssetAddress)


def make_startup_response(path: str, settings: Settings, *, progress: CollectProgress | None) -> Response:
    """Answer 503 at a decoded path, with the progress of the first collect, if known.

    Web pages are answered with a page, and all other paths with a sentence.
    """
    sentence = _describe(progress)
    if isinstance(_parse(path), DirectoryPageAddress | PageAddress):
        progress = progress or CollectProgress()
        body = render_startup(
            settings, sentence, done=progress.done, total=progress.total, reload_seconds=RELOAD_SECONDS
        )
        response = make_page_response(503, body)
    else:
        response = make_text_response(503, sentence)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _parse(path: str) -> Address | None:
    try:
        return parse_address(path)
    except FeedsError:
        return None


def _describe(progress: CollectProgress | None) -> str:
    if progress is None:
        return "The feeds are not ready yet. Please try again soon."
    if not progress.total:
        return "The feeds will be ready soon: looking for articles."
    counts = f"{progress.done:,} of {progress.total:,} articles read"
    step = ", publishing them" if progress.done == progress.total else ""
    return f"The feeds will be ready soon: {counts}{step}."

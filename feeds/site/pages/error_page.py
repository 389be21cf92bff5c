"""Render the page of an error, and the notice about a misspelled parameter."""

from urllib.parse import unquote_plus

from feeds.model.expression import MAX_TERMS
from feeds.model.parameter_codec import MAX_CHARACTERS
from feeds.model.text import escape_controls
from feeds.model.translation.texts import find_texts
from feeds.settings import Settings
from feeds.site.error_report import Cause, ErrorReport
from feeds.site.near_parameters import NearParameter
from feeds.site.pages.environment import find_environment
from feeds.site.parameter_problems import Flaw
from feeds.site.titles import write_name
from feeds.site.urls import TopicListAddress

MAX_SHOWN_CHARACTERS = 120
"""The number of characters of an address, a name or a value that a page shows."""

_MAIN = b'<main id="content" tabindex="-1">\n'


def render_error(report: ErrorReport, settings: Settings) -> bytes:
    """Write the page of an error: what was asked, what is wrong, and ways on."""
    meant, texts = report.suggestions.meant, find_texts(settings.language)
    asked = f"{settings.site_url}{report.path}"
    if report.query_string:
        asked += f"?{unquote_plus(report.query_string)}"
    return _render(
        "error.html",
        settings,
        Cause=Cause,
        Flaw=Flaw,
        report=report,
        suggestions=report.suggestions,
        asked=show(asked),
        meant=write_name(meant, report.suggestions.topic_names, texts=texts) if meant else "",
        page_url="",
        search="",
        MAX_TERMS=MAX_TERMS,
        MAX_QUERY_CHARACTERS=MAX_CHARACTERS,
        TOPICS_PATH=TopicListAddress().path,
    ).encode()


def add_notice(page: bytes, near: NearParameter, *, path: str, settings: Settings) -> bytes:
    """Add the notice about a misspelled parameter to a finished page at a path, percent-encoded."""
    notice = _render("notice.html", settings, near=near, shown=show(near.given), path=path)
    return page.replace(_MAIN, _MAIN + notice.encode() + b"\n", 1)


def show(text: str) -> str:
    """Return what a page shows of somebody's text: its beginning, with invisible characters as escapes."""
    shown = escape_controls(text[:MAX_SHOWN_CHARACTERS])
    return f"{shown}…" if len(text) > MAX_SHOWN_CHARACTERS else shown


def _render(template: str, settings: Settings, **values: object) -> str:
    page = find_environment(settings.language).get_template(template)
    return page.render(settings=settings, site=settings.site, is_static=False, show=show, **values)

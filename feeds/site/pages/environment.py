"""Set up Jinja for the templates, with the texts of a language; no other module imports Jinja."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feeds.catalog.list_changes import write_headline_excerpt
from feeds.catalog.topic_ranking import MAX_PLAIN
from feeds.model.clock import from_seconds
from feeds.model.feed import Feed, Format, entry_url
from feeds.model.query import EVERYTHING, MAX_ENTRIES, MAX_RANK, Query
from feeds.model.text import escape_controls
from feeds.model.translation.territories import find_locale
from feeds.model.translation.texts import Texts, find_texts
from feeds.renderers.dates import format_rfc3339
from feeds.site.bundle_query import FEED, MAX_FEEDS
from feeds.site.compose_query import write_edit
from feeds.site.file_urls import PUBLISHER_PATH, STATISTICS_PATH
from feeds.site.find_query import FIND, MAX_FIND_CHARACTERS
from feeds.site.pages.assets import find_asset
from feeds.site.pages.drawing import draw_bars, draw_code, draw_weeks
from feeds.site.pages.formatting import allow_breaks, find_preview, isolate_names, write_ago, write_excerpt
from feeds.site.pages.site_assets import find_preview_logo, find_site_stylesheet
from feeds.site.pages.subscribe_links import list_subscribe_links
from feeds.site.pages.subscribing import PLATFORMS, find_feed_path, list_rhythms
from feeds.site.publisher_report import MAX_PROBLEMS, TOPIC_QUIET_AFTER
from feeds.site.topic_tree import make_nodes
from feeds.site.url_parser import SEARCH_PATH
from feeds.site.urls import (
    ComposeAddress,
    FeedAddress,
    HomeAddress,
    OpmlAddress,
    PageAddress,
    ProviderListAddress,
    TopicListAddress,
    TopicOrder,
    write_reference,
)

MAX_STATISTICS_ROWS = 50
"""The maximum number of rows in a table of statistics."""

_FOLDER = Path(__file__).parent / "templates"


@lru_cache(maxsize=8)
def find_environment(language: str) -> Environment:
    """Return the environment for a site in a language, given as a BCP 47 tag.

    Templates mark texts with the functions of gettext and with `{% trans %}`. Values that fill a text are escaped, and
    numbers are written as the language of the texts writes them.
    """
    texts = find_texts(language)
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.filters.update(_FILTERS)
    environment.filters.update(_make_filters(language, texts))
    environment.globals.update(_GLOBALS)
    environment.globals.update(_make_text_functions(texts))
    environment.globals.update(texts=texts, site_language=_write_lang(language, texts))
    return environment


def _make_filters(language: str, texts: Texts) -> dict[str, Callable[..., str]]:
    """Return the filters that write values in the language of the texts, for a site in `language`."""
    return {
        "ago": partial(write_ago, texts=texts),
        "bars": partial(draw_bars, texts=texts),
        "day": texts.day,
        "enumerate": texts.join,
        "isolate": partial(isolate_names, lang=_write_lang(language, texts)),
        "lang": partial(_write_lang, texts=texts),
        "number": texts.number,
        "percent": texts.percent,
        "time": texts.time,
        "weeks": partial(draw_weeks, texts=texts),
    }


def _make_text_functions(texts: Texts) -> dict[str, Callable[..., Markup]]:
    """Return the functions of gettext, which take a message as HTML and escape the values that fill it."""

    def fill(message: str, values: Mapping[str, object]) -> Markup:
        return Markup(message) % {name: texts.write_value(value) for name, value in values.items()}  # noqa: S704 ours

    def gettext(message: str, /, **values: object) -> Markup:
        return fill(texts.find(message), values)

    def pgettext(context: str, message: str, /, **values: object) -> Markup:
        return fill(texts.find(message, context=context), values)

    def ngettext(singular: str, plural: str, number: int, /, **values: object) -> Markup:
        return fill(texts.find_plural(singular, plural, number=number), {"number": number, **values})

    def npgettext(context: str, singular: str, plural: str, number: int, /, **values: object) -> Markup:
        message = texts.find_plural(singular, plural, number=number, context=context)
        return fill(message, {"number": number, **values})

    return {"gettext": gettext, "pgettext": pgettext, "ngettext": ngettext, "npgettext": npgettext}


def _write_lang(language: str, texts: Texts) -> Markup:
    """Write the attribute for text in a language; empty for the language of the page."""
    return Markup("") if language == texts.language else Markup(' lang="{}"').format(language)


def versioned_path(name: str) -> str:
    """Return the path of an asset with the version, so a browser never uses an outdated copy."""
    return f"/static/{name}?v={find_asset(name).version}"


def _edit_path(query: Query) -> str:
    """Return the path and query of the form that edits the feed of a query."""
    return f"{ComposeAddress().path}?{write_edit(write_reference(PageAddress(query)))}"


def _feed_url(feed: Feed, query: Query, format: Format) -> str:
    return f"{feed.site.url}{write_reference(FeedAddress(query, format))}"


_FILTERS: dict[str, Callable[..., object]] = {
    "breakable": allow_breaks,
    "headline_excerpt": write_headline_excerpt,
    "locale": find_locale,
    "preview": find_preview,
    "preview_logo": find_preview_logo,
    "site_stylesheet": find_site_stylesheet,
    "datetime": from_seconds,
    "edit_path": _edit_path,
    "entry_url": entry_url,
    "escape_controls": escape_controls,
    "excerpt": write_excerpt,
    "reference": write_reference,
    "nodes": make_nodes,
    "rfc3339": format_rfc3339,
    "subscribe_links": list_subscribe_links,
}
_GLOBALS: dict[str, object] = {
    "COMPOSE_PATH": ComposeAddress().path,
    "EVERYTHING": EVERYTHING,
    "FEED": FEED,
    "FIND": FIND,
    "FORMATS": tuple(Format),
    "FeedAddress": FeedAddress,
    "HOME_PATH": HomeAddress().path,
    "MAX_ENTRIES": MAX_ENTRIES,
    "MAX_FEEDS": MAX_FEEDS,
    "MAX_FIND_CHARACTERS": MAX_FIND_CHARACTERS,
    "MAX_PLAIN": MAX_PLAIN,
    "MAX_PROBLEMS": MAX_PROBLEMS,
    "MAX_RANK": MAX_RANK,
    "MAX_ROWS": MAX_STATISTICS_ROWS,
    "OPML_PATH": OpmlAddress().path,
    "PLATFORMS": PLATFORMS,
    "PROVIDERS_PATH": ProviderListAddress().path,
    "PUBLISHER_PATH": PUBLISHER_PATH,
    "PUBLISHER_STYLESHEET": versioned_path("publisher.css"),
    "PageAddress": PageAddress,
    "QUIET_DAYS": TOPIC_QUIET_AFTER.days,
    "Query": Query,
    "SCRIPT": versioned_path("page.js"),
    "SEARCH_PATH": SEARCH_PATH,
    "STATISTICS_PATH": STATISTICS_PATH,
    "STYLESHEET": versioned_path("style.css"),
    "TopicListAddress": TopicListAddress,
    "TopicOrder": TopicOrder,
    "draw_code": draw_code,
    "feed_url": _feed_url,
    "find_feed_path": find_feed_path,
    "list_rhythms": list_rhythms,
}

"""Answer requests for the page of statistics."""

from collections.abc import Mapping

from flask import Response

from feeds.catalog.catalog import Catalog
from feeds.model.clock import Clock
from feeds.model.errors import BadRequestError
from feeds.model.values import parse_number
from feeds.settings import Settings
from feeds.site.pages.html import render_statistics
from feeds.statistics.report import Period, make_report
from feeds.web.responses import make_page_response

DEFAULT_DAYS = 30
MAX_DAYS = 90
"""The longest period on the page: others wait while this process adds up; `feeds stats` has no such limit."""


def make_statistics_response(
    catalog: Catalog, settings: Settings, *, parameters: Mapping[str, str], clock: Clock
) -> Response:
    """Answer with the page of the last `days` in the decoded parameters of a URL.

    Raises:
        BadRequestError: the number of days is invalid.
        CatalogError: the catalog cannot be read.
    """
    period = Period.ending_at(clock.now(), days=_read_days(parameters.get("days", "")))
    with catalog.reading_totals() as reader:
        totals = reader.read(first_day=period.first, last_day=period.last)
        report = make_report(totals, period, max_age_seconds=settings.max_age_seconds)
    return make_page_response(200, render_statistics(report, settings))


def _read_days(text: str) -> int:
    try:
        return parse_number(text, minimum=1, maximum=MAX_DAYS) if text.strip() else DEFAULT_DAYS
    except ValueError as error:
        raise BadRequestError(f"“days”: invalid value; {error}.") from None

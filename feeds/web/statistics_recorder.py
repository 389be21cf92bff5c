"""Record requests for feeds in the statistics, in batches."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

from feeds.catalog.catalog import Catalog
from feeds.catalog.request_totals import KEPT_DAYS, Limits
from feeds.model.errors import CatalogBusyError, CatalogError, CatalogMissingError, OverloadError, ReadOnlyCatalogError
from feeds.model.text import escape_controls
from feeds.settings import Settings
from feeds.site.feed_names import name_feed
from feeds.statistics.tally import COUNTED, FeedRequest, Tally
from feeds.web.request_log import AnsweredRequest

STORE_SECONDS = 30.0
"""The pause between two batches of a process."""

_PATIENT_ERRORS = (CatalogBusyError, CatalogMissingError)  # a collect takes its time

_log = logging.getLogger(__name__)


class StatisticsRecorder:
    """A consumer of answered requests that adds the requests for feeds to the stored totals.

    While the catalog cannot be written, totals wait in bounded memory. If this process may not write to it, as on a
    read-only disk, the recorder turns itself off and logs one line.
    """

    def __init__(
        self,
        catalog: Catalog,
        settings: Settings,
        *,
        limits: Limits = Limits(),  # noqa: B008 frozen
        store_seconds: float = STORE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalog = catalog
        self._defaults = settings.defaults
        self._limits = limits
        self._tally = Tally(limits)
        self._store_seconds = store_seconds
        self._clock = clock
        self._is_on = True
        self._has_failed = False
        # The processes of a server start together, and should not write together.
        self._due = clock() + random.uniform(0.5, 1) * store_seconds  # noqa: S311 no secret

    def add(self, requests: Mapping[AnsweredRequest, int]) -> None:
        """Count requests, and store the totals from time to time."""
        if not self._is_on:
            return
        for request, count in requests.items():
            if request.method == "GET" and request.status in COUNTED:
                self._count(request, count)
        if self._clock() >= self._due:
            self.store()

    def close(self) -> None:
        """Store all totals."""
        if self._is_on:
            self.store()

    def store(self) -> None:
        """Store the totals, or keep them until the next time."""
        self._due = self._clock() + self._store_seconds
        totals = self._tally.take()
        if not totals:
            return
        try:
            with self._catalog.writing_totals() as writer:
                writer.add(totals, limits=self._limits)
                writer.remove_before(max(key.day for key in totals) - KEPT_DAYS)
        except ReadOnlyCatalogError as error:
            self._is_on = False
            _log.warning("Statistics are off: %s", escape_controls(str(error)))
        except (CatalogError, OverloadError) as error:
            self._tally.put_back(totals)
            if not self._has_failed and not isinstance(error, _PATIENT_ERRORS):
                _log.warning("%s Statistics wait in memory.", escape_controls(str(error)))
                self._has_failed = True
        else:
            self._has_failed = False

    def _count(self, request: AnsweredRequest, count: int) -> None:
        path, query_string = request.key
        reference = f"{quote(path, safe='/,+!')}?{query_string}" if query_string else quote(path, safe="/,+!")
        if feed := name_feed(reference, defaults=self._defaults):
            requested = request.requested or reference
            found = FeedRequest(feed, requested, request.status, request.user_agent, request.is_conditional)
            self._tally.add(found, time=request.time, count=count)

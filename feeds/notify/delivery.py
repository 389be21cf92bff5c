"""Deliver what the outbox holds for a hub or a shared cache, and deliver again later what failed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import Notification, OutboxWriter
from feeds.model.clock import SYSTEM_CLOCK, Clock, to_seconds
from feeds.model.errors import CatalogError, DeliveryError, FeedsError
from feeds.notify.timing import NotifyTiming
from feeds.settings import Settings

_Result = TypeVar("_Result")

MAX_FAILURES = 2
"""The number of failures after which everything else for the same hub or cache is postponed too."""

CATALOG_PAUSE_SECONDS = 1
"""How long to wait after a catalog error before the next attempt."""


class NotifyContext(msgspec.Struct, frozen=True, kw_only=True):
    """The catalog with the outbox, the settings with hubs and caches, and the means to report errors and measure time.

    `report_error` is called with the errors of a hub or cache: once, until it works again. `catalog` should have a
    short write timeout; failed writes are repeated.
    """

    catalog: Catalog
    settings: Settings
    report_error: Callable[[FeedsError], object]
    timing: NotifyTiming = NotifyTiming()
    clock: Clock = SYSTEM_CLOCK


class Deliverer(ABC):
    """Delivers the notifications in the outbox for the hub or cache at `url`, until `stop` is set.

    Each instance is for use by a single thread.
    """

    def __init__(self, url: str, context: NotifyContext, *, stop: Event) -> None:
        self._url = url
        self._context = context
        self._timing = context.timing
        self._stop = stop
        self._is_failing = False

    @abstractmethod
    def deliver(self) -> None:
        """Deliver all due notifications.

        After two failures, or if the receiver asks for a pause, the rest is postponed too. Notifications claimed by
        another process are skipped.

        Raises:
            CatalogError: the catalog cannot be read.
        """

    def find_seconds_until_due(self, *, only_untried: bool = False) -> float | None:
        """Return the seconds until the next notification is due, negative if overdue; None without notifications.

        With `only_untried`, notifications with a failed attempt are ignored.

        Raises:
            CatalogError: the catalog cannot be read.
        """
        with self._context.catalog.reading() as reader:
            due = reader.outbox.find_next_due(self._url, only_untried=only_untried)
        return None if due is None else due - self._context.clock.now().timestamp()

    @property
    def _now(self) -> int:
        return to_seconds(self._context.clock.now())

    def _make_url(self, notification: Notification) -> str:
        return f"{self._context.settings.site_url}{notification.path}"

    def _list_due(self) -> list[Notification]:
        with self._context.catalog.reading() as reader:
            return reader.outbox.list_due(self._url, until=self._context.clock.now())

    def _claim(self, notifications: Sequence[Notification]) -> list[Notification]:
        """Claim notifications, and return those that no other process has claimed or delivered."""
        until = self._now + self._timing.claim_seconds

        def write(outbox: OutboxWriter) -> list[Notification]:
            return [each for each in notifications if outbox.claim(self._url, each, until=until)]

        return self._write(write) or []

    def _postpone(self, notifications: Sequence[Notification], error: DeliveryError, *, give_up_seconds: int) -> None:
        if not self._is_failing:
            self._context.report_error(error)
        self._is_failing = True
        now = self._now
        earliest = now + error.patience_seconds
        kept = [each for each in notifications if now - each.since < give_up_seconds]
        postponed = [self._schedule_again(each, now, earliest=earliest) for each in kept]
        given_up = [each for each in notifications if now - each.since >= give_up_seconds]

        def write(outbox: OutboxWriter) -> None:
            outbox.postpone(self._url, postponed)
            for notification in given_up:
                outbox.remove(self._url, notification)

        self._write(write)
        if given_up:
            text = f"has not accepted some {error.requests} for days; giving up on them."
            self._context.report_error(FeedsError(f"The {error.receiver} {self._url} {text}"))

    def _schedule_again(self, notification: Notification, now: int, *, earliest: int) -> Notification:
        attempts = notification.attempts + 1
        due = max(now + self._timing.get_pause_seconds(attempts), earliest)
        return msgspec.structs.replace(notification, attempts=attempts, due=due)

    def _write(self, write: Callable[[OutboxWriter], _Result]) -> _Result | None:
        """Write to the outbox, and wait while a collector is writing; return None if stopped before.

        A lost write would deliver twice.
        """
        while True:
            try:
                with self._context.catalog.writing_outbox() as outbox:
                    return write(outbox)
            except CatalogError:
                if self._stop.wait(CATALOG_PAUSE_SECONDS):
                    return None

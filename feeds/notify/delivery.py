"""Send a hub the notifications in the outbox, and send failed notifications again later."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import Notification, OutboxWriter
from feeds.model.clock import SYSTEM_CLOCK, Clock, to_seconds
from feeds.model.errors import CatalogError, FeedsError, HubError
from feeds.notify.timing import NotifyTiming
from feeds.notify.websub import send_notification
from feeds.settings import Settings

_Result = TypeVar("_Result")

_MAX_FAILURES = 2
CATALOG_PAUSE_SECONDS = 1
"""How long to wait after a catalog error before the next attempt."""


class NotifyContext(msgspec.Struct, frozen=True, kw_only=True):
    """The catalog with the outbox, the settings with the hubs, and the means to report errors and measure time.

    `report_error` is called with the errors of a hub: once, until the hub works again. `catalog` should have a short
    write timeout; failed writes are repeated.
    """

    catalog: Catalog
    settings: Settings
    report_error: Callable[[FeedsError], object]
    timing: NotifyTiming = NotifyTiming()
    clock: Clock = SYSTEM_CLOCK


class HubNotifier:
    """Sends a hub its notifications in the outbox, feed by feed, until `stop` is set; for use by a single thread."""

    def __init__(self, hub: str, context: NotifyContext, *, stop: Event) -> None:
        self._hub = hub
        self._context = context
        self._timing = context.timing
        self._stop = stop
        self._is_failing = False

    def find_seconds_until_due(self, *, only_untried: bool = False) -> float | None:
        """Return the seconds until the next notification is due, negative if overdue; None without notifications.

        With `only_untried`, notifications with a failed attempt are ignored.

        Raises:
            CatalogError: the catalog cannot be read.
        """
        with self._context.catalog.reading() as reader:
            due = reader.outbox.find_next_due(self._hub, only_untried=only_untried)
        return None if due is None else due - self._context.clock.now().timestamp()

    def notify(self) -> None:
        """Send all due notifications.

        After two consecutive failures, or if the hub asks for a pause, the rest is postponed too. Notifications claimed
        by another process are skipped.

        Raises:
            CatalogError: the catalog cannot be read.
        """
        with self._context.catalog.reading() as reader:
            notifications = reader.outbox.list_due(self._hub, until=self._context.clock.now())
        failures = 0
        for index, notification in enumerate(notifications):
            if self._stop.is_set():
                return
            if not self._claim(notification):
                continue
            error = self._send(notification)
            if error is None:
                continue
            failures = failures + 1 if error.is_away else 0
            is_away = failures == _MAX_FAILURES or error.patience_seconds > 0
            self._postpone(notifications[index:] if is_away else [notification], error)
            if is_away:
                return

    def _claim(self, notification: Notification) -> bool:
        until = to_seconds(self._context.clock.now()) + self._timing.claim_seconds
        return bool(self._write(lambda outbox: outbox.claim(self._hub, notification, until=until)))

    def _send(self, notification: Notification) -> HubError | None:
        """Send a notification; return the error if the hub does not accept the notification."""
        url = f"{self._context.settings.site_url}{notification.path}"
        try:
            send_notification(self._hub, url, timeout_seconds=self._timing.timeout_seconds)
        except HubError as error:
            return error
        self._is_failing = False
        self._write(lambda outbox: outbox.remove(self._hub, notification))
        return None

    def _postpone(self, notifications: Sequence[Notification], error: HubError) -> None:
        if not self._is_failing:
            self._context.report_error(error)
        self._is_failing = True
        now = to_seconds(self._context.clock.now())
        give_up_seconds = self._timing.give_up_seconds
        earliest = now + error.patience_seconds
        kept = [each for each in notifications if now - each.since < give_up_seconds]
        postponed = [self._schedule_again(each, now, earliest=earliest) for each in kept]
        given_up = [each for each in notifications if now - each.since >= give_up_seconds]

        def write(outbox: OutboxWriter) -> None:
            outbox.postpone(self._hub, postponed)
            for notification in given_up:
                outbox.remove(self._hub, notification)

        self._write(write)
        if given_up:
            self._context.report_error(
                FeedsError(f"The hub {self._hub} has not accepted some notifications for days; giving up on them.")
            )

    def _schedule_again(self, notification: Notification, now: int, *, earliest: int) -> Notification:
        attempts = notification.attempts + 1
        due = max(now + self._timing.get_pause_seconds(attempts), earliest)
        return msgspec.structs.replace(notification, attempts=attempts, due=due)

    def _write(self, write: Callable[[OutboxWriter], _Result]) -> _Result | None:
        """Write to the outbox, and wait while a collector is writing; return None if stopped before.

        A lost write would notify the hub twice.
        """
        while True:
            try:
                with self._context.catalog.writing_outbox() as outbox:
                    return write(outbox)
            except CatalogError:
                if self._stop.wait(CATALOG_PAUSE_SECONDS):
                    return None

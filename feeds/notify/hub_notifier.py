"""Notify a hub of changed feeds, feed by feed, after shared caches have dropped the old bytes."""

import msgspec

from feeds.catalog.outbox import Notification
from feeds.model.errors import HubError
from feeds.notify.delivery import MAX_FAILURES, Deliverer
from feeds.notify.websub import send_notification


class HubNotifier(Deliverer):
    """Sends a hub its notifications in the outbox, one after the other."""

    def deliver(self) -> None:
        """Send all due notifications, except of feeds that a shared cache has not dropped yet."""
        notifications = self._hold_unpurged(self._list_due())
        failures = 0
        for index, notification in enumerate(notifications):
            if self._stop.is_set():
                return
            if not self._claim([notification]):
                continue
            error = self._send(notification)
            if error is None:
                continue
            failures = failures + 1 if error.is_away else 0
            is_away = failures == MAX_FAILURES or error.patience_seconds > 0
            failed = notifications[index:] if is_away else [notification]
            self._postpone(failed, error, give_up_seconds=self._timing.give_up_seconds)
            if is_away:
                return

    def _hold_unpurged(self, notifications: list[Notification]) -> list[Notification]:
        """Postpone notifications of feeds with a pending first purge by a second, and return the others.

        The hub would fetch the old bytes from the cache. A cache that cannot be reached does not delay hubs for long.
        """
        caches = self._context.settings.caches
        if not caches or not notifications:
            return notifications
        with self._context.catalog.reading() as reader:
            unpurged = reader.outbox.find_unpurged(caches)
        now = self._now
        held = [
            msgspec.structs.replace(each, due=now + 1)
            for each in notifications
            if each.path in unpurged and now - each.since < self._timing.hold_seconds
        ]
        if held:
            self._write(lambda outbox: outbox.postpone(self._url, held))
        paths = {each.path for each in held}
        return [each for each in notifications if each.path not in paths]

    def _send(self, notification: Notification) -> HubError | None:
        """Send a notification; return the error if the hub does not accept the notification."""
        url = self._make_url(notification)
        try:
            send_notification(self._url, url, timeout_seconds=self._timing.timeout_seconds)
        except HubError as error:
            return error
        self._is_failing = False
        self._write(lambda outbox: outbox.remove(self._url, notification))
        return None

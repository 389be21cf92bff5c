"""Notify all hubs of changes, with a thread per hub: no hub delays the others."""

import time
from collections.abc import Sequence
from threading import Event, Thread

from feeds.model.errors import CatalogError
from feeds.notify.delivery import CATALOG_PAUSE_SECONDS, HubNotifier, NotifyContext
from feeds.notify.detection import detect_changes

_MAX_WAIT_SECONDS = 30
_RECHECK_SECONDS = 1  # another process may have sent the notification by then
_JOIN_SECONDS = 1  # for a thread to end by itself; a thread that waits for a hub is abandoned


def notify_hubs(context: NotifyContext, *, max_wait_seconds: float = _MAX_WAIT_SECONDS) -> None:
    """Notify hubs of new changes and of postponed ones; after `max_wait_seconds`, the rest stays in the outbox.

    Raises:
        CatalogError: the catalog cannot be read or written.
    """
    detect_changes(context)
    stop = Event()
    notifiers = [HubNotifier(hub, context, stop=stop) for hub in context.settings.hubs]
    threads = [
        Thread(target=_notify_once, args=(notifier, context), kwargs={"stop": stop}, daemon=True)
        for notifier in notifiers
    ]
    for thread in threads:
        thread.start()
    _join(threads, seconds=max_wait_seconds)
    stop.set()
    _join(threads, seconds=_JOIN_SECONDS)


def _notify_once(notifier: HubNotifier, context: NotifyContext, *, stop: Event) -> None:
    """Send the due notifications, and wait for untried ones: either due soon, or being sent by another process."""
    try:
        notifier.notify()
        while (seconds := notifier.find_seconds_until_due(only_untried=True)) is not None:
            if stop.wait(min(max(0, seconds), _RECHECK_SECONDS)):
                return
            notifier.notify()
    except CatalogError as error:
        context.report_error(error)


class BackgroundNotifier:
    """Notifies hubs in the background, from the first `wake` until `stop`."""

    def __init__(self, context: NotifyContext) -> None:
        self._context = context
        self._stop = Event()
        self._may_have_changed = Event()
        self._detected = {hub: Event() for hub in context.settings.hubs}
        self._threads: list[Thread] = []

    def wake(self) -> None:
        """Check for changed feeds soon; the first time, also send notifications left in the outbox.

        Threads start at the first call only, because a process with several threads cannot fork to collect articles.
        """
        self._may_have_changed.set()
        if not self._threads:
            self._threads = [Thread(target=self._detect, daemon=True)]
            self._threads += [Thread(target=self._notify, args=(hub,), daemon=True) for hub in self._detected]
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """End soon; unsent notifications stay in the outbox."""
        self._stop.set()
        for event in (self._may_have_changed, *self._detected.values()):
            event.set()
        _join(self._threads, seconds=_JOIN_SECONDS)

    def _detect(self) -> None:
        while not self._stop.is_set():
            self._may_have_changed.clear()
            try:
                if detect_changes(self._context):
                    for event in self._detected.values():
                        event.set()
                pause_seconds = self._context.timing.idle_seconds
            except CatalogError:  # the collector reports the error in more detail
                pause_seconds = CATALOG_PAUSE_SECONDS
            _pause(self._may_have_changed, pause_seconds, stop=self._stop)

    def _notify(self, hub: str) -> None:
        notifier = HubNotifier(hub, self._context, stop=self._stop)
        while not self._stop.is_set():
            self._detected[hub].clear()
            try:
                notifier.notify()
                seconds = notifier.find_seconds_until_due()
            except CatalogError:
                seconds = CATALOG_PAUSE_SECONDS
            idle_seconds = self._context.timing.idle_seconds
            _pause(
                self._detected[hub], idle_seconds if seconds is None else min(seconds, idle_seconds), stop=self._stop
            )


def _pause(event: Event, seconds: float, *, stop: Event) -> None:
    """Wait for an event, unless stopped: the stop may have set the event just before the caller cleared it."""
    if not stop.is_set():
        event.wait(max(0, seconds))


def _join(threads: Sequence[Thread], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))

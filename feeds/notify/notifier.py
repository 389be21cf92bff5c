"""Notify all hubs and purge all caches of changes, with a thread for each: none delays the others."""

import time
from collections.abc import Sequence
from threading import Event, Thread

from feeds.model.errors import CatalogError
from feeds.notify.cache_purger import CachePurger
from feeds.notify.delivery import CATALOG_PAUSE_SECONDS, Deliverer, NotifyContext
from feeds.notify.detection import detect_changes
from feeds.notify.hub_notifier import HubNotifier

_MAX_WAIT_SECONDS = 30
_RECHECK_SECONDS = 1  # another process may have sent the notification by then
_JOIN_SECONDS = 1  # for a thread to end by itself; a thread that waits for a hub is abandoned


def notify_hubs(context: NotifyContext, *, max_wait_seconds: float = _MAX_WAIT_SECONDS) -> None:
    """Notify hubs and purge caches of new changes and of postponed ones.

    After `max_wait_seconds`, the rest stays in the outbox.

    Raises:
        CatalogError: the catalog cannot be read or written.
    """
    detect_changes(context)
    stop = Event()
    threads = [
        Thread(target=_deliver_once, args=(deliverer, context), kwargs={"stop": stop}, daemon=True)
        for deliverer in _make_deliverers(context, stop=stop)
    ]
    for thread in threads:
        thread.start()
    _join(threads, seconds=max_wait_seconds)
    stop.set()
    _join(threads, seconds=_JOIN_SECONDS)


def _make_deliverers(context: NotifyContext, *, stop: Event) -> list[Deliverer]:
    hubs = [HubNotifier(hub, context, stop=stop) for hub in context.settings.hubs]
    return [*hubs, *(CachePurger(cache, context, stop=stop) for cache in context.settings.caches)]


def _deliver_once(deliverer: Deliverer, context: NotifyContext, *, stop: Event) -> None:
    """Send the due notifications, and wait for untried ones: either due soon, or being sent by another process."""
    try:
        deliverer.deliver()
        while (seconds := deliverer.find_seconds_until_due(only_untried=True)) is not None:
            if stop.wait(min(max(0, seconds), _RECHECK_SECONDS)):
                return
            deliverer.deliver()
    except CatalogError as error:
        context.report_error(error)


class BackgroundNotifier:
    """Notifies hubs and purges caches in the background, from the first `wake` until `stop`."""

    def __init__(self, context: NotifyContext) -> None:
        self._context = context
        self._stop = Event()
        self._may_have_changed = Event()
        self._detected = [(deliverer, Event()) for deliverer in _make_deliverers(context, stop=self._stop)]
        self._threads: list[Thread] = []

    def wake(self) -> None:
        """Check for changed feeds soon; the first time, also send notifications left in the outbox.

        Threads start at the first call only, because a process with several threads cannot fork to collect articles.
        """
        self._may_have_changed.set()
        if not self._threads:
            self._threads = [Thread(target=self._detect, daemon=True)]
            self._threads += [Thread(target=self._deliver, args=each, daemon=True) for each in self._detected]
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """End soon; unsent notifications stay in the outbox."""
        self._stop.set()
        for event in (self._may_have_changed, *(event for _, event in self._detected)):
            event.set()
        _join(self._threads, seconds=_JOIN_SECONDS)

    def _detect(self) -> None:
        while not self._stop.is_set():
            self._may_have_changed.clear()
            try:
                if detect_changes(self._context):
                    for _, event in self._detected:
                        event.set()
                pause_seconds = self._context.timing.idle_seconds
            except CatalogError:  # the collector reports the error in more detail
                pause_seconds = CATALOG_PAUSE_SECONDS
            _pause(self._may_have_changed, pause_seconds, stop=self._stop)

    def _deliver(self, deliverer: Deliverer, detected: Event) -> None:
        while not self._stop.is_set():
            detected.clear()
            try:
                deliverer.deliver()
                seconds = deliverer.find_seconds_until_due()
            except CatalogError:
                seconds = CATALOG_PAUSE_SECONDS
            idle_seconds = self._context.timing.idle_seconds
            _pause(detected, idle_seconds if seconds is None else min(seconds, idle_seconds), stop=self._stop)


def _pause(event: Event, seconds: float, *, stop: Event) -> None:
    """Wait for an event, unless stopped: the stop may have set the event just before the caller cleared it."""
    if not stop.is_set():
        event.wait(max(0, seconds))


def _join(threads: Sequence[Thread], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))

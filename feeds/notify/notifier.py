"""Announce changes to all hubs, each in a thread of its own, so that none waits for another."""

import time
from collections.abc import Sequence
from threading import Event, Thread

from feeds.model.errors import CatalogError
from feeds.notify.delivery import CATALOG_PAUSE_SECONDS, Announcing, Teller
from feeds.notify.detection import notice

_PATIENCE_SECONDS = 30
_LOOK_SECONDS = 1  # whether another has told it meanwhile
_LAST_WORDS_SECONDS = 1  # for a thread to end by itself; one that waits for a hub is left behind


def announce(announcing: Announcing, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
    """Tell hubs what has changed, and what they could not be told before; what takes too long is left in the outbox.

    Raises:
        CatalogError: the catalog cannot be read or written.
    """
    notice(announcing)
    stop = Event()
    tellers = [Teller(hub, announcing, stop=stop) for hub in announcing.settings.hubs]
    threads = [Thread(target=_tell_once, args=(teller, announcing, stop), daemon=True) for teller in tellers]
    for thread in threads:
        thread.start()
    _join(threads, seconds=patience_seconds)
    stop.set()
    _join(threads, seconds=_LAST_WORDS_SECONDS)


def _tell_once(teller: Teller, announcing: Announcing, stop: Event) -> None:
    """Tell a hub what is due, and wait for what has not been tried yet: its time is near, or another tells it."""
    try:
        teller.tell()
        while (due_in := teller.next_due_in(is_untried=True)) is not None:
            if stop.wait(min(max(0, due_in), _LOOK_SECONDS)):
                return
            teller.tell()
    except CatalogError as error:
        announcing.complain(error)


class Announcer:
    """Announces changes in the background, from the first `wake` until `stop`."""

    def __init__(self, announcing: Announcing) -> None:
        self._announcing = announcing
        self._stop = Event()
        self._changed = Event()
        self._noticed = {hub: Event() for hub in announcing.settings.hubs}
        self._threads: list[Thread] = []

    def wake(self) -> None:
        """Say that feeds may have changed; the first time, what was left in the outbox is told as well.

        No thread is begun before, since a process of several threads cannot fork to collect all articles.
        """
        self._changed.set()
        if not self._threads:
            self._threads = [Thread(target=self._notice, daemon=True)]
            self._threads += [Thread(target=self._tell, args=(hub,), daemon=True) for hub in self._noticed]
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """End soon; what has not been told by then is left in the outbox."""
        self._stop.set()
        for event in (self._changed, *self._noticed.values()):
            event.set()
        _join(self._threads, seconds=_LAST_WORDS_SECONDS)

    def _notice(self) -> None:
        while not self._stop.is_set():
            self._changed.clear()
            try:
                if notice(self._announcing):
                    for event in self._noticed.values():
                        event.set()
                pause_seconds = self._announcing.pace.idle_seconds
            except CatalogError:  # whoever collects into it has more to say about that
                pause_seconds = CATALOG_PAUSE_SECONDS
            _pause(self._changed, pause_seconds, stop=self._stop)

    def _tell(self, hub: str) -> None:
        teller = Teller(hub, self._announcing, stop=self._stop)
        while not self._stop.is_set():
            self._noticed[hub].clear()
            try:
                teller.tell()
                due_in = teller.next_due_in()
            except CatalogError:
                due_in = CATALOG_PAUSE_SECONDS
            idle_seconds = self._announcing.pace.idle_seconds
            _pause(self._noticed[hub], idle_seconds if due_in is None else min(due_in, idle_seconds), stop=self._stop)


def _pause(event: Event, seconds: float, *, stop: Event) -> None:
    """Wait for an event, which may have been forgotten just when it was set in order to stop."""
    if not stop.is_set():
        event.wait(max(0, seconds))


def _join(threads: Sequence[Thread], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))

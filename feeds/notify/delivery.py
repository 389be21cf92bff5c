"""Tell one hub what the outbox holds for it, and try again what it does not take."""

import math
from collections.abc import Callable, Sequence
from threading import Event
from typing import TypeVar

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.outbox import OutboxWriter, Ping
from feeds.model.clock import SYSTEM_CLOCK, Clock, to_seconds
from feeds.model.errors import CatalogError, FeedsError, HubError
from feeds.notify.ping import send_ping
from feeds.settings import Settings

_Result = TypeVar("_Result")

_MOST_MISSES = 2
CATALOG_PAUSE_SECONDS = 1
"""How long to wait before a catalog that could not be used is tried again."""


class NotifyTiming(msgspec.Struct, frozen=True, kw_only=True):
    """How long things may take, in seconds.

    A hub is told `delay_seconds` after a change is noticed, for it fetches the feed at once, and processes that serve
    ask the catalog less often than that. It has `timeout_seconds` to answer. What it does not take is tried again after
    a pause that doubles, from `first_pause_seconds` to `longest_pause_seconds`, and given up after `give_up_seconds`.
    All `idle_seconds` the outbox is looked into, in case another process has put something there.
    """

    delay_seconds: int = 1
    timeout_seconds: float = 10
    first_pause_seconds: int = 10
    longest_pause_seconds: int = 3600
    give_up_seconds: int = 3 * 86_400
    idle_seconds: float = 10

    @property
    def claim_seconds(self) -> int:
        """For how long nobody else tells what one process has set about telling: it may have died over it."""
        return math.ceil(self.timeout_seconds) + 2

    def pause_seconds(self, attempts: int) -> int:
        """Give the pause after so many attempts."""
        # Shifted by what can ever matter: attempts may be many.
        return min(self.first_pause_seconds << min(attempts - 1, 30), self.longest_pause_seconds)


class Announcing(msgspec.Struct, frozen=True, kw_only=True):
    """What is announced, by the outbox of `catalog`, to the hubs of `settings`.

    `complain` is told what goes wrong with a hub: once, until it is well again. `catalog` should not have a writer wait
    for long; whatever is to be written is tried again.
    """

    catalog: Catalog
    settings: Settings
    complain: Callable[[FeedsError], object]
    pace: NotifyTiming = NotifyTiming()
    clock: Clock = SYSTEM_CLOCK


class Teller:
    """Tells a hub what the outbox holds for it, one feed after the other, until `stop`; to be used by one thread."""

    def __init__(self, hub: str, announcing: Announcing, *, stop: Event) -> None:
        self._hub = hub
        self._announcing = announcing
        self._pace = announcing.pace
        self._stop = stop
        self._is_failing = False

    def next_due_in(self, *, is_untried: bool = False) -> float | None:
        """Give for how many seconds there is nothing to be told, negative where something is late; None: nothing is.

        With `is_untried`, only what has never been tried in vain counts.

        Raises:
            CatalogError: the catalog cannot be read.
        """
        with self._announcing.catalog.reading() as reader:
            due = reader.outbox.next_due(self._hub, is_untried=is_untried)
        return None if due is None else due - self._announcing.clock.now().timestamp()

    def tell(self) -> None:
        """Tell the hub all that is due; when it misses two in a row it is away, and what is left is put off as well.

        What another process is about to tell it is left to that one.

        Raises:
            CatalogError: the catalog cannot be read.
        """
        with self._announcing.catalog.reading() as reader:
            pings = reader.outbox.pings_to(self._hub, until=self._announcing.clock.now())
        misses = 0
        for place, ping in enumerate(pings):
            if self._stop.is_set():
                return
            if not self._claim(ping):
                continue
            error = self._tell_of(ping)
            if error is None:
                continue
            misses = misses + 1 if error.is_away else 0
            is_away = misses == _MOST_MISSES
            self._put_off(pings[place:] if is_away else [ping], error)
            if is_away:
                return

    def _claim(self, ping: Ping) -> bool:
        until = to_seconds(self._announcing.clock.now()) + self._pace.claim_seconds
        return bool(self._write(lambda outbox: outbox.claim(self._hub, ping, until=until)))

    def _tell_of(self, ping: Ping) -> HubError | None:
        """Tell the hub of one feed; give why it has not taken that."""
        url = f"{self._announcing.settings.site_url}{ping.path}"
        try:
            send_ping(self._hub, url, timeout_seconds=self._pace.timeout_seconds)
        except HubError as error:
            return error
        self._is_failing = False
        self._write(lambda outbox: outbox.take_out(self._hub, ping))
        return None

    def _put_off(self, pings: Sequence[Ping], error: HubError) -> None:
        if not self._is_failing:
            self._announcing.complain(error)
        self._is_failing = True
        now = to_seconds(self._announcing.clock.now())
        later = [self._plan(ping, now) for ping in pings if now - ping.since < self._pace.give_up_seconds]
        given_up = [ping for ping in pings if now - ping.since >= self._pace.give_up_seconds]

        def write(outbox: OutboxWriter) -> None:
            outbox.put_off(self._hub, later)
            for ping in given_up:
                outbox.take_out(self._hub, ping)

        self._write(write)
        if given_up:
            self._announcing.complain(
                FeedsError(f"The hub {self._hub} has not taken some changes of feeds for days; they are given up.")
            )

    def _plan(self, ping: Ping, now: int) -> Ping:
        attempts = ping.attempts + 1
        return msgspec.structs.replace(ping, attempts=attempts, due=now + self._pace.pause_seconds(attempts))

    def _write(self, write: Callable[[OutboxWriter], _Result]) -> _Result | None:
        """Write to the outbox, as soon as a collector that is writing lets us; None where we stop before.

        A hub should not be told twice.
        """
        while True:
            try:
                with self._announcing.catalog.announcing() as outbox:
                    return write(outbox)
            except CatalogError:
                if self._stop.wait(CATALOG_PAUSE_SECONDS):
                    return None

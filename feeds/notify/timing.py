"""Define the delays, timeouts and pauses of notifications."""

import math

import msgspec

from feeds.notify.http_client import TIMEOUT_SECONDS


class NotifyTiming(msgspec.Struct, frozen=True, kw_only=True):
    """Delays, timeouts and pauses, in seconds.

    A shared cache is purged `purge_seconds` after a change, because by then server processes have polled the catalog,
    and again `purge_again_seconds` later, in case a slow process has filled the cache with the old version in between.
    Hubs wait for the first purge, up to `hold_seconds` after the change. The purge of a document is given up after
    `purge_give_up_seconds`, when the document has expired.

    A hub is notified `delay_seconds` after a change is detected, because the hub fetches the feed at once and server
    processes poll the catalog less often. The hub has `timeout_seconds` to answer. A failed notification is sent again
    after a pause, which doubles from `first_pause_seconds` to `max_pause_seconds`, and is given up after
    `give_up_seconds`. Every `idle_seconds`, the outbox is checked for notifications from other processes.
    """

    delay_seconds: int = 1
    timeout_seconds: float = TIMEOUT_SECONDS
    first_pause_seconds: int = 10
    max_pause_seconds: int = 3600
    give_up_seconds: int = 3 * 86_400
    idle_seconds: float = 10
    purge_seconds: float = 2
    purge_again_seconds: int = 10
    purge_give_up_seconds: int = 86_400
    hold_seconds: int = 15

    @property
    def claim_seconds(self) -> int:
        """How long other processes leave a claimed notification alone; after this time, the claimer may have died."""
        return math.ceil(self.timeout_seconds) + 2

    def get_pause_seconds(self, attempts: int) -> int:
        """Return the pause after a number of failed attempts."""
        # The shift is limited, because the number of attempts is not.
        return min(self.first_pause_seconds << min(attempts - 1, 30), self.max_pause_seconds)

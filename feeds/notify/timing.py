"""Define the delays, timeouts and pauses of notifications."""

import math

import msgspec

from feeds.notify.websub import TIMEOUT_SECONDS


class NotifyTiming(msgspec.Struct, frozen=True, kw_only=True):
    """Delays, timeouts and pauses, in seconds.

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

    @property
    def claim_seconds(self) -> int:
        """How long other processes leave a claimed notification alone; after this time, the claimer may have died."""
        return math.ceil(self.timeout_seconds) + 2

    def get_pause_seconds(self, attempts: int) -> int:
        """Return the pause after a number of failed attempts."""
        # The shift is limited, because the number of attempts is not.
        return min(self.first_pause_seconds << min(attempts - 1, 30), self.max_pause_seconds)

"""Add up requests for feeds in memory."""

from collections.abc import Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import NamedTuple

from feeds.catalog.request_totals import KeyLimiter, Limits, TotalKey, Totals
from feeds.model.clock import find_day
from feeds.statistics.readers import parse_user_agent

COUNTED = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
"""The statuses of counted requests: a redirect, an error or a partial answer does not bring a feed to a reader."""

_SOURCE_BYTES = 6
_MILLISECONDS = 1_000


class FeedRequest(NamedTuple):
    """A request for a feed.

    `feed` is the canonical URL path and query, `requested` the path and query as requested: an aggregator with
    subscriptions to several spellings fetches each of them. `is_conditional` tells whether the request has a validator;
    None if unknown.
    """

    feed: str
    requested: str
    status: int
    user_agent: str
    is_conditional: bool | None = None


class Tally:
    """The totals of the requests since the last `take`, in bounded memory."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 frozen
        self._limits = limits
        self._totals: dict[TotalKey, Totals] = {}
        self._limiter = KeyLimiter(limits)

    def add(self, request: FeedRequest, *, time: float, count: int = 1) -> None:
        """Count a request, or several equal requests, the last of them at `time`, in seconds since 1970."""
        if request.status not in COUNTED:
            return
        reader = parse_user_agent(request.user_agent)
        is_aggregator = reader.subscribers is not None
        source = (reader.feed_id or _shorten(request.requested)) if is_aggregator else ""
        key = self._limiter.fold(TotalKey(find_day(int(time)), request.feed, reader.name, source))
        totals = Totals(
            requests=count,
            not_modified=count * (request.status == HTTPStatus.NOT_MODIFIED),
            unconditional=count * (request.is_conditional is False),
            subscribers=reader.subscribers,
            stated=int(time * _MILLISECONDS) if is_aggregator else 0,
        )
        self._totals[key] = self._totals.get(key, Totals()) + totals

    def take(self) -> Mapping[TotalKey, Totals]:
        """Return the totals, and start again from nothing."""
        taken, self._totals, self._limiter = self._totals, {}, KeyLimiter(self._limits)
        return taken

    def put_back(self, totals: Mapping[TotalKey, Totals]) -> None:
        """Add totals that `take` has returned, and that could not be stored."""
        for key, each in totals.items():
            place = self._limiter.fold(key)
            self._totals[place] = each + self._totals.get(place, Totals())


def _shorten(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=_SOURCE_BYTES).hexdigest()

"""Read and write the query string of the OPML list, which selects the feeds in the list."""

from functools import partial

import msgspec

from feeds.model.parameter_codec import Parameter, read_query, write_query
from feeds.model.values import parse_number

MAX_MIN_ENTRIES = 1_000_000
MAX_ACTIVE_DAYS = 36_500


class OpmlQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The selection of feeds in an OPML list, by default every topic. `str` gives the canonical query, without `?`.

    `with_providers` adds publishers to topics. A listed feed has at least `min_entries` entries, and its newest entry
    is at most `active_days` older than the newest entry of the catalog.
    """

    with_providers: bool = False
    min_entries: int = 0
    active_days: int | None = None

    def __str__(self) -> str:
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value}
        return write_query(given, _PARAMETERS)


EVERY_TOPIC = OpmlQuery()


def parse_opml_query(query_string: str) -> OpmlQuery:
    """Read the query of a URL, still percent-encoded; unknown parameters are ignored.

    Raises:
        BadRequestError: a value is invalid, a parameter is given twice, or the query is too long.
    """
    return OpmlQuery(**read_query(query_string, _PARAMETERS))


def _read_flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("expected 1 or 0")
    return text == "1"


_PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("provider", "with_providers", _read_flag, lambda _value: "1"),
        Parameter("min_entries", "min_entries", partial(parse_number, minimum=0, maximum=MAX_MIN_ENTRIES)),
        Parameter("active_days", "active_days", partial(parse_number, minimum=1, maximum=MAX_ACTIVE_DAYS)),
    )
}

OPML_PARAMETERS = tuple(_PARAMETERS)
"""The names of all known parameters, in canonical order."""

"""Read and write what the query of the list of feeds asks of it: which feeds it names."""

from functools import partial

import msgspec

from feeds.model.query_string import Parameter, read_query, write_query
from feeds.model.values import parse_number

MOST_ENTRIES_ASKED = 1_000_000
MOST_DAYS = 36_500


class OpmlQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which feeds a list names: all that say nothing to the contrary. `str` gives the canonical query, without `?`.

    `with_providers` adds publishers to topics. A feed has at least `min_entries`, and was active if its newest is at
    most `active_days` older than the newest entry of all.
    """

    with_providers: bool = False
    min_entries: int = 0
    active_days: int | None = None

    def __str__(self) -> str:
        said = {name: value for name, value in msgspec.structs.asdict(self).items() if value}
        return write_query(said, _PARAMETERS)


EVERY_TOPIC = OpmlQuery()


def parse_opml_query(query_string: str) -> OpmlQuery:
    """Read the query of a URL, still percent-encoded; parameters that we do not know are as good as not there.

    Raises:
        BadRequestError: a value is not right, a parameter stands twice, or the query is too long.
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
        Parameter("min_entries", "min_entries", partial(parse_number, minimum=0, maximum=MOST_ENTRIES_ASKED)),
        Parameter("active_days", "active_days", partial(parse_number, minimum=1, maximum=MOST_DAYS)),
    )
}

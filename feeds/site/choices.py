"""Read what a form has chosen: the topics to combine, a name at a time, where an expression would have to be typed."""

from urllib.parse import parse_qsl

from feeds.model.errors import BadRequestError
from feeds.model.expression import Expression, combine, parse_expression

ANY_OF, ALL_OF, NONE_OF = "any", "all", "not"
"""The parameters that choose, each as often as there are topics."""


def read_choices(query: str) -> Expression | None:
    """Read the topics chosen in the query of a URL, still percent-encoded; None where it chooses none.

    Raises:
        BadRequestError: together they are more than an expression can hold, or what one holds is no name.
    """
    names: dict[str, list[str]] = {ANY_OF: [], ALL_OF: [], NONE_OF: []}
    for kind, text in parse_qsl(query):
        if kind in names:
            names[kind].append(_check_name(text))
    return combine(names[ANY_OF], all_of=names[ALL_OF], none_of=names[NONE_OF])


def _check_name(text: str) -> str:
    name = parse_expression(text).single
    if not name:
        raise BadRequestError(f"“{text}” is more than one name; choose one after another.")
    return name

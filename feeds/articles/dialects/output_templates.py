"""Render the simple templates of permalinks: `{{ variable | filter }}` of Liquid and Nunjucks; nothing is executed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from feeds.articles.dialects.path_dates import format_date
from feeds.articles.dialects.permalink_fields import PermalinkError

_OUTPUT = re.compile(r"\{\{-?\s*([^{}]*?)\s*-?\}\}")
_TEXT = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_FILTER = re.compile(r"(\w+)\s*(?::\s*(.*)|\(\s*(.*?)\s*\))?", re.DOTALL)
_DATE_VARIABLES = frozenset(("date", "page.date"))
_MAX_TEMPLATE = 1000
_ADVICE = "write the address as `permalink` in the post, or a pattern in `mapping.toml`."

_APOSTROPHE = re.compile(r"([a-zA-Z\d]+)['\u2019]([ts])(\s|$)")
_SLUG_GAP = re.compile(r"[^a-z0-9]+")
_SPELLED = {"&": " and ", "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "æ": "ae"}
_SPELLED |= {"Æ": "AE", "ø": "o", "Ø": "O", "å": "a", "Å": "A", "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ł": "l"}
_SPELLED |= {
    "Ł": "L",
    "þ": "th",
    "Þ": "TH",
    "ð": "d",
    "Ð": "D",
    "\u0131": "i",
    "\U0001f984": " unicorn ",
    "♥": " love ",
}
_SPELLED |= {"\u0131": "i"}
_SPELLING = str.maketrans(_SPELLED)


def render_template(template: str, variables: Mapping[str, str], *, date: datetime | None) -> str:
    """Replace each `{{ … }}` of a template.

    Raises:
        PermalinkError: the template has tags, unknown variables or filters, or is long.
    """
    if "{%" in template or len(template) > _MAX_TEMPLATE:
        raise PermalinkError(f"The permalink has tags of a template; {_ADVICE}")
    return _OUTPUT.sub(lambda match: _render_output(match[1], variables, date=date), template)


def slugify_text(text: str) -> str:
    """Return a text as Eleventy's `slugify` writes it: https://www.11ty.dev/docs/filters/slugify/."""
    text = _APOSTROPHE.sub(r"\1\2\3", text).translate(_SPELLING)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _SLUG_GAP.sub("-", plain.lower()).strip("-")


def _render_output(expression: str, variables: Mapping[str, str], *, date: datetime | None) -> str:
    first, *filters = (part.strip() for part in expression.split("|"))
    value = _evaluate(first, variables, date=date)
    for part in filters:
        value = _apply(part, value, variables=variables)
    if isinstance(value, datetime):
        raise PermalinkError(f"The permalink has a date without the filter `date`; {_ADVICE}")
    return value


def _evaluate(name: str, variables: Mapping[str, str], *, date: datetime | None) -> str | datetime:
    if literal := _TEXT.fullmatch(name):
        return literal[1] or literal[2] or ""
    if name in _DATE_VARIABLES:
        if date is None:
            raise PermalinkError("The permalink needs a date; add `date`.")
        return date
    if name not in variables:
        raise PermalinkError(f"The permalink has an unknown variable; {_ADVICE}")
    return variables[name]


def _apply(part: str, value: str | datetime, *, variables: Mapping[str, str]) -> str | datetime:
    match = _FILTER.fullmatch(part)
    name, argument = (match[1], (match[2] or match[3] or "").strip()) if match else ("", "")
    if isinstance(value, datetime):
        literal = _TEXT.fullmatch(argument)
        if name == "date" and literal:
            return format_date(value.astimezone(UTC), literal[1] or literal[2] or "")
    elif name == "default":
        return value or str(_evaluate(argument, variables, date=None))
    elif name in _FILTERS:
        return _FILTERS[name](value)
    elif name in ("append", "prepend"):
        other = str(_evaluate(argument, variables, date=None))
        return value + other if name == "append" else other + value
    raise PermalinkError(f"The permalink has a filter that only Eleventy knows; {_ADVICE}")


_FILTERS: dict[str, Callable[[str], str]] = {
    "slugify": slugify_text,
    "slug": slugify_text,
    "url": str,
    "safe": str,
    "string": str,
    "strip": str.strip,
    "trim": str.strip,
    "downcase": str.lower,
    "lower": str.lower,
    "upcase": str.upper,
    "upper": str.upper,
    "url_encode": str,
    "escape": str,
}

"""Read and write the query string of a bundle: an OPML list of chosen feeds, one `feed` parameter for each."""

from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, quote

from feeds.model.errors import BadRequestError

FEED = "feed"
"""The parameter that names a feed by its URL path and query."""

MAX_FEEDS = 50
MAX_CHARACTERS = 4_000
"""The maximum length of the query string: servers such as gunicorn refuse a request line of 4,094 bytes or more."""

# Unescaped, because a query string may hold them (RFC 3986 section 3.4); `+` stands for a space, which expressions and
# searches take for their own `+`.
_READABLE = "/?=,+!*"


def read_references(query_string: str, *, excluded: Collection[str] = ()) -> list[str]:
    """Return the feeds named in a query string, as paths with queries, still percent-encoded; none for no bundle.

    The parameters in `excluded` select feeds in another way.

    Raises:
        BadRequestError: there are too many feeds, a value has control characters, or an excluded parameter is given.
    """
    given = [(name, text.strip()) for name, text in parse_qsl(query_string) if text.strip()]
    references = [text for name, text in given if name == FEED]
    if not references:
        return []
    if len(query_string) > MAX_CHARACTERS:
        raise BadRequestError(f"The query string after “?” exceeds {MAX_CHARACTERS} characters; name fewer feeds.")
    if len(references) > MAX_FEEDS:
        raise BadRequestError(f"“{FEED}” is given {len(references)} times; a list has at most {MAX_FEEDS} feeds.")
    if not all(text.isprintable() for text in references):
        raise BadRequestError(f"“{FEED}” must not contain control characters.")
    other = next((name for name, _ in given if name in excluded), "")
    if other:
        raise BadRequestError(f"“{FEED}” names each feed of the list; remove “{other}”.")
    return references


def write_references(references: Iterable[str]) -> str:
    """Write references of feeds, percent-encoded, as a canonical query string: sorted, each once."""
    return "&".join(f"{FEED}={quote(reference, safe=_READABLE)}" for reference in sorted(set(references)))

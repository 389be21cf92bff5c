"""Define all field names, and suggest a field for an unknown name."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice

import msgspec

from feeds.articles.yaml_values import Path, Value

_STORY = (
    "ampWebUrl cdnAmpWebUrl excerpt heat id images locale originalUrl provider publishedDateTime quality title type"
    " updatedDateTime webUrl"
)
_ARTICLE = (
    "corrections deleted draft expiryDate featuredContent published related removed removedDateTime secured topics"
    " unpublishDate"
)
_TOPIC = "_id aliases description images merged_into name parent renamed_from retired shortname successor"

# Fields of real articles and of other tools that nobody misspelt, although some are similar to a known name.
_FOREIGN = (
    "actions author categories category created date hashtags isCached keywords layout length permalink price ratings"
    " services slug source summary tags taxonomy url weight"
)

# Names for which the most similar field is another one, or none is similar enough.
_OTHER_NAMES = {
    "ampurl": "ampWebUrl",
    "cover": "images",
    "coverimage": "images",
    "expires": "expiryDate",
    "expiresat": "expiryDate",
    "expiry": "expiryDate",
    "featuredimage": "images",
    "heroimage": "images",
    "lang": "locale",
    "lastmod": "updatedDateTime",
    "lastmodifiedat": "updatedDateTime",
    "pubdate": "publishedDateTime",
    "pubdatetime": "publishedDateTime",
    "publishdate": "publishedDateTime",
    "publishedat": "publishedDateTime",
    "relateditems": "related",
    "unpublishat": "unpublishDate",
    "unpublishdatetime": "unpublishDate",
    "updated": "updatedDateTime",
    "updateddate": "updatedDateTime",
}

_NAME = re.compile("[A-Za-z][A-Za-z0-9_-]{2,39}")
_MIN_SIMILARITY = 0.83
_MAX_UNKNOWN = 200  # comparing a name with all fields takes 0.1 ms


class Fields(msgspec.Struct, frozen=True):
    """The names of the fields in one kind of mapping, and the fields that hold other mappings, or lists of them."""

    names: frozenset[str]
    parts: Mapping[str, "Fields"] = {}


def _make(names: str, **parts: Fields) -> Fields:
    return Fields(frozenset(names.split()), parts)


_IMAGE = _make("height title url width")
_PROVIDER = _make("authors domain images name", authors=_make("name"), images=_IMAGE)
_CORRECTION = _make("date text")
_RELATED = _make(_STORY, images=_IMAGE, provider=_PROVIDER)
ARTICLE_FIELDS = _make(
    f"{_STORY} {_ARTICLE}", corrections=_CORRECTION, images=_IMAGE, provider=_PROVIDER, related=_RELATED
)
TOPIC_FIELDS = _make(_TOPIC, images=_IMAGE)

KNOWN_NAMES = ARTICLE_FIELDS.names | TOPIC_FIELDS.names | _CORRECTION.names | _PROVIDER.names | _IMAGE.names
"""The names of all fields."""

SILENT_NAMES = KNOWN_NAMES | frozenset(_FOREIGN.split())
"""The names that nobody misspelt: known or foreign."""


def find_misspelt(mapping: Mapping[str, Value], fields: Fields) -> Iterator[tuple[Path, str]]:
    """Yield the path of each unknown name in a mapping and its parts that is close to a field, and the field.

    Only the first unknown names of a file are compared.
    """
    for path, names in islice(_find_unknown(mapping, fields, ()), _MAX_UNKNOWN):
        if likely := suggest_field(str(path[-1]), names):
            yield path, likely


def _find_unknown(mapping: Mapping[str, Value], fields: Fields, path: Path) -> Iterator[tuple[Path, frozenset[str]]]:
    """Yield the path of each unknown name, and the names of the fields that its mapping may have."""
    if not mapping.keys() <= SILENT_NAMES:
        yield from (((*path, name), fields.names) for name in mapping if name not in SILENT_NAMES)
    for name, part in fields.parts.items():
        value = mapping.get(name)
        if isinstance(value, dict):
            yield from _find_unknown(value, part, (*path, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _find_unknown(item, part, (*path, name, index))


@lru_cache(maxsize=1_024)
def suggest_field(name: str, names: frozenset[str]) -> str:
    """Return the one of `names` that a name was probably meant for; empty if none is close."""
    if not _NAME.fullmatch(name):
        return ""
    folded = fold(name)
    candidates = {fold(field): field for field in sorted(names)}
    other = _OTHER_NAMES.get(folded, "")
    if other in names:
        return other
    close = get_close_matches(folded, candidates, n=1, cutoff=_MIN_SIMILARITY)
    # Swapped letters make short words less similar than the limit.
    swapped = (field for field in candidates if sorted(field) == sorted(folded))
    found = close[0] if close else next(swapped, "")
    return candidates.get(found, "")


def fold(name: str) -> str:
    """Return a name without the differences between camelCase, snake_case and kebab-case."""
    return name.replace("_", "").replace("-", "").casefold()

"""Name topics: which labels are one topic, which slug each gets, and that no two share one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec

GRACE = timedelta(days=30)
"""For how long a retired topic's feed can still be read, so that its readers come upon the entry that says so."""

_SPOKEN = {"+": " plus ", "#": " sharp ", "&": " and ", "@": " at ", "%": " percent "}
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2019\u02bc"))


class TopicName(msgspec.Struct, frozen=True):
    """How a topic is written: in URLs, and for people."""

    slug: str
    name: str


def topic_key(label: str) -> str:
    """Give what two labels share when they name one topic: case, blanks and Unicode forms aside."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def slugify(label: str) -> str:
    """Write a label as a slug: lower-case letters and digits of any script, in words joined by hyphens.

    Latin accents fold to plain letters; `C++` and `C#` keep their difference as words; symbols and emoji become their
    code points, so that no label is without a slug.
    """
    spoken = "".join(_SPOKEN.get(character, character) for character in topic_key(label)).translate(_APOSTROPHES)
    plain = "".join(_fold(character) for character in unicodedata.normalize("NFC", spoken))
    return re.sub(r"-+", "-", plain).strip("-") or _code_points(label)


def _fold(character: str) -> str:
    if character.isalnum() or unicodedata.category(character) in {"Mn", "Mc"}:
        base = unicodedata.normalize("NFKD", character)[0]
        return base if base.isascii() and base.isalnum() else character
    return f"-{_code_points(character)}-" if unicodedata.category(character) in {"So", "Sm", "Sk"} else "-"


def _code_points(text: str) -> str:
    return "-".join(f"u{ord(character):x}" for character in text)


def assign_slugs(keys: Iterable[str]) -> dict[str, str]:
    """Give every topic key a slug of its own, the same on every machine for the same set of keys.

    Where several keys slugify alike, the one that reads most like the slug keeps it, and each of the others gets the
    slug with a fingerprint of its key behind it.
    """
    contenders: dict[str, list[str]] = {}
    for key in keys:
        contenders.setdefault(slugify(key), []).append(key)
    groups = {
        slug: sorted(group, key=lambda key: (key.replace(" ", "-") != slug, key)) for slug, group in contenders.items()
    }
    slugs = {first: slug for slug, (first, *_) in groups.items()}
    taken = set(slugs.values())
    for slug, (_, *others) in sorted(groups.items()):
        for key in others:
            slugs[key] = _distinct_slug(slug, key=key, taken=taken)
            taken.add(slugs[key])
    return slugs


def _distinct_slug(slug: str, *, key: str, taken: set[str]) -> str:
    sizes = range(3, 65)
    candidates = (f"{slug}-{blake2b(key.encode(), digest_size=size).hexdigest()}" for size in sizes)
    return next(candidate for candidate in candidates if candidate not in taken)


def choose_label(spellings: Mapping[str, int]) -> str:
    """Choose the display name among the spellings of one topic: the most used, ties by code point."""
    return min(spellings, key=lambda label: (-spellings[label], label))


class TopicFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a topic's metadata file says of it.

    `labels` are more that mean it, its `former` names among them, the oldest first. `parent`, `merged_into` and
    `successor` are labels of other topics. `retired` is the moment from which on it is.
    """

    name: str
    labels: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    description: str = ""
    image: str = ""
    parent: str = ""
    merged_into: str = ""
    retired: datetime | None = None
    successor: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The topic keys it answers to, its own first."""
        return tuple(dict.fromkeys(topic_key(label) for label in (self.name, *self.labels)))

"""Name topics: labels with the same key are one topic, and every topic gets a unique slug."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

import msgspec

from feeds.model.text import strip_invisible

_SYMBOL_WORDS = {"+": " plus ", "#": " sharp ", "&": " and ", "@": " at ", "%": " percent "}
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2019\u02bc"))


class TopicName(msgspec.Struct, frozen=True):
    """The spellings of a topic in URLs and for people."""

    slug: str
    name: str


@lru_cache(maxsize=4_096)
def topic_key(label: str) -> str:
    """Return the key of a topic: labels with the same key are one topic.

    Case, whitespace, Unicode form and invisible characters make no difference.
    """
    return " ".join(unicodedata.normalize("NFKC", strip_invisible(label)).casefold().split())


def slugify(label: str) -> str:
    """Write a label as a slug: lower-case letters and digits of any script, in words joined by hyphens.

    Latin letters lose their accents. The signs of `C++` and `C#` become words. Symbols and emoji become code points,
    because every label needs a slug.
    """
    worded = "".join(_SYMBOL_WORDS.get(character, character) for character in topic_key(label)).translate(_APOSTROPHES)
    plain = "".join(_fold(character) for character in unicodedata.normalize("NFC", worded))
    return re.sub(r"-+", "-", plain).strip("-") or _write_code_points(label)


def _fold(character: str) -> str:
    if character.isalnum() or unicodedata.category(character) in {"Mn", "Mc"}:
        base = unicodedata.normalize("NFKD", character)[0]
        return base if base.isascii() and base.isalnum() else character
    return f"-{_write_code_points(character)}-" if unicodedata.category(character) in {"So", "Sm", "Sk"} else "-"


def _write_code_points(text: str) -> str:
    return "-".join(f"u{ord(character):x}" for character in text)


def assign_slugs(keys: Iterable[str], *, later: Iterable[str] = ()) -> dict[str, str]:
    """Give every topic key a unique slug, the same on every machine for the same set of keys.

    If several keys have the same slug, the key most similar to the slug keeps the slug. Each other key gets the slug
    followed by a fingerprint of the key. The keys in `later` choose after all others.
    """
    slugs: dict[str, str] = {}
    for some in (set(keys), set(later)):
        _assign_slugs(some - slugs.keys(), slugs)
    return slugs


def _assign_slugs(keys: Iterable[str], slugs: dict[str, str]) -> None:
    taken = set(slugs.values())
    contenders: dict[str, list[str]] = {}
    for key in keys:
        contenders.setdefault(slugify(key), []).append(key)
    groups = {
        slug: sorted(group, key=lambda key: (key.replace(" ", "-") != slug, key)) for slug, group in contenders.items()
    }
    firsts = {first: slug for slug, (first, *_) in groups.items() if slug not in taken}
    slugs.update(firsts)
    taken.update(firsts.values())
    for slug, group in sorted(groups.items()):
        for key in group:
            if key not in firsts:
                slugs[key] = _extend_slug(slug, key=key, taken=taken)
                taken.add(slugs[key])


def _extend_slug(slug: str, *, key: str, taken: set[str]) -> str:
    sizes = range(3, 65)
    candidates = (f"{slug}-{blake2b(key.encode(), digest_size=size).hexdigest()}" for size in sizes)
    return next(candidate for candidate in candidates if candidate not in taken)


def choose_label(spellings: Mapping[str, int]) -> str:
    """Choose the most used spelling of a topic as its display name; ties go to the first by code point."""
    return min(spellings, key=lambda label: (-spellings[label], label))


class TopicFile(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a topic's metadata file.

    `labels` are further labels of the topic, including its `former` names, oldest first. `parent`, `merged_into` and
    `successor` are labels of other topics. `retired` is the time at which the topic is retired.
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
        """The keys of all labels of the topic, its own name first."""
        return tuple(dict.fromkeys(topic_key(label) for label in (self.name, *self.labels)))

r"""Join the surrogate pairs that JSON writes, such as \ud83d\ude80 (RFC 8259 section 7): libyaml refuses them."""

import re
from collections.abc import Iterator

import msgspec
from yaml.events import ScalarEvent, StreamEndEvent

from feeds.articles.source import SAVED_CHARACTERS, Source
from feeds.articles.yaml_values import open_parser

_PAIR = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
_ANY_PAIR = re.compile(_PAIR)
_ESCAPE = re.compile(rf"{_PAIR}|\\.", re.DOTALL)
_PLACEHOLDER = r"\\ue000\\ue000"


def has_surrogate_pairs(source: Source) -> bool:
    """Return whether a surrogate pair is anywhere in the front matter, in double quotes or not."""
    return _ANY_PAIR.search(source.yaml) is not None


def join_surrogate_pairs(source: Source) -> Source:
    """Write each surrogate pair in double quotes as one escape.

    Raises:
        MarkedYAMLError: the front matter is not YAML, at the same index in `source.yaml`.
    """
    parts: list[str] = []
    joins: list[int] = []
    end = 0
    for match in _find_pairs(source.yaml):
        character = ((int(match[1], 16) & 0x3FF) << 10) + (int(match[2], 16) & 0x3FF) + 0x10000
        parts += [source.yaml[end : match.start()], f"\\U{character:08x}"]
        joins.append(match.start() - SAVED_CHARACTERS * len(joins))
        end = match.end()
    parts.append(source.yaml[end:])
    return msgspec.structs.replace(source, yaml="".join(parts), joins=tuple(joins))


def _find_pairs(yaml: str) -> Iterator[re.Match[str]]:
    # A text of the same length that libyaml accepts has its quotes at the same places.
    read = open_parser(_ANY_PAIR.sub(_PLACEHOLDER, yaml))
    while not isinstance(event := read(), StreamEndEvent):
        if isinstance(event, ScalarEvent) and event.style == '"' and event.start_mark and event.end_mark:
            # An escaped backslash before `u` is part of the text.
            escapes = _ESCAPE.finditer(yaml, event.start_mark.index, event.end_mark.index)
            yield from (escape for escape in escapes if escape[1])

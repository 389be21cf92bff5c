"""Find texts that a comment cuts off: YAML ignores the rest of a line from a `#` after a space."""

import re
from collections.abc import Callable, Iterator

from yaml.events import CollectionStartEvent, Event, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent

from feeds.articles.yaml_values import open_parser

_TEXTS = frozenset({"author", "description", "excerpt", "name", "shortname", "subtitle", "summary", "title"})
_LABELS = frozenset({"aliases", "authors", "categories", "keywords", "renamed_from", "tags", "topics"})
_PARTS = frozenset({"author", "authors", "images", "provider", "related"})
_NULLS = frozenset({"~", "null", "Null", "NULL"})
_UNUSED = "/"
"""Stands for all fields below an unknown field."""

# The beginning of a line whose value is in quotes.
_QUOTED = re.compile(
    r"""[ \t]*+(?:-[ \t]++)*+(?:(?:"[^"\n]*+"|'[^'\n]*+'|[^\s"'#:]++):[ \t]++)?+["']""",
)
_COMMENT = re.compile(r"[ \t]+#([^\r\n]*)")


def may_cut_texts(yaml: str) -> bool:
    """Return whether a comment may cut a text: most files are told apart in a hundredth of the time of a parse."""
    # A search for the single character is many times faster than one for a space and the character.
    at = yaml.find("#", 1)
    while at > 0:
        if yaml[at - 1] in " \t":
            if not _QUOTED.match(yaml, yaml.rfind("\n", 0, at) + 1):
                return True
            at = yaml.find("\n", at)  # nothing else on this line can be cut
        at = yaml.find("#", at + 1) if at >= 0 else -1
    return False


def find_cut_texts(yaml: str) -> Iterator[tuple[int, str]]:
    """Yield the index of each `#` that cuts off a text of people, and the name of its field.

    The text must be valid YAML. Comments after numbers, dates, URLs and quoted texts are normal, and so is a comment
    such as `# the main topic` after a label; a label such as `C #` or `Issue #5` is cut.
    """
    parser = open_parser(yaml)
    while not isinstance(event := parser(), StreamEndEvent):
        if isinstance(event, CollectionStartEvent):
            for name, value in _list_texts(parser, event, ""):
                comment = _COMMENT.match(yaml, value.end_mark.index if value.end_mark else len(yaml))
                if comment and _cuts(comment[1], name, value=value.value):
                    yield comment.start(1) - 1, name


def _list_texts(parser: Callable[[], Event], event: Event, name: str) -> Iterator[tuple[str, ScalarEvent]]:
    """Yield every unquoted text for people with the name of its field; `name` is the field of the collection."""
    if isinstance(event, MappingStartEvent):
        while isinstance(key := parser(), ScalarEvent):
            field = key.value if not name or name in _PARTS else _UNUSED
            yield from _list_texts(parser, parser(), field)
    elif isinstance(event, CollectionStartEvent):
        while not isinstance(item := parser(), SequenceEndEvent):
            yield from _list_texts(parser, item, name)
    elif isinstance(event, ScalarEvent) and not event.style and (name in _TEXTS or name in _LABELS):
        yield name, event


def _cuts(comment: str, name: str, *, value: str) -> bool:
    is_set_off = comment[:1] in {" ", "\t"} and bool(comment.strip())
    if not value:
        return bool(comment.strip()) and not is_set_off
    return value not in _NULLS and (name in _TEXTS or not is_set_off)

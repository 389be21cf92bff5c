"""Read the categories and tags of a post as topics."""

from collections.abc import Iterator

from feeds.articles.dialects.field_finder import FoundField, list_items
from feeds.articles.dialects.sites import Tool
from feeds.articles.yaml_values import Path, Value

# Names of Eleventy's collections, which its starters keep out of lists of tags.
_COLLECTION_TAGS = frozenset(("all", "nav", "post", "posts"))
_SINGULAR = frozenset(("category", "tag"))


def list_labels(found: FoundField, tool: Tool) -> Iterator[tuple[Path, Value]]:
    """Yield the labels in a field with their paths; a value that is no label is yielded as it is.

    A text is a list with commas between the labels, in Jekyll with blanks between them.
    """
    for path, item in list_items(found):
        parts: list[Value] = [item]
        if isinstance(item, str) and not isinstance(found.value, list):
            parts = [*_split(item, name=found.name, tool=tool)]
        yield from ((path, part) for part in parts if tool is not Tool.ELEVENTY or not _is_collection(part))


def _split(text: str, *, name: str, tool: Tool) -> list[str]:
    if "," in text:
        return [part.strip() for part in text.split(",") if part.strip()]
    if tool is Tool.JEKYLL and name.casefold() not in _SINGULAR:
        return text.split()
    return [text.strip()]


def _is_collection(label: Value) -> bool:
    return isinstance(label, str) and label.strip().lower() in _COLLECTION_TAGS

"""Find anchors and aliases in front matter that could repeat the value of `secured`."""

from collections.abc import Callable

from yaml.events import AliasEvent, CollectionStartEvent, Event, MappingStartEvent, ScalarEvent, SequenceEndEvent

_NAME = "secured"


def find_repeated_secret(read: Callable[[], Event]) -> Event | None:
    """Return the first event that could repeat a value of `secured` at any depth, or None; `read` gives the events.

    No value of `secured` may have, contain or use an anchor, nor may a mapping or list around it have an anchor: an
    alias or merge key could publish the secret as another field, or keep a published text as the secret. All keys must
    be scalars.
    """
    read()  # the start of the stream
    read()  # the start of the document
    return _search(read, read(), is_secret=False, is_anchored=False)


def _search(read: Callable[[], Event], event: Event, *, is_secret: bool, is_anchored: bool) -> Event | None:
    """Search the value that starts with `event`: a secret or not, in a collection that has an anchor or not."""
    has_anchor = isinstance(event, AliasEvent | ScalarEvent | CollectionStartEvent) and event.anchor is not None
    if is_secret and has_anchor:
        return event
    is_anchored = is_anchored or has_anchor
    if isinstance(event, MappingStartEvent):
        return _search_mapping(read, is_secret=is_secret, is_anchored=is_anchored)
    if isinstance(event, CollectionStartEvent):
        while not isinstance(item := read(), SequenceEndEvent):
            if found := _search(read, item, is_secret=is_secret, is_anchored=is_anchored):
                return found
    return None


def _search_mapping(read: Callable[[], Event], *, is_secret: bool, is_anchored: bool) -> Event | None:
    while isinstance(key := read(), ScalarEvent):
        is_key_secret = is_secret or key.value.strip().casefold() == _NAME
        if is_key_secret and (is_anchored or key.anchor is not None):
            return key
        if found := _search(read, read(), is_secret=is_key_secret, is_anchored=is_anchored):
            return found
    return None

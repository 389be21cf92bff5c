"""List what there is to subscribe to: every topic in its hierarchy, and every provider."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from feeds.address import Subject
from feeds.catalog.reader import CatalogReader, ProviderCount, Topic
from feeds.feed import EMPTY_FEED_UPDATED, Format
from feeds.renderers.opml import Outline, render_opml
from feeds.settings import Settings

_DEEPEST = 12
"""How many levels of topics are shown; deeper ones stand at the top, so that no chain of parents can go on for ever."""


class TopicNode(msgspec.Struct, frozen=True):
    """A topic, and the topics below it, by name."""

    topic: Topic
    children: tuple["TopicNode", ...]


class Directory(msgspec.Struct, frozen=True):
    """All topics but those retired, by name, those without a parent first-level; providers, by domain.

    `newest` is the date of the newest entry, `changed` when any of it last looked different.
    """

    topics: tuple[TopicNode, ...]
    providers: tuple[ProviderCount, ...]
    newest: datetime
    changed: datetime | None


def read_directory(reader: CatalogReader, *, now: datetime) -> Directory:
    """Read the whole list."""
    topics = [topic for topic in reader.topics() if not topic.is_retired(now)]
    newest = max((topic.newest for topic in topics if topic.newest), default=EMPTY_FEED_UPDATED)
    changed = reader.last_change(now=now)
    return Directory(arrange(topics), tuple(reader.providers()), newest, changed)


def arrange(topics: Iterable[Topic]) -> tuple[TopicNode, ...]:
    """Put topics below their parents, in the order given, each exactly once.

    One whose parent is unknown stands at the top, and so does, where parents go round in a circle, the first by slug.
    """
    by_slug = {topic.slug: topic for topic in topics}
    below: dict[str, list[Topic]] = {}
    for topic in by_slug.values():
        below.setdefault(_choose_parent(topic, by_slug), []).append(topic)
    return _gather("", below)


def write_opml(directory: Directory, settings: Settings) -> bytes:
    """Write the topic feeds, in Atom, as OPML 2.0."""
    outlines = [_outline(node, settings.site_url) for node in directory.topics]
    return render_opml(f"Topics — {settings.site_title}", outlines, modified=directory.newest)


def _gather(parent: str, below: Mapping[str, Iterable[Topic]]) -> tuple[TopicNode, ...]:
    return tuple(TopicNode(topic, _gather(topic.slug, below)) for topic in below.get(parent, ()))


def _choose_parent(topic: Topic, by_slug: Mapping[str, Topic]) -> str:
    """Give the slug of the topic to stand below; empty for the top."""
    line = [topic.slug]
    while (above := by_slug[line[-1]].parent) in by_slug and above not in line and len(line) < _DEEPEST:
        line.append(above)
    is_first_in_circle = above == topic.slug == min(line)
    is_too_deep = len(line) == _DEEPEST
    return "" if topic.parent not in by_slug or is_first_in_circle or is_too_deep else topic.parent


def _outline(node: TopicNode, site_url: str) -> Outline:
    url = f"{site_url}{Subject.of_topic(node.topic.slug).path}"
    return Outline(
        text=node.topic.name,
        xml_url=f"{url}.{Format.ATOM}",
        html_url=url,
        description=node.topic.description,
        children=tuple(_outline(child, site_url) for child in node.children),
    )

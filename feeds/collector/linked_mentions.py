"""Gather the mentions with common URLs and ids from the catalog."""

from collections.abc import Collection

from feeds.articles.mention import Mention, Role
from feeds.catalog.source_store import SourceStore
from feeds.catalog.stored import StoredMention
from feeds.model.entry import decode_entry


def gather_mentions(sources: SourceStore, names: Collection[str]) -> list[Mention]:
    """Gather all mentions with common entries: mentions of the names, then mentions of all ids and URLs found, etc."""
    mentions: dict[tuple[str, int], StoredMention] = {}
    known: set[str] = set()
    frontier = set(names)
    while frontier:
        found = sources.find_mentions(sorted(frontier))
        mentions.update(((mention.path, mention.position), mention) for mention in found)
        known |= frontier
        frontier = {name for mention in found for name in (mention.url, mention.id) if name} - known
    return [load_mention(mention) for mention in mentions.values()]


def load_mention(mention: StoredMention) -> Mention:
    """Return a stored mention with its draft decoded."""
    return Mention(
        path=mention.path,
        position=mention.position,
        url=mention.url,
        id=mention.id,
        role=Role(mention.role),
        released=mention.released,
        expires=mention.expires,
        draft=decode_entry(mention.draft) if mention.draft else None,
    )

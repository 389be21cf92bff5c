"""Read the articles that the entries of earlier feeds may be."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from feeds.articles.files import scan
from feeds.collector.linked_mentions import load_mention
from feeds.collector.parallel import read_sources
from feeds.collector.topic_files import parse_topic_files
from feeds.migrate.stories import Candidate, Stories
from feeds.model.clock import SYSTEM_CLOCK, to_seconds
from feeds.model.topics import slugify


def read_stories(
    folders: Sequence[Path],
    *,
    follow_links: bool,
    articles_url: str = "",
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Stories:
    """Read all stories below the content folders; files with errors are left out.

    `articles_url` is the URL below which posts of other tools are.

    Raises:
        SettingsError: a folder does not exist or cannot be read.
    """
    now_ns = to_seconds(SYSTEM_CLOCK.now()) * 1_000_000_000
    content = scan(folders, now_ns=now_ns, follow_links=follow_links, articles_url=articles_url)
    files = sorted(content.articles, key=lambda file: file.path)
    stories: dict[str, Candidate] = {}
    related: dict[str, Candidate] = {}
    for done, result in enumerate(read_sources([(file, "") for file in files]), start=1):
        for mention in map(load_mention, result.mentions or ()):
            draft = mention.draft
            candidate = Candidate(url=mention.url, path=result.file.path)
            if mention.position:
                related.setdefault(mention.url, candidate)
            elif mention.url and draft:
                topics = frozenset(slugify(category.label) for category in draft.categories)
                stories[mention.url] = msgspec.structs.replace(
                    candidate, title=draft.title, published=draft.published, topics=topics
                )
            elif mention.url:
                stories.setdefault(mention.url, candidate)
        progress(done, len(files))
    _, described, _ = parse_topic_files(content, known={})
    labels = {slugify(label) for topic in described for label in (topic.name, *topic.labels)}
    slugs = labels.union(*(candidate.topics for candidate in stories.values()))
    return Stories(
        (*stories.values(), *(each for url, each in related.items() if url not in stories)), frozenset(slugs)
    )

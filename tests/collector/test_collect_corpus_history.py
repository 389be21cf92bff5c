"""Replay the history of a real repository of articles, commit by commit, as subscribers saw it."""

from pathlib import Path

import pytest

from feeds.model.query import Query
from tests.support.corpus_history import apply_commit, read_history
from tests.support.newsroom import ALL, Newsroom, dump_fresh

LIMIT = 10_000


class FeedSubscriber:
    """Poll the main feed and every topic's feed, and remember the entries."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._documents: dict[Query, bytes] = {}
        self.ids: dict[str, set[str]] = {}

    def poll(self) -> set[str]:
        """Return the scopes of changed feeds."""
        with self._newsroom.catalog.reading() as reader:
            topics = [Query.for_topic(topic.slug) for topic in reader.list_topics(now=self._newsroom.now)]
        moved: set[str] = set()
        for query in (ALL, *topics):
            sight = self._newsroom.see(query, limit=LIMIT)
            if sight.document != self._documents.get(query):
                moved.update(query.scopes)
            self._documents[query] = sight.document
            for entry in sight.entries:
                self.ids.setdefault(entry.url, set()).add(entry.id)
        return moved


@pytest.mark.timeout(600)
def test_subscribers_see_all_changes_and_no_duplicate_story(newsroom: Newsroom, corpus: Path) -> None:
    newsroom.collect()
    subscriber = FeedSubscriber(newsroom)
    subscriber.poll()
    versions: dict[str, int] = {}
    for number, changes in enumerate(read_history(corpus)):
        apply_commit(newsroom.folder, changes)
        result = newsroom.collect()
        visible = {scope for scope in result.scopes if not scope.startswith("providers/")}
        before, versions = versions, newsroom.versions()
        assert {scope for scope, version in versions.items() if version != before.get(scope)} >= result.scopes
        # Poll unchanged feeds now and then, to check that they did not change.
        if visible or number % 10 == 0:
            assert subscriber.poll() == visible, number
    assert {url: ids for url, ids in subscriber.ids.items() if len(ids) > 1} == {}
    assert newsroom.dump() == dump_fresh(newsroom, "")

"""Replay commits of a real pipeline: each purges exactly what has changed. With `FEEDS_SOAK`, that many commits."""

from itertools import islice
from pathlib import Path

import pytest

from feeds.notify.detection import detect_changes
from tests.notify.conftest import CACHE, NotifyingNewsroom
from tests.notify.test_purge_detection import check_exactly_the_changed, learn
from tests.support.corpus_history import apply_commit, read_history
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom

BEFORE = 300
"""The number of commits before the first replayed one."""

COMMITS = SOAK or 4


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_each_commit_purges_what_it_has_changed(tmp_path: Path, corpus: Path) -> None:
    newsroom = Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")
    notifying = NotifyingNewsroom(newsroom)
    notifying.environ["FEEDS_PURGE"] = CACHE
    history = read_history(corpus)
    for changes in islice(history, BEFORE):
        apply_commit(newsroom.folder, changes)
    newsroom.now = newsroom.now.replace(year=2026)
    notifying.collect()
    before = learn(notifying)
    for changes in islice(history, COMMITS):
        apply_commit(newsroom.folder, changes)
        version = newsroom.versions()
        notifying.collect()
        before = check_exactly_the_changed(notifying, before)
        if newsroom.versions() == version:
            assert notifying.pending(CACHE) == []
            assert detect_changes(notifying.context) is False
    newsroom.catalog.close()

"""The cache stays below its maximum size, and evicts documents without recent use first."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from feeds.site.compression import Encoding, encode
from feeds.web.cached_document import OVERHEAD_BYTES
from tests.web.newsstand import PATHS, Newsstand, total_size_for


def test_everything_kept_is_counted(sqlite_newsstand: Newsstand) -> None:
    documents = sqlite_newsstand.fetch_all(*PATHS)
    bodies = sum(len(encode(cached.document.body, encoding)) for cached in documents for encoding in Encoding)
    assert sqlite_newsstand.cache.size == bodies + len(PATHS) * OVERHEAD_BYTES


def test_documents_without_recent_use_are_evicted(sqlite_newsstand: Newsstand) -> None:
    sizes = [cached.size for cached in sqlite_newsstand.fetch_all(*PATHS[:3])]
    cache = sqlite_newsstand.use_cache(max_bytes=total_size_for(sum(sizes)))
    sqlite_newsstand.fetch_all(*PATHS[:3], PATHS[0], "/feeds.opml")
    assert [sqlite_newsstand.find(path) is not None for path in PATHS[:3]] == [True, False, True]
    assert cache.size <= sum(sizes)


def test_if_all_documents_are_used_the_oldest_is_evicted(sqlite_newsstand: Newsstand) -> None:
    sizes = [cached.size for cached in sqlite_newsstand.fetch_all(*PATHS[:2])]
    sqlite_newsstand.use_cache(max_bytes=total_size_for(sum(sizes)))
    sqlite_newsstand.fetch_all(*PATHS[:2], *PATHS[:2], "/robots.txt")
    assert [sqlite_newsstand.find(path) is not None for path in PATHS[:2]] == [False, True]


def test_removed_documents_are_not_counted(sqlite_newsstand: Newsstand) -> None:
    sqlite_newsstand.fetch(PATHS[0])
    sqlite_newsstand.newsroom.delete("a")
    sqlite_newsstand.newsroom.collect()
    sqlite_newsstand.poller.poll()
    assert sqlite_newsstand.find(PATHS[0]) is None
    assert sqlite_newsstand.cache.size == 0


def test_a_document_above_the_maximum_size_is_still_served(sqlite_newsstand: Newsstand) -> None:
    cache = sqlite_newsstand.use_cache(max_bytes=1)
    assert [sqlite_newsstand.fetch(path).key.path for path in PATHS] == list(PATHS)
    assert cache.size == sqlite_newsstand.fetch(PATHS[-1]).size


def test_composed_feeds_do_not_evict_plain_feeds(sqlite_newsstand: Newsstand) -> None:
    plain = sqlite_newsstand.fetch_all(*PATHS)
    total = total_size_for(sum(cached.size for cached in plain))
    cache = sqlite_newsstand.use_cache(max_bytes=total)
    plain = sqlite_newsstand.fetch_all(*PATHS)
    composed = [sqlite_newsstand.fetch("/topics/boats,tides.atom", f"limit={limit}") for limit in range(1, 50)]
    are_kept = list(map(sqlite_newsstand.is_kept, composed))
    assert all(map(sqlite_newsstand.is_kept, plain))
    assert are_kept == sorted(are_kept)
    assert {are_kept[0], are_kept[-1]} == {False, True}
    assert cache.size <= total


def test_filtered_lists_of_feeds_evict_each_other_only(sqlite_newsstand: Newsstand) -> None:
    sqlite_newsstand.use_cache(max_bytes=20 * OVERHEAD_BYTES)
    plain = sqlite_newsstand.fetch("/feeds.opml")
    narrowed = [sqlite_newsstand.fetch("/feeds.opml", f"min_entries={number}") for number in range(1, 20)]
    assert sqlite_newsstand.is_kept(plain)
    assert not sqlite_newsstand.is_kept(narrowed[0])
    assert sqlite_newsstand.is_kept(narrowed[-1])
    assert sqlite_newsstand.fetch("/feeds.opml", "min_entries=0&utm_source=x") is plain
    bundles = [sqlite_newsstand.fetch("/feeds.opml", f"feed=tides?limit={number}") for number in range(1, 20)]
    assert sqlite_newsstand.is_kept(plain)
    assert not sqlite_newsstand.is_kept(bundles[0])
    assert sqlite_newsstand.fetch("/feeds.opml", "feed=/topics/TIDES?limit=019&feed=") is bundles[-1]


@pytest.mark.slow
def test_the_size_is_right_after_many_threads(sqlite_newsstand: Newsstand) -> None:
    cache = sqlite_newsstand.use_cache(max_bytes=100_000)

    def browse(seed: int) -> None:
        random = Random(seed)  # noqa: S311 no secret
        for _ in range(60):
            sqlite_newsstand.fetch(random.choice(PATHS))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(browse, range(6)))
    kept = [cached for path in PATHS if (cached := sqlite_newsstand.find(path))]
    assert 0 < cache.size <= 100_000
    assert cache.size == sum(cached.size for cached in kept)

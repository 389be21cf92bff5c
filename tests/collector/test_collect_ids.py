"""Ids belong to the file at the URL: no claim of another file merges, replaces or removes an entry."""

from itertools import permutations

import pytest

from feeds.model.errors import Level
from tests.support.newsroom import Newsroom, dump_fresh, open_newsroom, related, url_of

A, B, C = map(url_of, "abc")
SHARED = "urn:story:shared"


def list_conflicts(newsroom: Newsroom) -> list[tuple[str, str]]:
    problems = newsroom.collect().problems
    assert all(problem.level is Level.ERROR for problem in problems)
    return [(problem.path.rpartition("/")[2], problem.code) for problem in problems]


def test_two_articles_with_one_id_stay_two_entries(newsroom: Newsroom) -> None:
    newsroom.write("a", id=SHARED, publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.write("b", id=SHARED, publishedDateTime="2021-03-01T12:00:00Z")
    assert list_conflicts(newsroom) == [("a.md", "id-taken"), ("b.md", "id-shared")]
    assert newsroom.see().ids == [A, SHARED]
    assert newsroom.see().titles == ["Story a", "Story b"]


def test_a_conflict_does_not_count_as_a_rejected_file(newsroom: Newsroom) -> None:
    newsroom.write("a", id=SHARED)
    newsroom.write("b", id=SHARED)
    assert newsroom.collect().rejected == 0


def test_every_collect_reports_a_conflict_until_it_is_solved(newsroom: Newsroom) -> None:
    newsroom.write("a", id=SHARED)
    newsroom.write("b", id=SHARED)
    newsroom.collect()
    assert list_conflicts(newsroom) == [("a.md", "id-shared"), ("b.md", "id-taken")]
    newsroom.write("a", id="urn:story:a")
    assert list_conflicts(newsroom) == []
    assert sorted(newsroom.see().ids) == ["urn:story:a", SHARED]


def test_a_demoted_article_keeps_its_id_as_coverage_of_another(newsroom: Newsroom) -> None:
    newsroom.write("a", id="urn:story:a")
    newsroom.write("b", id="urn:story:b")
    newsroom.collect()
    newsroom.write("a", id="urn:story:a", published=False)
    newsroom.write("b", id="urn:story:b", related=related("a"))
    result = newsroom.collect()
    assert sorted(newsroom.see().ids) == ["urn:story:a", "urn:story:b"]
    assert (result.added, result.changed, result.withdrawn) == (0, 2, 0)


def test_articles_may_exchange_ids(newsroom: Newsroom) -> None:
    newsroom.write("a", id="urn:story:1")
    newsroom.write("b", id="urn:story:2")
    newsroom.collect()
    newsroom.write("a", id="urn:story:2")
    newsroom.write("b", id="urn:story:1")
    assert list_conflicts(newsroom) == []
    assert newsroom.see().entry("urn:story:1").title == "Story b"
    assert newsroom.see().entry("urn:story:2").title == "Story a"
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_the_id_of_an_article_that_moved_stays_when_its_old_url_is_used_again(newsroom: Newsroom) -> None:
    newsroom.write("a", id=A, webUrl=B)
    newsroom.collect()
    newsroom.write("new", webUrl=A, publishedDateTime="2021-03-02T12:00:00Z")
    assert list_conflicts(newsroom) == [("a.md", "id-shared"), ("new.md", "id-taken")]
    assert newsroom.see().entry(A).title == "Story a"
    assert newsroom.see().titles == ["Story new", "Story a"]
    newsroom.delete("a")
    newsroom.collect(force=True)
    assert newsroom.see().ids == [A]
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_an_article_released_later_takes_an_id_from_an_unpublished_file(newsroom: Newsroom) -> None:
    newsroom.write("lead", related=related("a"))
    newsroom.write("a", id=SHARED, published=False)
    newsroom.write("b", id=SHARED, publishedDateTime="2021-03-04T13:00:00Z")
    newsroom.collect()
    assert newsroom.see().entry(SHARED).title == "Story a"
    newsroom.wait(hours=1)
    newsroom.collect()
    assert newsroom.see().entry(SHARED).title == "Story b"
    assert newsroom.see().entry(A).title == "Story a"
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_an_article_whose_url_is_the_id_of_another_outlives_its_release(newsroom: Newsroom) -> None:
    newsroom.write("a", id=B)
    newsroom.write("b", topics=["AI"], publishedDateTime="2021-03-04T13:00:00Z")
    newsroom.collect()
    assert newsroom.see().titles == ["Story a"]
    newsroom.wait(hours=1)
    newsroom.collect()
    assert newsroom.see().titles == ["Story b", "Story a"]
    newsroom.write("c", topics=["ai", "A\u00adI"])
    newsroom.write("d", topics=["ai"])
    newsroom.collect()
    assert newsroom.see_topic("ai").titles == ["Story b", "Story c", "Story d"]
    assert newsroom.dump() == dump_fresh(newsroom, "")


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations("abcd")))
def test_the_order_of_files_makes_no_difference(order: tuple[str, ...]) -> None:
    written: dict[str, dict[str, object]] = {
        "a": {"id": SHARED, "publishedDateTime": "2021-03-03T12:00:00Z"},
        "b": {"id": SHARED, "publishedDateTime": "2021-03-02T12:00:00Z", "related": related("d")},
        "c": {"id": A},
        "d": {"id": C, "published": False},
    }
    with open_newsroom() as newsroom:
        for name in order:
            newsroom.write(name, **written[name])
            newsroom.collect()
        assert sorted(newsroom.see().titles) == [f"Story {name}" for name in "abcd"]
        assert newsroom.dump() == dump_fresh(newsroom, "")

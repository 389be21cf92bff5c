"""The catalog keeps the former versions that digests show, and no others."""

from datetime import UTC, datetime

from feeds.model.periods import Cycle
from feeds.model.query import Query
from tests.support.newsroom import Newsroom

WEDNESDAY = datetime(2021, 3, 3, 20, tzinfo=UTC)


def edit(newsroom: Newsroom, title: str, **fields: object) -> None:
    newsroom.write("a", title=title, publishedDateTime="2021-03-03T07:00:00Z", **fields)
    newsroom.collect()


def list_documents(newsroom: Newsroom) -> list[str]:
    rows = newsroom.query("SELECT document FROM former_versions ORDER BY until")
    return [document for (document,) in rows]


def test_only_the_versions_at_the_closing_of_a_day_or_week_are_kept(newsroom: Newsroom) -> None:
    newsroom.now = WEDNESDAY
    for title in ("Draft", "Final"):
        edit(newsroom, title)
    assert list_documents(newsroom) == []  # the day is not closed
    newsroom.wait(days=1)
    newsroom.collect()
    for title in ("Corrected", "Corrected twice", "Corrected for the week"):
        edit(newsroom, title)
    (daily,) = list_documents(newsroom)
    assert '"Final"' in daily
    newsroom.wait(days=7)
    edit(newsroom, "Before the week is closed")  # the same collect closes the week
    assert list_documents(newsroom) == [daily]
    for title in ("Late", "Too late"):
        edit(newsroom, title)
    newsroom.delete("a")
    newsroom.collect(force=True)
    assert list_documents(newsroom)[0] == daily
    (weekly,) = list_documents(newsroom)[1:]
    assert '"Before the week is closed"' in weekly


def test_changes_of_figures_keep_the_version_of_the_digest(newsroom: Newsroom) -> None:
    newsroom.now = WEDNESDAY
    edit(newsroom, "Story", heat=1)
    newsroom.wait(days=1)
    newsroom.collect()
    for heat in (2, 3, 4):
        edit(newsroom, "Story", heat=heat)
    assert newsroom.query("SELECT peak_heat FROM former_versions") == [(1,)]
    with newsroom.catalog.reading() as reader:
        (digest,) = reader.read_digests(Query(), Cycle.DAILY, limit=9, max_stories=9)
    assert [story.title for story in digest.stories] == ["Story"]


def test_a_withdrawn_story_stays_in_its_digest_once(newsroom: Newsroom) -> None:
    newsroom.now = WEDNESDAY
    newsroom.write("z")
    edit(newsroom, "Story")
    newsroom.wait(days=9)
    newsroom.collect()
    for _ in range(3):
        newsroom.delete("a")
        newsroom.collect()
        edit(newsroom, "Story")
    assert len(list_documents(newsroom)) == 1

"""Stories are recognised under another id, and an entry that no file withdraws is lost."""

from datetime import UTC, datetime

import pytest

from feeds.catalog.stored import StoredMention
from feeds.compare.differences import LossCause, Sameness, WithdrawalCause
from feeds.compare.same_stories import Mentions, StoryChanges, compare_stories, normalize_url
from feeds.model.entry import Entry, Kind, Provider

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2021, 3, 1, tzinfo=UTC)


def make_entry(
    id: str, *, url: str = "", title: str = "", published: datetime = LONG_AGO, domain: str = "gazette.example"
) -> Entry:
    return Entry(
        id=id,
        kind=Kind.ARTICLE,
        title=title or f"Story {id}",
        url=url or id,
        published=published,
        updated=published,
        released=published,
        provider=Provider(name="The Gazette", domain=domain),
    )


def mention(path: str, url: str, *, role: str = "published", position: int = 0, **times: int) -> StoredMention:
    return StoredMention(path, position, url, "", role, times.get("released", 0), times.get("expires"), "")


def compare(before: list[Entry], after: list[Entry], mentions: Mentions | None = None) -> StoryChanges:
    old, new = ({entry.id: entry for entry in entries} for entries in (before, after))
    return compare_stories(old, new, mentions or Mentions(), now=NOW)


A, B = "https://gazette.example/a", "https://gazette.example/b"


def test_equal_states_have_no_changes() -> None:
    assert compare([make_entry(A)], [make_entry(A)]) == StoryChanges((), (), {})


@pytest.mark.parametrize(
    "other",
    [
        "http://gazette.example/a",
        "https://www.gazette.example/a/",
        "https://GAZETTE.example/a?utm_source=feed&utm_medium=rss",
        "https://gazette.example/a?",
    ],
)
def test_spellings_of_a_url_are_equal(other: str) -> None:
    assert normalize_url(other) == normalize_url(A)


@pytest.mark.parametrize(
    "other",
    ["https://gazette.example/A", f"{A}?page=2", f"{A}#second", B, "https://news.gazette.example/a", "http://[bad/"],
)
def test_other_urls_are_different(other: str) -> None:
    assert normalize_url(other) != normalize_url(A)


def test_a_new_id_at_the_same_url_doubles_a_story() -> None:
    changes = compare([make_entry(A)], [make_entry("tag:a", url=A, title="Another title")])
    (story,) = changes.doubled
    assert (story.id, story.former_id, story.sameness, story.has_stayed) == ("tag:a", A, Sameness.URL, False)
    assert changes.causes == {A: WithdrawalCause.DOUBLED}
    assert changes.lost == ()


def test_a_new_url_with_the_same_title_and_date_doubles_a_story() -> None:
    changes = compare([make_entry(A, title="Terns  are back")], [make_entry(B, title="Terns Are Back")])
    assert [(story.former_id, story.sameness) for story in changes.doubled] == [(A, Sameness.TITLE)]


def test_a_second_entry_doubles_a_story_that_stays() -> None:
    old = make_entry(A, title="Terns")
    (story,) = compare([old], [old, make_entry(B, title="Terns")]).doubled
    assert (story.former_id, story.has_stayed) == (A, True)


def test_the_same_title_of_another_publisher_is_another_story() -> None:
    old = make_entry(A, title="Terns")
    assert compare([old], [old, make_entry(B, title="Terns", domain="post.example")]).doubled == ()


def test_the_same_title_on_another_day_is_another_story() -> None:
    old = make_entry(A, title="The week")
    assert compare([old], [old, make_entry(B, title="The week", published=NOW)]).doubled == ()


def test_an_article_with_another_url_and_title_in_the_same_file_doubles_a_story() -> None:
    mentions = Mentions(before=[mention("a.md", A)], in_files=[mention("a.md", B)])
    (story,) = compare([make_entry(A)], [make_entry(B, title="A better title")], mentions).doubled
    assert (story.former_id, story.id, story.sameness) == (A, B, Sameness.FILE)


def test_another_article_in_the_same_file_loses_a_story() -> None:
    mentions = Mentions(before=[mention("a.md", A)], in_files=[mention("a.md", B)])
    changes = compare([make_entry(A)], [make_entry(B, title="Another", published=NOW)], mentions)
    assert changes.doubled == ()
    assert [(story.id, story.path, story.cause) for story in changes.lost] == [(A, "a.md", LossCause.REPLACED)]
    assert changes.causes == {A: WithdrawalCause.LOST}


def test_an_entry_of_a_deleted_file_is_lost() -> None:
    changes = compare([make_entry(A)], [], Mentions(before=[mention("a.md", A)]))
    assert [(story.path, story.cause) for story in changes.lost] == [("a.md", LossCause.DELETED)]


@pytest.mark.parametrize(
    ("after", "cause"),
    [
        (mention("a.md", A, role="unpublished"), WithdrawalCause.UNPUBLISHED),
        (mention("a.md", A, role="removed"), WithdrawalCause.REMOVED),
        (mention("a.md", A, expires=1), WithdrawalCause.EXPIRED),
        (mention("a.md", A, released=2**40), WithdrawalCause.SCHEDULED),
        (mention("moved.md", A, role="unpublished"), WithdrawalCause.UNPUBLISHED),
    ],
)
def test_a_file_withdraws_its_entry(after: StoredMention, cause: WithdrawalCause) -> None:
    changes = compare([make_entry(A)], [], Mentions(before=[mention("a.md", A)], after=[after], in_files=[after]))
    assert (changes.causes, changes.lost) == ({A: cause}, ())


def test_a_lead_may_drop_a_related_item() -> None:
    listed = mention("lead.md", A, role="related", position=1)
    changes = compare([make_entry(A)], [], Mentions(before=[listed], in_files=[mention("lead.md", B)]))
    assert (changes.causes, changes.lost) == ({A: WithdrawalCause.UNLISTED}, ())
    (lost,) = compare([make_entry(A)], [], Mentions(before=[listed])).lost
    assert (lost.path, lost.cause) == ("lead.md", LossCause.DELETED)


def test_urls_beyond_ascii_find_their_files() -> None:
    url, uri = "https://gazette.example/möwe", "https://gazette.example/m%C3%B6we"
    known = mention("a.md", url)
    hidden = mention("a.md", url, role="unpublished")
    changes = compare([make_entry("tag:m", url=uri)], [], Mentions(before=[known], after=[hidden]))
    assert changes.causes == {"tag:m": WithdrawalCause.UNPUBLISHED}


def test_a_file_that_competed_for_an_id_withdraws_nothing() -> None:
    rival = StoredMention("z.md", 0, B, A, "published", 0, None, "")
    hidden = mention("z.md", B, role="unpublished")
    mentions = Mentions(before=[mention("a.md", A), rival], after=[hidden], in_files=[hidden])
    (lost,) = compare([make_entry(A)], [], mentions).lost
    assert (lost.path, lost.cause) == ("a.md", LossCause.DELETED)

"""Entries are matched by address, or by title and date if only one story fits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.migrate.matching import Matcher, normalize_title
from feeds.migrate.old_feed import OldEntry
from feeds.migrate.stories import Candidate

DAY = datetime(2020, 5, 1, tzinfo=UTC)


def entry(*links: str, title: str = "", published: datetime | None = None) -> OldEntry:
    return OldEntry(id="x", title=title, links=links, published=published)


def story(url: str, title: str = "", published: datetime | None = None) -> Candidate:
    return Candidate(url=f"https://new.example/{url}", path=f"{url}.md", title=title, published=published)


def match(stories: list[Candidate], *entries: OldEntry) -> list[tuple[str, str]]:
    found = Matcher(stories).match(entries)
    return [(each.basis.value, each.story.path if each.story else "") for each in found]


def test_by_address() -> None:
    stories = [story("a"), story("b.html"), story("b/")]
    assert match(
        stories,
        entry("http://www.new.example/a/"),
        entry("https://new.example/b/"),
        entry("https://new.example/b"),
        entry("https://track.example/x", "https://new.example/a#c"),
        entry("https://new.example/none"),
    ) == [("address", "a.md"), ("address", "b/.md"), ("several", ""), ("address", "a.md"), ("nothing", "")]


def test_by_title_and_date() -> None:
    stories = [story("a", "Issue #5 — “Gulls”", DAY), story("b", "Other", None), story("c", "Twice", DAY)]
    stories.append(story("d", "Twice", DAY))
    assert match(
        stories,
        entry(title="issue 5: <i>Gulls</i>", published=DAY + timedelta(hours=20)),
        entry(title="Other", published=DAY),
        entry(title="Twice", published=DAY),
    ) == [("title", "a.md"), ("nothing", ""), ("several", "")]
    late = entry(title="Issue 5 Gulls", published=DAY + timedelta(days=2))
    undated = entry(title="Issue 5 Gulls")
    assert match(stories, late, undated) == [("nothing", "")] * 2


def test_a_story_matches_one_entry_by_title() -> None:
    stories = [story("a", "Gulls", DAY)]
    twin = entry(title="Gulls", published=DAY)
    assert match(stories, twin, twin) == [("several", "")] * 2
    assert match(stories, entry("https://new.example/a"), twin) == [("address", "a.md"), ("nothing", "")]


@pytest.mark.parametrize(
    ("title", "expected"), [("", ""), ("!!!", ""), ("AI", ""), ("海", "海"), ("A&amp;B c", "abc1"[:3])]
)
def test_titles(title: str, expected: str) -> None:
    assert normalize_title(title) in {expected, ""}


@given(st.text(max_size=200))
def test_any_title(title: str) -> None:
    assert normalize_title(normalize_title(title)) == normalize_title(title)

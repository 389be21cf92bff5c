"""Ids are planned per format, merged with earlier runs, and never dropped or given twice."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.articles.adopted_file import parse_adopted_file, write_adopted_file
from feeds.migrate.matching import Basis, Match
from feeds.migrate.old_feed import OldEntry, OldFeed
from feeds.migrate.plan import MatchedFeed, Plan, make_plan
from feeds.migrate.stories import Candidate
from feeds.model.adopted import AdoptedFile, list_owners
from feeds.model.entry import AdoptedIds
from feeds.model.errors import AdoptionError
from feeds.model.feed import Format
from feeds.model.query import EVERYTHING
from feeds.site.urls import FeedAddress

NOTHING = AdoptedFile()


def url_of(name: str) -> str:
    return f"https://b.example/{name}"


def found(id: str, name: str = "", *, basis: Basis = Basis.ADDRESS, is_permalink: bool | None = None) -> Match:
    entry = OldEntry(id=id, title="", links=(), published=None, is_permalink=is_permalink)
    story = Candidate(url=url_of(name), path=f"{name}.md") if name else None
    return Match(entry, basis if story else Basis.NOTHING, story)


def feed(*matches: Match, format: Format = Format.RSS, url: str = "https://b.example/index.xml") -> MatchedFeed:
    entries = tuple(match.entry for match in matches)
    old = OldFeed(name="old", format=format, urls=(url,), entries=entries)
    return MatchedFeed(old, matches, FeedAddress(EVERYTHING, format))


def plan(*feeds: MatchedFeed, known: AdoptedFile = NOTHING, accepts_titles: bool = False) -> Plan:
    return make_plan(feeds, known, accepts_titles=accepts_titles)


def outcomes(made: Plan) -> list[str]:
    return [row.outcome.value for rows in made.rows for row in rows]


def test_one_id_counts_in_every_format() -> None:
    made = plan(feed(found("urn:1", "a"), found("17 at b", "b"), found("urn:3")))
    assert outcomes(made) == ["adopted", "adopted", "no article"]
    assert made.file == AdoptedFile(
        feeds={"https://b.example/index.xml": "/feed.rss"},
        entries={url_of("a"): AdoptedIds(every="urn:1"), url_of("b"): AdoptedIds(rss="17 at b")},
    )


def test_formats_may_differ() -> None:
    atom = feed(found("urn:1", "a"), found("urn:2", "b"), format=Format.ATOM, url="https://b.example/atom.xml")
    made = plan(feed(found("1", "a"), found("urn:2", "b")), atom)
    assert made.file.entries == {
        url_of("a"): AdoptedIds(atom="urn:1", rss="1"),
        url_of("b"): AdoptedIds(every="urn:2"),
    }
    assert made.file.feeds == {"https://b.example/atom.xml": "/feed.atom", "https://b.example/index.xml": "/feed.rss"}


def test_permalinks_are_kept_only_where_they_do_not_follow_from_the_link() -> None:
    made = plan(
        feed(
            found(url_of("a"), "a", is_permalink=True),
            found(url_of("b"), "b", is_permalink=False),
            found("http://b.example/c", "c", is_permalink=True),
            found("4", "d", is_permalink=False),
        )
    )
    assert [ids.is_permalink for ids in made.file.entries.values()] == [None, False, True, None]


def test_a_match_by_title_waits_for_a_yes() -> None:
    guess = feed(found("urn:1", "a", basis=Basis.TITLE))
    assert (outcomes(plan(guess)), plan(guess).file.entries) == (["unconfirmed"], {})
    assert outcomes(plan(guess, accepts_titles=True)) == ["adopted"]


def test_an_invalid_id_stays_out() -> None:
    assert outcomes(plan(feed(found("", "a"), found("x" * 2_001, "b"), found("a\x01", "c")))) == ["invalid id"] * 3
    assert outcomes(plan(feed(found("17", "a"), format=Format.ATOM))) == ["invalid id"]


def test_the_first_of_conflicting_ids_stays() -> None:
    made = plan(feed(found("1", "a"), found("2", "a"), found("1", "b")))
    assert outcomes(made) == ["adopted", "other id", "other article"]
    assert made.file.entries == {url_of("a"): AdoptedIds(rss="1")}


def test_a_later_run_adds_and_never_drops() -> None:
    known = AdoptedFile(
        feeds={"https://b.example/index.xml": "/topics/go.rss", "https://b.example/x": "/feed.rss"},
        entries={
            url_of("a"): AdoptedIds(every="urn:1"),
            url_of("b"): AdoptedIds(rss="2"),
            url_of("z"): AdoptedIds(rss="9"),
        },
    )
    atom = feed(found("urn:a", "a"), found("urn:b", "b"), format=Format.ATOM, url="https://b.example/atom.xml")
    made = plan(feed(found("urn:1", "a"), found("3", "b"), found("9", "c")), atom, known=known)
    assert outcomes(made) == ["adopted", "other id", "other article", "adopted", "adopted"]
    assert made.file == AdoptedFile(
        feeds={**known.feeds, "https://b.example/atom.xml": "/feed.atom"},
        entries={
            url_of("a"): AdoptedIds(every="urn:1", atom="urn:a"),
            url_of("b"): AdoptedIds(rss="2", atom="urn:b"),
            url_of("z"): AdoptedIds(rss="9"),
        },
    )


def test_a_chosen_feed_replaces_the_feed_of_an_earlier_run() -> None:
    known = AdoptedFile(feeds={"https://b.example/index.xml": "/topics/go.rss"})
    again = feed(found("urn:1", "a"))
    assert plan(again, known=known).file.feeds == known.feeds
    chosen = msgspec.structs.replace(again, is_chosen=True)
    assert plan(chosen, known=known).file.feeds == {"https://b.example/index.xml": "/feed.rss"}


ids = st.sampled_from(["urn:1", "urn:2", "17", "18", "https://b.example/a", ""])
names = st.sampled_from(["", "a", "b", "c"])
feeds = st.lists(
    st.builds(
        lambda pairs, format: feed(*(found(id, name) for id, name in pairs), format=format),
        st.lists(st.tuples(ids, names), max_size=6),
        st.sampled_from(list(Format)),
    ),
    max_size=3,
)


@settings(max_examples=40)
@given(feeds, feeds)
def test_whatever_comes_the_file_is_valid_and_nothing_is_dropped(
    first: list[MatchedFeed], second: list[MatchedFeed]
) -> None:
    before = plan(*first).file
    after = plan(*second, known=before).file
    assert parse_adopted_file(write_adopted_file(after).encode(), "adopted.yaml")[0] == after
    for url, known in before.entries.items():
        assert known.all <= after.entries[url].all
    assert plan(*second, known=after).file == after
    adopted = [
        (row.match, each.target.format)
        for each, rows in zip(second, plan(*second, known=before).rows, strict=True)
        for row in rows
        if row.outcome.value == "adopted"
    ]
    for match, format in adopted:
        assert match.story
        assert after.entries[match.story.url].find(format) == match.entry.id
        assert list_owners(after.entries)[match.entry.id] == match.story.url


def test_two_feeds_cannot_answer_at_one_path() -> None:
    known = AdoptedFile(feeds={"https://a.example/index.xml": "/topics/ai.rss"})
    with pytest.raises(AdoptionError, match=r"https://a\.example/index\.xml is answered by /topics/ai\.rss, .* `--as"):
        plan(feed(found("urn:1", "a")), known=known)
    other = AdoptedFile(
        feeds={"http://a.example/index.xml": "/feed.rss", "https://a.example/index.xml?a": "/feed.atom"}
    )
    assert len(plan(feed(found("urn:1", "a")), known=other).file.feeds) == 3

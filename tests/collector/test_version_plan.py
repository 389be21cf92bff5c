"""Planned versions of entries are those of later plans, in any order of files."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.articles.article import parse_article
from feeds.articles.mention import Mention, Role, list_mentions
from feeds.collector.version_plan import plan_entries
from feeds.model.clock import from_seconds
from feeds.model.entry import Entry, encode_visible
from feeds.model.topics import TopicName
from tests.support.environment import SOAK
from tests.support.newsroom import related, url_of
from tests.support.properties import PHASES

DAYS = tuple(f"2021-03-0{day}" for day in range(1, 6))
TIMES = range(1_614_556_800 - 43_200, 1_614_556_800 + 6 * 86_400, 43_200)
NAMES = {"ai": TopicName("ai", "AI"), "tides": TopicName("tides", "Tides")}
LETTERS = "abcd"


@st.composite
def mentions(draw: st.DrawFn) -> list[Mention]:
    """Draw the mentions of a few articles with common URLs, ids and related items."""
    found: list[Mention] = []
    for letter in draw(st.lists(st.sampled_from(LETTERS), min_size=1, unique=True)):
        covered = draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=2))
        dates = {"publishedDateTime": draw(st.sampled_from(DAYS))} if draw(st.booleans()) else {}
        expiry = draw(st.sampled_from([None, None, *DAYS]))
        id = draw(st.sampled_from([None, None, "urn:story:1", url_of("a")]))
        fields = {
            "title": f"Story {letter}",
            "webUrl": url_of(draw(st.sampled_from([letter, letter, "a", "e"]))),
            "publishedDateTime": draw(st.sampled_from(DAYS)),
            "topics": draw(st.sampled_from([["AI"], ["Tides"], []])),
            "heat": draw(st.sampled_from([None, 10, 20])),
            "related": related(*covered, **dates),
            **draw(st.sampled_from([{}, {}, {}, {"published": False}, {"draft": True}, {"removed": True}])),
            **({"expiryDate": expiry} if expiry else {}),
            **({"id": id} if id else {}),
        }
        path = f"{letter}.md"
        article, _ = parse_article(f"---\n{json.dumps(fields)}\n---\n".encode(), path)
        found += list_mentions(article, path)
    return found


def list_removed(found: list[Mention]) -> set[str]:
    return {mention.url for mention in found if mention.role is Role.REMOVED}


def show(found: list[Mention], *, planned: int, seen: int) -> dict[str, tuple[bytes, int | None]]:
    """Return the entries seen at a later time than that of their plan, by id."""
    shown: dict[str, tuple[bytes, int | None]] = {}
    for id, versions in plan_entries(found, names=NAMES, removed_urls=list_removed(found), at=planned).items():
        for version in versions:
            if version.entry.released <= from_seconds(seen) and (version.expires is None or seen < version.expires):
                assert id not in shown
                assert id == version.entry.id
                shown[id] = describe(version.entry)
    return shown


def describe(entry: Entry) -> tuple[bytes, int | None]:
    return encode_visible(entry), entry.heat


@settings(deadline=None, max_examples=max(30, 20 * SOAK), phases=PHASES)
@given(mentions(), st.sampled_from(TIMES), st.sampled_from(TIMES))
def test_a_plan_is_what_a_later_plan_begins_with(found: list[Mention], planned: int, seen: int) -> None:
    planned, seen = sorted((planned, seen))
    assert show(found, planned=planned, seen=seen) == show(found, planned=seen, seen=seen)


@settings(deadline=None, max_examples=max(30, 20 * SOAK), phases=PHASES)
@given(mentions().flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), st.sampled_from(TIMES))
def test_the_order_of_mentions_makes_no_difference(orders: tuple[list[Mention], list[Mention]], at: int) -> None:
    first, second = (plan_entries(found, names=NAMES, removed_urls=list_removed(found), at=at) for found in orders)
    assert first == second

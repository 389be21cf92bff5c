"""After any changes to articles, in any order, the promises of the catalog hold."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec.json import decode
from msgspec.structs import replace

from feeds.articles.files import locate_article
from feeds.catalog.search_index.entry_words import split_entry
from feeds.collector.collect_result import CollectResult
from feeds.model.entry import Entry
from feeds.model.expression import name, parse_expression
from feeds.model.feed import Format
from feeds.model.query import Query
from feeds.model.search import parse_search
from feeds.model.stemmer import find_stemmer
from feeds.renderers.feed import render
from tests.support.environment import SOAK
from tests.support.found_words import matches_text
from tests.support.newsroom import FeedView, Newsroom, dump_fresh, open_newsroom, related, url_of
from tests.support.postgresql import DatabaseServer
from tests.support.properties import PHASES

SELECTIONS = (
    Query(),
    Query(with_related=False),
    Query.for_topic("ai"),
    Query(topics=name("tides"), with_related=False),
    Query.for_provider("gazette.example"),
    Query.for_provider("post.example"),
)
COMPOSED = (
    Query(topics=parse_expression("ai+!tides")),
    Query(topics=parse_expression("ai,tides"), with_related=False),
    Query(topics=parse_expression("!ai")),
    Query(topics=name("tides"), from_providers=parse_expression("!gazette.example")),
    Query(providers=parse_expression("post.example,gazette.example"), from_providers=name("post.example")),
    Query(types=parse_expression("video")),
    Query(min_quality=50),
    Query(min_heat=20, topics=name("ai")),
    Query(min_heat=10, min_quality=40, types=parse_expression("!video")),
    Query(topics=parse_expression("ai,nothing")),
    Query(search=parse_search("earlies OR story -late")),
    Query(search=parse_search("lat* -early"), topics=parse_expression("!ai")),
)
FEEDS = [
    *((query, limit) for query in SELECTIONS for limit in ((1, 2, 50) if SOAK else (2, 50))),
    *((query, limit) for query in COMPOSED for limit in ((2, 50) if SOAK else (2,))),
]
NAMES = ("a", "b", "c", "d")
DATES = (
    "2021-01-03T12:00:00Z",
    "2021-03-01T12:00:00Z",
    "2021-03-02T12:00:00Z",
    "2021-03-03T12:00:00Z",
    "2021-03-04T12:20:00Z",
    "2021-03-04T12:45:00Z",
)
UPDATES = ("2021-03-01T12:00:00Z", "2021-03-03T12:00:00Z", "2021-03-04T11:00:00Z")
EXPIRIES = ("2021-03-03T12:00:00Z", "2021-03-04T12:10:00Z", "2021-03-04T12:20:00Z", "2021-03-04T12:50:00Z")
CORRECTIONS = [{"date": date, "text": f"Early on {date}."} for date in (*UPDATES, *EXPIRIES)]

Article = dict[str, Any] | None
Step = tuple[int, dict[str, Article], bool]


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Draw the fields of an article, or None for a deleted article; several articles often share a URL, id or date."""
    if draw(st.integers(0, 7)) == 0:
        return None
    covered = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
    dates = {"publishedDateTime": draw(st.sampled_from(DATES))} if draw(st.booleans()) else {}
    state = draw(st.sampled_from([{}, {}, {}, {}, {"published": False}, {"published": False}, {"removed": True}]))
    identity = draw(
        st.sampled_from([{}, {}, {}, {}, {"id": "urn:story:1"}, {"id": "urn:story:2"}, {"id": url_of("b")}])
    )
    expiries: list[dict[str, Any]] = [{"expiryDate": date} for date in EXPIRIES]
    expiry = draw(st.sampled_from([{}, {}, {}, *expiries, {"draft": True}]))
    url = draw(st.sampled_from([{}, {}, {}, {"webUrl": url_of("a")}, {"webUrl": url_of("e")}]))
    return {
        **url,
        **state,
        **identity,
        **expiry,
        "title": draw(st.sampled_from(["Early", "Late"])),
        "publishedDateTime": draw(st.sampled_from(DATES)),
        "topics": draw(st.lists(st.sampled_from(["AI", "ai", "Tides"]), unique=True, max_size=2)),
        "heat": draw(st.sampled_from([None, -1, 10, 19, 20, 90])),
        "quality": draw(st.sampled_from([None, 0, 39, 50, 100])),
        "type": draw(st.sampled_from(["article", "article", "video"])),
        "related": related(*covered, **dates),
        "updatedDateTime": draw(st.sampled_from([None, None, *UPDATES])),
        "corrections": draw(st.lists(st.sampled_from(CORRECTIONS), max_size=2)),
        "removedDateTime": draw(st.sampled_from([None, *UPDATES, *EXPIRIES])),
        "ampUrl": draw(st.sampled_from([None, None, "https://amp.gazette.example/"])),
        "secured": draw(st.sampled_from(["one", "two"])),
    }


def steps() -> SearchStrategy[list[Step]]:
    """Draw a history: seconds that pass, files written at once, and whether the collect reads only these files."""
    changes = st.dictionaries(st.sampled_from(NAMES), articles(), max_size=3)
    return st.lists(
        st.tuples(st.sampled_from([1, 60, 900]), changes, st.booleans()), min_size=1, max_size=8 if SOAK else 5
    )


def apply(newsroom: Newsroom, changes: dict[str, Article]) -> None:
    for letter, fields in changes.items():
        if fields is not None:
            newsroom.write(letter, **{"webUrl": url_of(letter), **fields})
        elif (newsroom.folder / f"{letter}.md").exists():
            newsroom.delete(letter)


def collect(newsroom: Newsroom, changes: dict[str, Article], *, is_partial: bool) -> CollectResult:
    located = (locate_article([newsroom.folder], str(newsroom.folder / f"{letter}.md")) for letter in changes)
    only = [file for file in located if file] if is_partial else None
    return newsroom.collector().collect(only=only, force=True)


def look(newsroom: Newsroom) -> dict[tuple[Query, int], FeedView]:
    return newsroom.see_all(FEEDS)


def check_last_modified(before: dict[tuple[Query, int], FeedView], after: dict[tuple[Query, int], FeedView]) -> None:
    """Check that Last-Modified moves forward when the bytes change, and only then."""
    for feed, old in before.items():
        new = after[feed]
        if old.unknown != new.unknown:
            continue  # the site answers 404 before or after
        if feed[0] in SELECTIONS:
            check_formats(old, new)
        if old.document == new.document:
            assert new.changed == old.changed, feed
        else:
            assert new.changed is not None, feed
            assert old.changed is None or new.changed > old.changed, feed


def check_formats(old: FeedView, new: FeedView) -> None:
    for format in Format:
        before, after = old.times.find(format), new.times.find(format)
        if render(old.feed, format) == render(new.feed, format):
            assert after == before, format
        else:
            assert after is not None, format
            assert before is None or after > before, format


def check_selected(newsroom: Newsroom, sights: dict[tuple[Query, int], FeedView]) -> None:
    """Check that a feed holds the same entries as a scan of all entries."""
    slugs = dict(newsroom.query("SELECT number, slug FROM topics"))
    columns = "published, id, released, expires, kind, type, provider, topics, quality, peak_heat, document"
    rows = [
        dict(zip(columns.split(", "), row, strict=True))
        for row in newsroom.query(f"SELECT {columns} FROM entries")  # noqa: S608 ours
    ]
    now = newsroom.now.timestamp()
    rows.sort(key=lambda row: (-row["published"], row["id"]))
    out = [row for row in rows if row["released"] <= now and (row["expires"] is None or row["expires"] > now)]
    for (query, limit), sight in sights.items():
        wanted = [row["id"] for row in out if matches_query(query, row, slugs)]
        assert sight.ids == wanted[:limit], query


def matches_query(query: Query, row: dict[str, Any], slugs: dict[int, str]) -> bool:
    named = frozenset(slugs[int(number)] for number in row["topics"].split())
    return (
        (query.includes_related or row["kind"] == "article")
        and (query.topics is None or query.topics.holds(named))
        and all(each.holds(frozenset({row["provider"]})) for each in query.provider_expressions)
        and (query.types is None or query.types.holds(frozenset({row["type"]})))
        and is_reached(query.min_quality, row["quality"])
        and is_reached(query.min_heat, row["peak_heat"])
        and (
            query.search is None
            or matches_text(query.search, split_entry(decode(row["document"], type=Entry))[1], find_stemmer("en"))
        )
    )


def is_reached(minimum: int | None, figure: int | None) -> bool:
    return minimum is None or (figure is not None and figure >= minimum)


def check_moves(
    waited: dict[tuple[Query, int], FeedView],
    before: int,
    newsroom: Newsroom,
    sights: dict[tuple[Query, int], FeedView],
) -> None:
    """Check that a version behind a cached composed feed changes whenever the bytes change."""
    with newsroom.catalog.reading() as reader:
        moved = reader.find_changed_scopes(before)
    for feed, sight in sights.items():
        if sight.document != waited[feed].document:
            assert moved.keys() & set(feed[0].scopes), feed


def check_versions(
    before: tuple[dict[tuple[Query, int], FeedView], dict[str, int]],
    after: tuple[dict[tuple[Query, int], FeedView], dict[str, int]],
    *,
    scopes: frozenset[str],
) -> None:
    """Check that a scope is reported, and its version changes, if and only if the bytes of its feed change."""
    for query in SELECTIONS:
        if query.with_related:
            (scope,) = query.scopes
            moved = before[0][query, 50].document != after[0][query, 50].document
            assert (scope in scopes) == moved, query
            if moved:
                assert after[1][scope] > before[1].get(scope, 0), query


def check_fresh(newsroom: Newsroom, sights: dict[tuple[Query, int], FeedView], *, is_collected: bool) -> None:
    """Check that the catalog serves the entries of a fresh one; only peak heat depends on the history.

    The display names of topics follow a release at the next collect only.
    """
    adjust = tuple if is_collected else strip_names
    with open_newsroom() as fresh:
        fresh.folder, fresh.now = newsroom.folder, newsroom.now
        fresh.collector().collect()
        with fresh.catalog.reading() as reader:
            for query, limit in dict(FEEDS).items():
                if query.min_heat is None:
                    entries = reader.read_newest(query, limit=limit, now=fresh.now).entries
                    assert adjust(entries) == adjust(sights[query, limit].entries), query
        assert count_entries(fresh) == count_entries(newsroom)
        assert list_known(fresh) <= list_known(newsroom)


def strip_names(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return entries without the display names of topics."""
    return tuple(
        replace(entry, categories=tuple(replace(category, label="") for category in entry.categories))
        for entry in entries
    )


def count_entries(newsroom: Newsroom) -> tuple[list[Any], list[Any]]:
    """Return the topics and the providers with entries, with number and date."""
    with newsroom.catalog.reading() as reader:
        topics = sorted((each.slug, each.entries, each.newest) for each in reader.list_topics(now=newsroom.now))
        return [each for each in topics if each[1]], list(reader.list_providers(now=newsroom.now))


def list_known(newsroom: Newsroom) -> set[str]:
    """Return the slugs of topics and the domains of providers whose feeds are found, empty or not."""
    with newsroom.catalog.reading() as reader:
        topics = {topic.slug for topic in reader.list_topics(now=newsroom.now)}
        return topics.union(reader.list_domains(now=newsroom.now))


def run_history(newsroom: Newsroom, history: list[Step]) -> None:
    newsroom.write("z")
    newsroom.collect()
    sights = look(newsroom)
    for seconds, changes, is_partial in history:
        newsroom.wait(seconds=seconds)
        waited = look(newsroom)
        check_last_modified(sights, waited)
        check_fresh(newsroom, waited, is_collected=False)
        versions = newsroom.versions()
        with newsroom.catalog.reading() as reader:
            version = reader.read_state().version
        apply(newsroom, changes)
        result = collect(newsroom, changes, is_partial=is_partial)
        entries = result.added + result.changed + result.unchanged
        assert [(entries,)] == newsroom.query("SELECT count(*) FROM entries")
        sights = look(newsroom)
        check_selected(newsroom, sights)
        check_fresh(newsroom, sights, is_collected=True)
        check_moves(waited, version, newsroom, sights)
        check_last_modified(waited, sights)
        check_versions((waited, versions), (sights, newsroom.versions()), scopes=result.scopes)


@pytest.mark.slow
@pytest.mark.timeout(300 + 30 * SOAK)
@settings(deadline=None, max_examples=SOAK or 3, phases=PHASES, derandomize=not SOAK)
@given(steps())
def test_validators_follow_bytes_and_the_catalog_equals_a_fresh_one(history: list[Step]) -> None:
    with open_newsroom() as newsroom:
        run_history(newsroom, history)
        assert newsroom.dump() == dump_fresh(newsroom, "")


@pytest.mark.timeout(300 + 30 * SOAK)
@settings(deadline=None, max_examples=SOAK or 1, phases=PHASES, derandomize=not SOAK)
@given(history=steps())
def test_validators_follow_bytes_on_postgresql(postgresql: DatabaseServer, history: list[Step]) -> None:
    with open_newsroom(postgresql.create_schema()) as newsroom:
        run_history(newsroom, history)
        assert newsroom.dump() == dump_fresh(newsroom, "")


@pytest.mark.parametrize("order", ["abcd", "dcba", "bdac"])
def test_the_order_of_articles_makes_no_difference(order: str) -> None:
    written: dict[str, Article] = {
        "a": {"related": related("b", "c"), "topics": ["AI"]},
        "b": {"published": False, "heat": -1, "topics": ["Tides"]},
        "c": {"id": "urn:story:1", "topics": ["ai"], "related": related("d")},
        "d": {"webUrl": url_of("a"), "topics": ["Tides"]},
    }
    with open_newsroom() as newsroom:
        for letter in order:
            apply(newsroom, {letter: written[letter]})
            newsroom.collect()
        assert newsroom.dump() == dump_fresh(newsroom, "")

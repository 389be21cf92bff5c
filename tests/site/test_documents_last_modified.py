"""`Last-Modified` of canonical feeds, the home page and the OPML list moves if and only if their bytes move."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from feeds.catalog.database import open_engine
from feeds.catalog.stored import CollectState
from feeds.catalog.topic_ranking import MAX_RANKED
from feeds.model.feed import Format
from feeds.model.shown_settings import ShownSettings
from feeds.settings import Settings
from feeds.site.documents import make_document, parse_and_resolve
from feeds.site.urls import Address
from tests.support.corpus_history import apply_commit, read_history
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, open_newsroom, related, url_of
from tests.support.postgresql import DatabaseServer
from tests.support.properties import PHASES

SETTINGS = Settings.from_environ({"FEEDS_SITE_URL": "https://feeds.example", "FEEDS_TOMBSTONES": "yes"})
TOPIC_LISTS = ("/topics", "/topics-by-name", "/topics-by-activity", "/topics-by-date")
LISTS = ("/", "/feeds.opml", *TOPIC_LISTS, "/providers")
FEEDS = tuple(
    f"{stem}.{format}" for stem in ("/feed", "/topics/ai", "/topics/sea") for format in ("atom", "rss", "json")
)

Validators = dict[str, tuple[str, datetime | None]]


def collect(newsroom: Newsroom, *, shown: ShownSettings = SETTINGS.shown) -> None:
    newsroom.wait(minutes=1)
    newsroom.collector(shown=shown).collect(force=True)


def read(newsroom: Newsroom, paths: Iterable[str] = (*LISTS, *FEEDS), *, site: Settings = SETTINGS) -> Validators:
    """Return ETag and Last-Modified by path."""
    with newsroom.catalog.reading() as reader:
        addresses: dict[str, Address] = {}
        for path in paths:
            name, _, query = path.partition("?")
            addresses[path] = parse_and_resolve(
                name, reader, query_string=query, defaults=site.defaults, now=newsroom.now
            )
        documents = {
            path: make_document(address, reader, settings=site, now=newsroom.now) for path, address in addresses.items()
        }
    return {path: (document.etag, document.last_modified) for path, document in documents.items()}


def compare(before: Validators, after: Validators) -> set[str]:
    """Return the paths with other bytes, and check Last-Modified."""
    changed = {path for path in before if before[path][0] != after[path][0]}
    for path in before:
        old, new = before[path][1], after[path][1]
        if path in changed:
            assert new is not None, path
            assert old is None or new > old, path
        else:
            assert new == old, path
    return changed


@pytest.fixture
def desk(newsroom: Newsroom) -> Newsroom:
    """Give a newsroom with three collected articles and an empty topic."""
    newsroom.write("a", topics=["AI"], related=related("x", publishedDateTime="2021-02-01T12:00:00Z"))
    newsroom.write("b", topics=["AI", "Sea"], publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.write("c", topics=["Sea"], publishedDateTime="2021-02-20T12:00:00Z")
    write_topic(newsroom)
    collect(newsroom)
    return newsroom


def write_topic(newsroom: Newsroom, *, name: str = "Tides", **fields: object) -> None:
    (newsroom.folder / "topics").mkdir(exist_ok=True)
    path = newsroom.folder / f"topics/{name}.yaml"
    path.write_text(json.dumps({"name": name, **fields}), encoding="utf-8")


def test_a_silent_edit_moves_the_feeds_with_the_entry_only(desk: Newsroom) -> None:
    before = read(desk)
    desk.write("c", topics=["Sea"], publishedDateTime="2021-02-20T12:00:00Z", excerpt="A new text.")
    collect(desk)
    assert compare(before, read(desk)) == {"/", *(path for path in FEEDS if "/ai" not in path)}


def test_a_new_headline_moves_the_home_page_but_not_the_list(desk: Newsroom) -> None:
    before = read(desk)
    desk.write("b", topics=["AI", "Sea"], publishedDateTime="2021-03-02T12:00:00Z", title="Another headline")
    collect(desk)
    assert compare(before, read(desk)) == {"/", *FEEDS}


def test_the_date_of_a_related_item_moves_json_only(desk: Newsroom) -> None:
    settings = Settings.from_environ({"FEEDS_SITE_URL": SETTINGS.site_url, "FEEDS_RELATED": "links"})
    collect(desk, shown=settings.shown)
    before = read(desk, site=settings)
    desk.write("a", topics=["AI"], related=related("x", publishedDateTime="2021-02-02T12:00:00Z"))
    collect(desk, shown=settings.shown)
    assert compare(before, read(desk, site=settings)) == {"/feed.json", "/topics/ai.json"}


def test_an_address_that_feeds_do_not_show_moves_nothing(desk: Newsroom) -> None:
    before = read(desk)
    desk.write("c", topics=["Sea"], publishedDateTime="2021-02-20T12:00:00Z", ampUrl="https://amp.example/c")
    collect(desk)
    assert compare(before, read(desk)) == set()


def test_rss_moves_with_the_newest_update_only(desk: Newsroom) -> None:
    rss = {path for path in FEEDS if path.endswith("rss")}
    shown = {path for path in FEEDS if "/ai" not in path}
    for updated, moved in (("2021-03-01T13:00:00Z", set()), ("2021-03-03T12:00:00Z", rss), (None, rss)):
        before = read(desk)
        desk.write("c", topics=["Sea"], publishedDateTime="2021-02-20T12:00:00Z", updatedDateTime=updated)
        collect(desk)
        assert compare(before, read(desk)) == (shown - rss) | (shown & moved)


def test_the_parent_of_a_topic_moves_lists_only(desk: Newsroom) -> None:
    before = read(desk)
    write_topic(desk, parent="Sea")
    collect(desk)
    assert compare(before, read(desk)) == {"/", "/feeds.opml", "/topics", "/topics-by-name"}


def test_another_name_of_a_topic_moves_pages_that_find_names(desk: Newsroom) -> None:
    paths = ("/topics?find=ocean", "/latest?q=ocean", *LISTS, *FEEDS)
    before = read(desk, paths)
    write_topic(desk, aliases=["Ocean"])
    collect(desk)
    assert compare(before, read(desk, paths)) == {"/topics?find=ocean", "/latest?q=ocean"}


def test_lists_of_many_topics_move_with_what_they_show(newsroom: Newsroom) -> None:
    for number in range(MAX_RANKED + 5):
        write_topic(newsroom, name=f"T{number:02}")
    for number in range(MAX_RANKED):
        published = f"2021-02-{1 + number // 2:02}T12:00:00Z"
        newsroom.write(f"a{number}", topics=[f"T{number:02}"], publishedDateTime=published)
    collect(newsroom)
    before = read(newsroom, LISTS)
    for edit, moved in (
        (partial(write_topic, newsroom, name="T52", description="Quiet."), {"/feeds.opml"}),
        (partial(newsroom.write, "a1", topics=["T01"], publishedDateTime="2021-02-01T12:00:00Z", title="Other"), set()),
        (partial(write_topic, newsroom, name="T52", parent="T00"), {"/feeds.opml", *TOPIC_LISTS}),
        (partial(write_topic, newsroom, name="T53", parent="T00"), {"/feeds.opml", "/topics"}),
        (
            partial(newsroom.write, "b", topics=["T01"], publishedDateTime="2020-01-01T12:00:00Z"),
            {"/", *TOPIC_LISTS, "/providers"},
        ),
    ):
        edit()
        collect(newsroom)
        after = read(newsroom, LISTS)
        assert compare(before, after) == moved
        before = after


def test_another_language_moves_everything(desk: Newsroom) -> None:
    paths = (*LISTS, *FEEDS, "/latest", "/topics/ai", "/topics", "/providers", "/topics/sea/weekly.atom")
    desk.wait(days=9)
    states = []
    for language in ("en", "de", "ar"):
        site = Settings.from_environ({"FEEDS_SITE_URL": SETTINGS.site_url, "FEEDS_LANGUAGE": language})
        collect(desk, shown=site.shown)
        states.append(read(desk, paths, site=site))
    for before, after in pairwise(states):
        assert compare(before, after) == set(paths)


def test_a_new_catalog_dates_lists_by_the_newest_entry(desk: Newsroom) -> None:
    assert {read(desk)[path][1] for path in LISTS} == {datetime.fromisoformat("2021-03-02T12:00:00Z")}


def test_a_release_and_an_expiry_move_lists_at_their_time(desk: Newsroom) -> None:
    desk.write("d", topics=["Rare"], publishedDateTime="2021-03-04T12:30:00Z", expiryDate="2021-03-04T13:00:00Z")
    collect(desk)
    before = read(desk)
    for hour, minute in ((12, 30), (13, 0)):
        desk.now = desk.now.replace(hour=hour, minute=minute, second=5)
        after = read(desk)
        assert {"/", "/feeds.opml"} <= compare(before, after)
        assert {after[path][1] for path in LISTS} == {desk.now.replace(second=0)}
        collect(desk)
        assert compare(after, read(desk)) == set()
        before = read(desk)


def test_a_release_in_a_listed_topic_keeps_the_list(desk: Newsroom) -> None:
    desk.write(
        "d", topics=["AI"], publishedDateTime="2021-03-04T12:30:00Z", webUrl=url_of("d"), provider={"name": "Site"}
    )
    desk.write("e", topics=["AI"], publishedDateTime="2021-03-04T12:20:00Z", expiryDate="2021-03-04T12:40:00Z")
    collect(desk)
    desk.now = desk.now.replace(minute=35)
    before = read(desk)
    desk.now = desk.now.replace(minute=45)  # the expired entry was not the newest
    assert "/feeds.opml" not in compare(before, read(desk))
    collect(desk)
    assert "/feeds.opml" not in compare(before, read(desk))


def test_many_scheduled_changes_never_move_lists_back(desk: Newsroom) -> None:
    desk.write("d", topics=["Rare"], publishedDateTime="2021-03-04T12:30:00Z", expiryDate="2021-03-04T13:00:00Z")
    for number in range(12):
        expiry = f"2021-03-04T13:{10 + number}:00Z"
        desk.write(f"e{number}", topics=["AI"], publishedDateTime="2021-02-01T12:00:00Z", expiryDate=expiry)
    collect(desk)
    times = []
    for minute in (31, 61, *range(71, 84)):
        desk.now = desk.now.replace(hour=12 + minute // 60, minute=minute % 60)
        times.append(str(read(desk, ["/feeds.opml"])["/feeds.opml"][1]))
    assert times == sorted(times)


def test_a_commit_of_a_clock_that_went_back_is_not_dated_back(desk: Newsroom) -> None:
    desk.now = desk.now.replace(hour=15)
    desk.write("d", topics=["AI"])
    collect(desk)
    desk.now = desk.now.replace(hour=12, minute=30)
    desk.write("e", topics=["AI"], publishedDateTime="2021-03-04T13:10:00Z")
    collect(desk)
    desk.now = desk.now.replace(hour=15, minute=30)
    after = read(desk)
    assert after["/"][1] == after["/feed.atom"][1]


def test_a_catalog_of_another_layout_moves_forward(desk: Newsroom) -> None:
    desk.write("c", topics=["Sea"], publishedDateTime="2021-02-20T12:00:00Z", excerpt="A new text.")
    collect(desk)
    before = read(desk)
    engine = open_engine(desk.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE facts SET value = '1' WHERE name = 'layout'"))
    engine.dispose()
    desk.write("c", topics=["Sea"], publishedDateTime="2021-02-20T12:00:00Z", excerpt="Another text.")
    collect(desk)
    after = read(desk)
    assert min(time for _, time in after.values() if time) > max(time for _, time in before.values() if time)


def test_a_commit_right_after_a_rebuild_is_later(desk: Newsroom) -> None:
    with desk.catalog.writing() as writer:
        writer.save_state(CollectState(version=9, committed=2**32, collected=2**32))
    desk.collector(shown=SETTINGS.shown).collect(force=True)
    before = read(desk)
    desk.write("c", topics=["Sea"], title="Other", publishedDateTime="2021-02-20T12:00:00Z")
    desk.collector(shown=SETTINGS.shown).collect(force=True)
    assert "/feed.atom" in compare(before, read(desk))


def test_a_search_that_gains_an_entry_by_words_that_no_feed_shows_moves(desk: Newsroom) -> None:
    front = f"---\ntitle: Long\nwebUrl: {url_of('l')}\npublishedDateTime: 2021-03-01T12:00:00Z\n---\n"
    found = []
    for body in ("word " * 20_000, "word " * 20_000 + "zebra"):
        (desk.folder / "l.md").write_text(front + body, encoding="utf-8")
        collect(desk)
        with desk.catalog.reading() as reader:
            address = parse_and_resolve("/feed.atom", reader, query_string="q=zebra", now=desk.now)
            found.append(make_document(address, reader, settings=SETTINGS, now=desk.now))
    assert found[0].etag != found[1].etag
    assert found[1].last_modified == desk.now


def test_other_settings_move_every_document(desk: Newsroom) -> None:
    before = read(desk)
    collect(desk, shown=Settings.from_environ({"FEEDS_SITE_URL": SETTINGS.site_url, "FEEDS_LIMIT": "49"}).shown)
    assert {time for _, time in read(desk).values()} == {desk.now}
    assert before != read(desk)


def test_validators_follow_bytes_through_the_history_of_a_site(newsroom: Newsroom, corpus: Path) -> None:
    seen: Validators = {}
    for changes in islice(read_history(corpus), None if SOAK else 60):
        apply_commit(newsroom.folder, changes)
        newsroom.wait(minutes=1)
        scopes = newsroom.collector(shown=SETTINGS.shown).collect(force=True).scopes
        paths = [*LISTS, *(f"/{scope}.{format}" for scope in sorted(scopes) for format in Format)]
        current = read(newsroom, paths)
        compare({path: seen[path] for path in current if path in seen}, current)
        seen |= current


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, dict[str, object] | None]:
    """Draw one changed field of one article, or None for a deleted article."""
    field: dict[str, object] | None = draw(
        st.sampled_from(
            [
                None,
                {},
                {"title": "Other"},
                {"excerpt": "Other."},
                {"topics": ["AI"]},
                {"topics": ["Sea", "AI"]},
                {"publishedDateTime": "2021-03-03T12:00:00Z"},
                {"publishedDateTime": "2021-03-01T12:00:01Z"},
                {"updatedDateTime": "2021-03-03T12:00:00Z"},
                {"ampUrl": "https://amp.example/"},
                {"provider": {"name": "Times", "domain": "times.example"}},
                {"expiryDate": "2021-03-04T12:03:30Z"},
                {"related": related("x", publishedDateTime="2021-02-02T12:00:00Z")},
                {"related": related("x", publishedDateTime="2021-02-03T12:00:00Z")},
                {"related": related("b")},
                {"corrections": {"date": "2021-03-02T12:00:00Z", "text": "Corrected."}},
                {"corrections": {"date": "2021-03-04T12:03:30Z", "text": "Corrected soon."}},
                {"removed": True},
                {"removed": True, "topics": ["AI"], "removedDateTime": "2021-03-03T12:00:00Z"},
                {"removed": True, "removedDateTime": "2021-03-04T12:03:30Z"},
                {"heat": 9},
                {"language": "de"},
            ]
        )
    )
    return draw(st.sampled_from("abc")), field


def run_history(newsroom: Newsroom, history: list[tuple[str, dict[str, object] | None]]) -> None:
    for name in "abc":
        newsroom.write(name, topics=["AI", "Sea"])
    collect(newsroom)
    before = read(newsroom)
    for name, fields in history:
        path = newsroom.folder / f"{name}.md"
        if fields is not None:
            newsroom.write(name, **{"topics": ["AI", "Sea"], **fields})
        elif path.exists():
            newsroom.delete(name)
        newsroom.wait(seconds=59)
        compare(before, waited := read(newsroom))
        newsroom.collector(shown=SETTINGS.shown).collect(force=True)
        compare(waited, before := read(newsroom))


@pytest.mark.slow
@pytest.mark.timeout(300 + 30 * SOAK)
@settings(deadline=None, max_examples=SOAK or 3, phases=PHASES, derandomize=not SOAK)
@given(st.lists(edits(), min_size=2, max_size=6))
def test_validators_follow_bytes(history: list[tuple[str, dict[str, object] | None]]) -> None:
    with open_newsroom() as newsroom:
        run_history(newsroom, history)


@pytest.mark.timeout(300 + 30 * SOAK)
@settings(deadline=None, max_examples=SOAK or 1, phases=PHASES, derandomize=not SOAK)
@given(history=st.lists(edits(), min_size=2, max_size=6))
def test_validators_follow_bytes_on_postgresql(
    postgresql: DatabaseServer, history: list[tuple[str, dict[str, object] | None]]
) -> None:
    with open_newsroom(postgresql.create_schema()) as newsroom:
        run_history(newsroom, history)

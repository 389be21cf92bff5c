"""The changes that subscribers see when topics are renamed, merged and retired."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from werkzeug.test import TestResponse

from feeds.model.errors import GoneError, MovedError, NotFoundError
from feeds.site.documents import make_document, parse_and_resolve
from feeds.web.app import create_app
from tests.support.app import make_settings
from tests.support.checks import check_paths
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, dump_fresh, open_newsroom, url_of
from tests.support.postgresql import DatabaseServer
from tests.support.properties import PHASES

FORMS = (".atom", ".rss", ".json", "")
SETTINGS = make_settings()
RETIRED = "2021-03-05"
DAY = datetime(2021, 3, 5, tzinfo=UTC)
END = datetime(2021, 4, 4, tzinfo=UTC)


class DocumentSubscriber:
    """Read a feed like a feed reader: with conditional requests, permanent redirects and entry ids."""

    def __init__(self, newsroom: Newsroom, path: str) -> None:
        self.path = path
        self.seen: list[str] = []
        self._newsroom = newsroom
        self._validators: dict[str, str] = {}
        self._body = b""

    def poll(self) -> list[str]:
        """Return the new titles."""
        response = ask(self._newsroom, self.path, self._validators)
        assert (response.status_code == 304) == (ask(self._newsroom, self.path).data == self._body)
        if response.status_code == 304:
            return []
        if response.status_code == 301:
            self.path = urlsplit(response.headers["Location"]).path
            self._validators = {}
            return self.poll()
        assert response.status_code == 200
        self._body = response.data
        self._validators = {"If-Modified-Since": response.headers.get("Last-Modified", "")}
        items = [item for item in json.loads(response.data)["items"] if item["id"] not in self.seen]
        self.seen += [item["id"] for item in items]
        return [item["title"] for item in items]


def ask(newsroom: Newsroom, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
    """Request a path from a new server."""
    client = create_app(SETTINGS, newsroom.catalog, clock=newsroom.clock).test_client()
    return client.get(path, headers=headers)


def read(newsroom: Newsroom, path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ask(newsroom, path).data)
    return document


def describe(newsroom: Newsroom, name: str, *lines: str) -> None:
    """Write a topic file."""
    folder = newsroom.folder / "topics"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text("".join(f"{line}\n" for line in lines))


def read_atom_id(newsroom: Newsroom, path: str) -> str:
    return ask(newsroom, path).text.partition("<id>")[2].partition("</id>")[0]


# Renamed


def test_a_renamed_topic_is_the_same_feed_at_another_url(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.write(f"story-{number}", topics=["AI"])
    newsroom.collect()
    subscriber = DocumentSubscriber(newsroom, "/topics/ai.json")
    assert len(subscriber.poll()) == 3
    id = read_atom_id(newsroom, "/topics/ai.atom")
    describe(newsroom, "ai", "name: Thinking Machines", "renamed_from: AI")
    newsroom.write("new", topics=["Thinking Machines"])
    newsroom.collect()
    assert subscriber.poll() == ["Story new"]
    assert subscriber.path == "/topics/thinking-machines.json"
    assert read_atom_id(newsroom, "/topics/thinking-machines.atom") == id
    for form in FORMS:
        response = ask(newsroom, f"/topics/ai{form}")
        assert (response.status_code, response.headers["Location"]) == (301, f"/topics/thinking-machines{form}")


def test_a_renamed_topic_keeps_its_archive(newsroom: Newsroom) -> None:
    for number in range(250):
        newsroom.write(
            f"story-{number}", topics=["AI"], publishedDateTime=f"2021-01-01T{number // 60:02}:{number % 60:02}:00Z"
        )
    newsroom.collect()
    before = [item["id"] for item in read(newsroom, "/topics/ai/archive/2.json")["items"]]
    describe(newsroom, "ai", "name: Minds", "renamed_from: AI")
    result = newsroom.collect()
    assert (result.added, result.changed, result.withdrawn) == (0, 250, 0)
    assert [item["id"] for item in read(newsroom, "/topics/minds/archive/2.json")["items"]] == before
    assert ask(newsroom, "/topics/ai/archive/2.json").headers["Location"] == "/topics/minds/archive/2.json"


def test_a_topic_renamed_twice_is_found_by_all_names(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    id = read_atom_id(newsroom, "/topics/ai.atom")
    describe(newsroom, "ai", "name: Minds", "renamed_from: AI")
    newsroom.collect()
    describe(newsroom, "ai", "name: Brains", "renamed_from: [AI, Minds]")
    newsroom.collect()
    for name in ("ai", "minds"):
        assert ask(newsroom, f"/topics/{name}.rss").headers["Location"] == "/topics/brains.rss"
    assert read_atom_id(newsroom, "/topics/brains.atom") == id
    # A new catalog agrees.
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_no_other_topic_gets_a_former_url(newsroom: Newsroom) -> None:
    describe(newsroom, "ai", "name: Minds", "renamed_from: A I")
    newsroom.write("a", topics=["Minds"])
    newsroom.write("b", topics=["A.I"])
    newsroom.collect()
    assert ask(newsroom, "/topics/a-i.json").headers["Location"] == "/topics/minds.json"


def test_a_change_of_case_is_no_rename(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["c sharp"])
    newsroom.collect()
    id = read_atom_id(newsroom, "/topics/c-sharp.atom")
    describe(newsroom, "c", "name: C#", "renamed_from: c sharp")
    newsroom.collect()
    assert read_atom_id(newsroom, "/topics/c-sharp.atom") == id
    assert read(newsroom, "/topics/c-sharp.json")["title"] == "C# — Harbour News"


def test_a_composed_feed_is_the_same_under_new_names(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI", "Boats"])
    newsroom.collect()
    id = read_atom_id(newsroom, "/topics/ai+boats.atom")
    describe(newsroom, "ai", "name: Minds", "renamed_from: AI")
    newsroom.collect()
    assert ask(newsroom, "/topics/ai+boats.atom").headers["Location"] == "/topics/boats+minds.atom"
    assert read_atom_id(newsroom, "/topics/boats+minds.atom") == id


def test_the_digests_of_a_renamed_topic_are_the_same(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.collect()
    subscriber = DocumentSubscriber(newsroom, "/topics/ai/daily.json")
    id = read_atom_id(newsroom, "/topics/ai/daily.atom")
    assert len(subscriber.poll()) == 1
    describe(newsroom, "ai", "name: Minds", "renamed_from: AI", f"retired: {RETIRED}")
    newsroom.collect()
    assert subscriber.poll() == []
    assert subscriber.path == "/topics/minds/daily.json"
    assert read_atom_id(newsroom, "/topics/minds/daily.atom") == id
    newsroom.now = DAY
    assert subscriber.poll() == ["Minds has been retired"]


# Merged


def test_readers_of_a_merged_topic_continue_with_the_other_topic(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Boats"])
    newsroom.write("b", topics=["Boats", "Ships"])
    newsroom.write("c", topics=["Ships"])
    newsroom.collect()
    boats, ships = (
        DocumentSubscriber(newsroom, "/topics/boats.json"),
        DocumentSubscriber(newsroom, "/topics/ships.json"),
    )
    assert boats.poll() == ["Story a", "Story b"]
    assert ships.poll() == ["Story b", "Story c"]
    id = read_atom_id(newsroom, "/topics/ships.atom")
    describe(newsroom, "boats", "name: Boats", "shortname: barges", "merged_into: Ships")
    describe(newsroom, "ships", "name: Ships")
    newsroom.collect()
    assert boats.poll() == ["Story c"]
    assert ships.poll() == ["Story a"]
    assert boats.path == ships.path == "/topics/ships.json"
    assert read_atom_id(newsroom, "/topics/ships.atom") == id
    for form in FORMS:
        for name in ("boats", "barges"):
            assert ask(newsroom, f"/topics/{name}{form}").headers["Location"] == f"/topics/ships{form}"
    (newsroom.folder / "topics" / "boats.yaml").unlink()
    newsroom.collect()
    assert newsroom.see_topic("boats").ids == [url_of("a"), url_of("b")]
    assert newsroom.see_topic("ships").ids == [url_of("b"), url_of("c")]


# Retired


def retire(newsroom: Newsroom, *lines: str) -> None:
    """Write two topics, and retire one of them the next day."""
    newsroom.write("a", topics=["Boats"])
    newsroom.write("b", topics=["Ships"])
    describe(newsroom, "ships", "name: Ships")
    newsroom.collect()
    describe(newsroom, "boats", "name: Boats", f"retired: {RETIRED}", *lines)


def test_a_future_retirement_is_invisible(newsroom: Newsroom) -> None:
    retire(newsroom, "successor: Ships")
    before = {form: ask(newsroom, f"/topics/boats{form}").data for form in FORMS}
    assert newsroom.collect().scopes == frozenset()
    assert {form: ask(newsroom, f"/topics/boats{form}").data for form in FORMS} == before
    with newsroom.catalog.reading() as reader:
        assert reader.find_next_scheduled_change(after=newsroom.now) == DAY
        assert reader.find_next_scheduled_change(after=DAY) == END
        assert reader.find_next_scheduled_change(after=END) is None


def test_a_retired_topic_first_shows_a_notice_in_every_format(newsroom: Newsroom) -> None:
    retire(newsroom, "successor: Ships")
    newsroom.collect()
    before = {form: ask(newsroom, f"/topics/boats{form}") for form in FORMS}
    newsroom.now = DAY
    for form in FORMS:
        after = ask(newsroom, f"/topics/boats{form}")
        assert "Boats has been retired" in after.text
        assert "Story a" in after.text
        assert "https://news.example/topics/ships" in after.text
        assert after.last_modified == DAY
        since = {"If-Modified-Since": before[form].headers["Last-Modified"]}
        assert ask(newsroom, f"/topics/boats{form}", since).status_code == 200
        since = {"If-Modified-Since": after.headers["Last-Modified"]}
        assert ask(newsroom, f"/topics/boats{form}", since).status_code == 304


def test_the_retirement_notice_never_changes(newsroom: Newsroom) -> None:
    retire(newsroom)
    newsroom.collect()
    newsroom.now = DAY
    feed = read(newsroom, "/topics/boats.json")
    notice = feed["items"][0]
    assert notice["id"].startswith("urn:uuid:")
    assert notice["title"] == "Boats has been retired"
    assert notice["date_published"] == notice["date_modified"] == "2021-03-05T00:00:00Z"
    assert notice["url"] == "https://news.example/"
    assert notice["authors"] == [{"name": "Harbour News"}]
    assert notice["summary"] == (
        "The topic “Boats” was retired on 2021-03-05. Its feed stays available until 2021-04-04. Browse all topics:"
        " https://news.example/"
    )
    describe(newsroom, "boats", "name: Boats", "retired: 2021-03-04", "successor: Ships")
    newsroom.collect()
    moved = read(newsroom, "/topics/boats.json")["items"][0]
    assert (moved["id"], moved["date_published"]) == (notice["id"], "2021-03-04T00:00:00Z")
    assert moved["summary"].endswith("then redirects to “Ships”: https://news.example/topics/ships.atom")


def test_the_retirement_notice_is_always_in_the_feed(newsroom: Newsroom) -> None:
    retire(newsroom)
    for number in range(60):
        newsroom.write(f"late-{number}", topics=["Boats"], publishedDateTime="2021-03-05T01:00:00Z")
    newsroom.now = datetime(2021, 3, 6, tzinfo=UTC)
    newsroom.collect()
    titles = [item["title"] for item in read(newsroom, "/topics/boats.json")["items"]]
    assert (len(titles), titles[-1]) == (51, "Boats has been retired")


def test_composed_feeds_name_their_retired_topics(newsroom: Newsroom) -> None:
    retire(newsroom)
    newsroom.collect()
    newsroom.now = DAY
    alone = read(newsroom, "/topics/boats.json")["items"][0]
    assert alone in read(newsroom, "/topics/boats,ships.json")["items"]
    assert alone in read(newsroom, "/topics/ships+!boats.json?min_heat=90")["items"]
    newsroom.now = END
    assert ask(newsroom, "/topics/boats,ships.json").status_code == 410


def test_a_closed_topic_is_gone(newsroom: Newsroom) -> None:
    retire(newsroom)
    newsroom.collect()
    newsroom.now = END
    newsroom.wait(seconds=-1)
    assert [ask(newsroom, f"/topics/boats{form}").status_code for form in FORMS] == [200] * len(FORMS)
    newsroom.now = END
    for form in FORMS:
        response = ask(newsroom, f"/topics/boats{form}")
        assert (response.status_code, response.headers["Cache-Control"]) == (410, "no-store")
        sentence = "The topic “Boats” was retired on 2021-03-05, and its feed ended on 2021-04-04."
        page = "was retired on 5 March 2021, and its feed ended on 4 April 2021."
        text = f"{sentence} Browse all topics: https://news.example/\n"
        assert response.text == text if form else page in response.text


def test_a_closed_topic_redirects_to_its_successor(newsroom: Newsroom) -> None:
    retire(newsroom, "successor: Ships")
    newsroom.collect()
    newsroom.now = END
    for form in FORMS:
        response = ask(newsroom, f"/topics/boats{form}")
        assert (response.status_code, response.headers["Location"]) == (301, f"/topics/ships{form}")


def test_successors_are_followed_to_the_last(newsroom: Newsroom) -> None:
    retire(newsroom, "successor: Ships")
    describe(newsroom, "ships", "name: Ships", f"retired: {RETIRED}", "successor: Sea")
    describe(newsroom, "sea", "name: Sea")
    newsroom.collect()
    newsroom.now = END
    assert ask(newsroom, "/topics/boats.atom").headers["Location"] == "/topics/sea.atom"
    describe(newsroom, "sea", "name: Sea", "retired: 2021-01-01")
    newsroom.collect()
    assert ask(newsroom, "/topics/boats.atom").status_code == 410


def test_readers_see_no_duplicates(newsroom: Newsroom) -> None:
    newsroom.write("both", topics=["Boats", "Ships"])
    retire(newsroom, "successor: Ships")
    newsroom.collect()
    subscriber = DocumentSubscriber(newsroom, "/topics/boats.json")
    assert subscriber.poll() == ["Story a", "Story both"]
    newsroom.now = DAY
    assert subscriber.poll() == ["Boats has been retired"]
    assert subscriber.poll() == []
    newsroom.now = END
    assert subscriber.poll() == ["Story b"]
    assert subscriber.path == "/topics/ships.json"


def test_a_retired_topic_is_not_listed(newsroom: Newsroom) -> None:
    retire(newsroom)
    describe(newsroom, "ships", "name: Ships", "parent: Boats")
    newsroom.collect()
    before = {path: ask(newsroom, path) for path in ("/", "/feeds.opml")}
    newsroom.now = DAY
    for path, response in before.items():
        after = ask(newsroom, path)
        assert "/topics/boats" in response.text
        assert "/topics/boats" not in after.text
        assert "/topics/ships" in after.text
        assert after.last_modified == DAY
    newsroom.now = END  # the feed ends, and lists stay as they are
    assert ask(newsroom, "/").last_modified == DAY


def test_a_retired_topic_may_come_back(newsroom: Newsroom) -> None:
    retire(newsroom)
    newsroom.collect()
    newsroom.now = END
    assert ask(newsroom, "/topics/boats.json").status_code == 410
    describe(newsroom, "boats", "name: Boats")
    result = newsroom.collect()
    assert result.scopes == {"topics/boats"}
    assert ask(newsroom, "/topics/boats.json").last_modified == newsroom.now
    assert [item["title"] for item in read(newsroom, "/topics/boats.json")["items"]] == ["Story a"]


def test_a_retirement_notice_names_a_renamed_successor(newsroom: Newsroom) -> None:
    retire(newsroom, "successor: Ships")
    newsroom.collect()
    newsroom.now = DAY
    ask(newsroom, "/topics/boats.json")
    describe(newsroom, "ships", "name: SHIPS")
    assert {"topics/boats", "topics/ships"} <= newsroom.collect().scopes
    assert ask(newsroom, "/topics/boats.json").last_modified == newsroom.now
    assert "“SHIPS”" in read(newsroom, "/topics/boats.json")["items"][0]["summary"]


def test_a_catalog_created_later_is_equal(newsroom: Newsroom) -> None:
    retire(newsroom, "successor: Ships")
    newsroom.now = DAY
    newsroom.collect()
    with open_newsroom() as fresh:
        fresh.folder, fresh.now = newsroom.folder, newsroom.now
        fresh.collect()
        assert ask(fresh, "/topics/boats.atom").data == ask(newsroom, "/topics/boats.atom").data
        assert ask(fresh, "/topics/boats.atom").last_modified == DAY
        assert ask(fresh, "/").last_modified == DAY


def test_a_collect_in_the_second_of_a_retirement_has_a_later_time(newsroom: Newsroom) -> None:
    retire(newsroom)
    newsroom.collect()
    newsroom.now = DAY
    newsroom.write("c", topics=["Boats"])
    newsroom.collector().collect()
    assert ask(newsroom, "/topics/boats.json").last_modified == datetime(2021, 3, 5, 0, 0, 1, tzinfo=UTC)


def test_an_empty_topic_is_listed_as_long_as_it_has_a_file(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Boats", "Sea"])
    newsroom.collect()
    newsroom.write("a", topics=["Sea"])
    newsroom.collect()
    for has_file in (True, False):
        if has_file:
            describe(newsroom, "boats", "name: Boats")
            describe(newsroom, "sea", "name: Sea")
        else:
            (newsroom.folder / "topics" / "boats.yaml").unlink()
            (newsroom.folder / "topics" / "sea.yaml").unlink()
        assert newsroom.collect().scopes == {"topics/boats"}
        after = ask(newsroom, "/feeds.opml")
        assert ("/topics/boats" in after.text) == has_file
        assert after.last_modified == newsroom.now


def test_conflicts_between_topic_files_are_reported_with_positions(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Boats"])
    describe(newsroom, "boats", "name: Boats", "retired: 2021-03-05", "successor: Shps")
    describe(newsroom, "sea", "name: Sea", "aliases: [Boats]")
    problems = newsroom.collect().problems
    unknown = "`successor` names a topic without a file; name another topic or add the file."
    taken = "Label “Boats” already belongs to the topic of topics/boats.yaml; remove it from one file."
    folder = newsroom.folder / "topics"
    assert [str(problem) for problem in problems] == [
        f"{folder}/boats.yaml:3:12: warning unknown-topic {unknown}",
        f"{folder}/sea.yaml:2:10: warning label-taken {taken}",
    ]
    assert check_paths(newsroom.folder).problems == list(problems)


def test_the_last_good_version_of_a_broken_file_has_conflicts_too(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Boats"])
    describe(newsroom, "boats", "name: Boats", "aliases: [Sea]")
    newsroom.collect()
    describe(newsroom, "boats", "name: [")
    describe(newsroom, "sea", "name: Sea")
    problems = newsroom.collect().problems
    assert [(problem.line, problem.code) for problem in problems] == [(1, "label-taken"), (2, "yaml")]


# Whatever happens

TOPICS = ("A", "B", "C")
TIMES = ("2021-01-01", "2021-02-02T12:30:00Z", "2021-03-04T12:10:00Z", "2021-03-04T12:20:00Z", RETIRED)
PATHS = ("/", "/feeds.opml", *(f"/topics/{topic.lower()}.json" for topic in TOPICS), "/topics/a,b.json")
Step = tuple[int, dict[str, list[str]], dict[str, str]]


def topic_files() -> SearchStrategy[list[str]]:
    other = st.sampled_from(TOPICS)
    end = st.builds(lambda time, other: [f"retired: {time}", f"successor: {other}"], st.sampled_from(TIMES), other)
    return st.one_of(
        st.just([]),
        st.just(["description: It is."]),
        other.map(lambda other: [f"renamed_from: {other}"]),
        other.map(lambda other: [f"merged_into: {other}"]),
        end,
        end,
    )


def steps() -> SearchStrategy[list[Step]]:
    files = st.dictionaries(st.sampled_from(TOPICS), topic_files(), max_size=2)
    articles = st.dictionaries(st.sampled_from("xyz"), st.sampled_from(TOPICS), max_size=2)
    return st.lists(st.tuples(st.sampled_from([1, 600, 60_000]), files, articles), min_size=1, max_size=8)


def look(newsroom: Newsroom) -> dict[str, tuple[bytes, datetime | None]]:
    """Return the bytes and dates of all existing documents; other paths must redirect or be gone."""
    found = {}
    with newsroom.catalog.reading() as reader:
        for path in PATHS:
            try:
                address = parse_and_resolve(path, reader, now=newsroom.now)
                made = make_document(address, reader, settings=SETTINGS, now=newsroom.now)
                found[path] = (made.body, made.last_modified)
            except (GoneError, MovedError):
                pass
            except NotFoundError:
                assert newsroom.query(f"SELECT 1 FROM topics WHERE slug = '{path[8]}'") == []  # noqa: S608 ours
    return found


def check(known: dict[str, tuple[bytes, datetime | None]], newsroom: Newsroom) -> None:
    """Check that Last-Modified moves forward when bytes change, even if the path redirected in the meantime."""
    for path, (body, changed) in look(newsroom).items():
        before = known.get(path)
        if before and before[0] != body:
            assert changed is not None, path
            assert before[1] is None or changed > before[1], path
        known[path] = (body, changed)


def run(newsroom: Newsroom, history: list[Step]) -> None:
    newsroom.write("x", topics=["A", "B"])
    newsroom.collect()
    known = look(newsroom)
    for seconds, files, articles in history:
        newsroom.wait(seconds=seconds)
        check(known, newsroom)
        for name, lines in files.items():
            describe(newsroom, name, f"name: {name}", *lines)
        for name, topic in articles.items():
            newsroom.write(name, topics=[topic])
        newsroom.collector().collect()
        check(known, newsroom)
    assert newsroom.dump() == dump_fresh(newsroom, "")


@pytest.mark.slow
@pytest.mark.timeout(300 + 10 * SOAK)
@settings(deadline=None, max_examples=SOAK or 5, phases=PHASES, derandomize=not SOAK)
@given(steps())
def test_validators_follow_all_changes_to_topics(history: list[Step]) -> None:
    with open_newsroom() as newsroom:
        run(newsroom, history)


@pytest.mark.timeout(300 + 10 * SOAK)
@settings(deadline=None, max_examples=SOAK or 1, phases=PHASES, derandomize=not SOAK)
@given(history=steps())
def test_validators_follow_all_changes_on_postgresql(postgresql: DatabaseServer, history: list[Step]) -> None:
    with open_newsroom(postgresql.create_schema()) as newsroom:
        run(newsroom, history)

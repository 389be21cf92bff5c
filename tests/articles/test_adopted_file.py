"""The file of adopted ids is read strictly: an error rejects the whole file, and nothing is lost by writing it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.articles.adopted_file import is_feed_path, is_valid_id, parse_adopted_file, write_adopted_file
from feeds.model.adopted import AdoptedFile
from feeds.model.entry import AdoptedIds
from feeds.model.errors import ArticleError

ONE, TWO = "https://blog.example/one", "https://blog.example/two"


def test_every_field_is_read() -> None:
    data = (
        b"feeds:\n- url: https://blog.example/index.xml\n  feed: /feed.rss\n"
        b"entries:\n- url: https://blog.example/one\n  id: http://blog.example/one\n  permalink: no\n"
        b"- url: https://blog.example/two\n  atom: tag:blog.example,2020:2\n  rss: 17\n  json: ' 2'\n"
    )
    file, problems = parse_adopted_file(data, "adopted.yaml")
    assert problems == ()
    assert file == AdoptedFile(
        feeds={"https://blog.example/index.xml": "/feed.rss"},
        entries={
            ONE: AdoptedIds(every="http://blog.example/one", is_permalink=False),
            TWO: AdoptedIds(atom="tag:blog.example,2020:2", rss="17", json=" 2"),
        },
    )
    assert [file.entries[TWO].find(format) for format in ("atom", "rss", "json")] == [
        "tag:blog.example,2020:2",
        "17",
        " 2",
    ]
    assert [file.entries[ONE].find(format) for format in ("atom", "rss", "json")] == ["http://blog.example/one"] * 3


def test_an_empty_list_is_no_error() -> None:
    assert parse_adopted_file(b"feeds:\nentries: []\n", "adopted.yaml")[0] == AdoptedFile()


ENTRY = f"entries:\n- url: {ONE}\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "1:1: error not-a-mapping"),
        ("entries: [", "1:11: error yaml"),
        ("posts: []", "1:1: error unknown-field"),
        ("entries: {a: b}", "1:10: error not-a-list"),
        ("entries: [one]", "1:11: error not-a-mapping"),
        ("entries:\n- id: urn:x", "2:3: error missing-url"),
        ("entries:\n- url: /one\n  id: urn:x", "2:8: error bad-url"),
        (f"entries:\n- url: https://blog.example/{'x' * 2_000}\n  id: urn:x", "2:8: error too-long"),
        (f"{ENTRY}", "2:3: error missing-id"),
        (f"{ENTRY}  rss: ''", "2:3: error missing-id"),
        (f"{ENTRY}  rss: {'x' * 2_001}", "3:8: error bad-id"),
        (f'{ENTRY}  rss: "a\\x01b"', "3:8: error bad-id"),
        (f"{ENTRY}  rss: [a]", "3:8: error bad-id"),
        (f"{ENTRY}  id: one", "3:7: error bad-id"),
        (f"{ENTRY}  atom: 'urn:a b'", "3:9: error bad-id"),
        (f"{ENTRY}  rss: tag:topic-feeds.invalid,2021:x", "3:8: error bad-id"),
        (f"{ENTRY}  rss: 1\n  permalink: maybe", "4:14: error bad-flag"),
        (f"{ENTRY}  rss: 1\n  guid: 2", "4:3: error unknown-field"),
        (f"{ENTRY}  rss: 1\n  rss: 2", "4:3: error duplicate-key"),
        (f"{ENTRY}  rss: 1\n- url: {ONE}\n  rss: 2", "4:8: error duplicate-entry"),
        (f"{ENTRY}  rss: urn:1\n- url: {TWO}\n  atom: urn:1", "5:9: error duplicate-id"),
        ("feeds:\n- url: index.xml\n  feed: /feed.rss", "2:8: error bad-url"),
        ("feeds:\n- url: https://blog.example/a\n  feed: /feed", "3:9: error bad-feed"),
        ("feeds:\n- url: https://blog.example/a", "2:3: error bad-feed"),
        (
            "feeds:\n- {url: 'https://b.example/a', feed: /feed.rss}\n- {url: 'https://b.example/a', feed: /feed.rss}",
            "3:9: error duplicate-feed",
        ),
        ("entries:\n" + "- {url: x}\n" * 10_001, "2:1: error too-many"),
        ("feeds:\n" + "- {url: x}\n" * 101, "2:1: error too-many"),
    ],
)
def test_an_error_rejects_the_file_and_names_the_line(text: str, found: str) -> None:
    with pytest.raises(ArticleError) as error:
        parse_adopted_file(text.encode(), "adopted.yaml")
    problems = [str(problem) for problem in error.value.problems]
    assert any(problem.startswith(f"adopted.yaml:{found} ") for problem in problems), problems


def test_a_feed_has_a_path() -> None:
    assert [path for path in ("/feed.rss", "/topics/ai.atom", "/topics/é.json") if not is_feed_path(path)] == []
    bad = ("feed.rss", "//x/feed.rss", "/feed", "/feed.xml", "/feed.rss?limit=5", "/a b.rss", "/a\n.rss", "/a#.rss")
    assert [path for path in bad if is_feed_path(path)] == []


ids = st.text(max_size=40) | st.text("ab:/?#[]@!$&'()*+,;=%20 \t\n\"\\\x00\x85\u2028\ud800é🚀", max_size=40)
formats = ("every", "atom", "rss", "json")


@settings(max_examples=40)
@given(st.data())
def test_what_is_written_is_read_again(data: st.DataObject) -> None:
    entries: dict[str, AdoptedIds] = {}
    taken: set[str] = set()
    for number in range(data.draw(st.integers(0, 3))):
        chosen = {format: data.draw(ids) for format in formats}
        valid = {format: id for format, id in chosen.items() if is_valid_id(id, format) and id not in taken}
        taken.update(valid.values())
        if valid:
            permalink = data.draw(st.none() | st.booleans())
            entries[f"https://blog.example/{number}"] = AdoptedIds(**valid, is_permalink=permalink)
    file = AdoptedFile(feeds={"https://blog.example/index.xml?a=b": "/topics/é,b.rss"}, entries=entries)
    assert parse_adopted_file(write_adopted_file(file).encode(), "adopted.yaml") == (file, ())

"""Adopted ids reach the entries they belong to, and only those; an error in the file changes nothing."""

from pathlib import Path

import pytest

from feeds.articles.content_file import ContentFile
from feeds.articles.files import scan
from feeds.collector.adopted_files import make_adoption, parse_adopted_files
from feeds.model.entry import AdoptedIds
from feeds.model.errors import SettingsError
from feeds.model.feed import Format
from tests.support.newsroom import Newsroom, dump_fresh, related, url_of


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "articles", f"sqlite:///{tmp_path / 'catalog.sqlite'}")


@pytest.fixture
def any_newsroom(database_url: str, tmp_path: Path) -> Newsroom:
    """Give a newsroom on each engine in turn."""
    return Newsroom(tmp_path / "articles", database_url)


def adopt(newsroom: Newsroom, text: str) -> None:
    (newsroom.folder / "adopted.yaml").write_text(text, encoding="utf-8")


def entry_of(name: str, **ids: str) -> str:
    return f"- url: {url_of(name)}\n" + "".join(f'  {key}: "{id}"\n' for key, id in ids.items())


def file_of(newsroom: Newsroom, name: str) -> ContentFile:
    return ContentFile(name, str(newsroom.folder / name), "")


def shown(newsroom: Newsroom, format: Format = Format.ATOM) -> dict[str, str]:
    """Return the id of each entry in a format, by the last part of its URL."""
    return {entry.url.rpartition("/")[2]: entry.find_id(format) for entry in newsroom.see().entries}


def test_entries_show_adopted_ids_and_only_they_change(newsroom: Newsroom) -> None:
    for name in ("one", "two", "three"):
        newsroom.write(name)
    newsroom.collect()
    before = {entry.url: entry for entry in newsroom.see().entries}
    adopt(newsroom, "entries:\n" + entry_of("one", id="urn:1") + entry_of("two", rss="2", json="two"))
    result = newsroom.collect()
    assert (result.problems, result.changed, result.added, result.withdrawn) == ((), 2, 0, 0)
    assert shown(newsroom) == {"one": "urn:1", "two": url_of("two"), "three": url_of("three")}
    assert shown(newsroom, Format.RSS) == {"one": "urn:1", "two": "2", "three": url_of("three")}
    assert shown(newsroom, Format.JSON) == {"one": "urn:1", "two": "two", "three": url_of("three")}
    after = {entry.url: entry for entry in newsroom.see().entries}
    assert [url for url in before if before[url] != after[url]] == [url_of("one"), url_of("two")]
    assert all(before[url].updated == after[url].updated for url in before)
    assert newsroom.collect().changed == 0


def test_the_catalog_equals_a_fresh_one(any_newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> None:
    newsroom = any_newsroom

    def check() -> None:
        url = f"sqlite:///{tmp_path_factory.mktemp('fresh')}/catalog.sqlite"
        assert newsroom.dump() == dump_fresh(newsroom, url)

    newsroom.write("one", related=related("two", "three"))
    newsroom.write("four", publishedDateTime="2021-03-04T13:00:00Z")  # an hour ahead
    adopt(newsroom, "entries:\n" + entry_of("one", id="urn:1") + entry_of("two", atom="urn:2"))
    newsroom.collect()
    adopt(newsroom, "entries:\n" + entry_of("two", atom="urn:3") + entry_of("four", id=url_of("three")))
    newsroom.collect()
    check()
    newsroom.wait(hours=2)
    newsroom.collect()
    check()
    (newsroom.folder / "adopted.yaml").unlink()
    newsroom.collect()
    check()


def test_a_partial_collect_keeps_the_ids(newsroom: Newsroom) -> None:
    path = newsroom.write("one")
    adopt(newsroom, "entries:\n" + entry_of("one", id="urn:1"))
    newsroom.collect()
    newsroom.write("one", title="Another title")
    from_catalog = newsroom.collect(only=[file_of(newsroom, path.name)])
    assert from_catalog.changed == 1
    assert shown(newsroom) == {"one": "urn:1"}


def test_an_adopted_id_wins_over_every_other_claim(newsroom: Newsroom) -> None:
    newsroom.write("one", publishedDateTime="2021-03-02T12:00:00Z")
    newsroom.write("two", id="urn:2")
    newsroom.write("three", related=related("four"))
    adopt(
        newsroom, "entries:\n" + entry_of("one", rss="urn:2", atom=url_of("three")) + entry_of("x", id=url_of("four"))
    )
    result = newsroom.collect()
    assert [(problem.path.rpartition("/")[2], problem.code) for problem in result.problems] == [
        ("three.md", "id-adopted"),
        ("two.md", "id-adopted"),
    ]
    spare = "tag:topic-feeds.invalid,2021:"
    assert shown(newsroom) == {
        "one": url_of("three"),
        "two": url_of("two"),
        "three": f"{spare}{url_of('three')}",
        "four": f"{spare}{url_of('four')}",
    }
    assert shown(newsroom, Format.RSS)["one"] == "urn:2"
    for format in Format:
        assert len(set(shown(newsroom, format).values())) == 4


def test_a_related_item_keeps_its_adopted_id_when_it_becomes_an_article(newsroom: Newsroom) -> None:
    newsroom.write("lead", related=related("one"))
    adopt(newsroom, "entries:\n" + entry_of("one", id="urn:1"))
    newsroom.collect()
    assert shown(newsroom)["one"] == "urn:1"
    newsroom.write("one")
    newsroom.collect()
    assert shown(newsroom)["one"] == "urn:1"


def test_a_broken_file_keeps_the_last_good_version(newsroom: Newsroom) -> None:
    newsroom.write("one")
    adopt(newsroom, "entries:\n" + entry_of("one", id="urn:1"))
    newsroom.collect()
    adopt(newsroom, "entries:\n" + entry_of("one", id="urn:2") + entry_of("two", id="urn:2"))
    result = newsroom.collect()
    (problem,) = result.problems
    assert (problem.line, problem.column, problem.code) == (5, 7, "duplicate-id")
    assert (result.changed, result.rejected) == (0, 1)
    assert shown(newsroom) == {"one": "urn:1"}


def test_without_a_good_version_a_new_catalog_is_refused(newsroom: Newsroom) -> None:
    newsroom.write("one")
    adopt(newsroom, "entries: 1\n")
    with pytest.raises(SettingsError, match=r"adopted\.yaml:1:10: .* nothing was collected"):
        newsroom.collect()
    adopt(newsroom, "entries: []\n")
    assert newsroom.collect().added == 1


def test_the_addresses_of_earlier_feeds_are_for_servers(newsroom: Newsroom) -> None:
    newsroom.write("one")
    newsroom.collect()
    adopt(newsroom, "feeds:\n- url: https://blog.example/index.xml\n  feed: /feed.rss\n")
    assert newsroom.collect().changed == 0
    with newsroom.catalog.reading() as reader:
        assert reader.read_state().former_feeds == '{"https://blog.example/index.xml":"/feed.rss"}'


def test_files_of_several_folders_must_not_repeat_each_other(tmp_path_factory: pytest.TempPathFactory) -> None:
    folders = [tmp_path_factory.mktemp(name) for name in ("a", "b")]
    for folder, other in zip(folders, ("x", "y"), strict=True):
        (folder / "adopted.yaml").write_text(
            f"entries:\n{entry_of('one', id='urn:1')}{entry_of(other, id='urn:' + other)}"
        )
    content = scan(folders, now_ns=0)
    parsed, problems = parse_adopted_files(content, known={})
    assert [(problem.path, problem.code) for problem in problems] == [
        (str(folders[1] / "adopted.yaml"), "adopted-twice")
    ]
    adoption = make_adoption(parsed)
    assert adoption.ids == {url_of("one"): AdoptedIds(every="urn:1"), url_of("x"): AdoptedIds(every="urn:x")}
    assert adoption.owners == {"urn:1": url_of("one"), "urn:x": url_of("x")}

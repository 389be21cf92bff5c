from pathlib import Path

import pytest

from feeds.collector.lint import check_folders
from feeds.model.errors import Level, SettingsError
from tests.support.newsroom import Newsroom

TOPIC = "_id: ml\nname: Machine Learning\n"


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "content", f"sqlite:///{tmp_path / 'catalog.sqlite3'}")


def check(room: Newsroom) -> list[tuple[str, str]]:
    """Give the file and the code of every problem."""
    problems = check_folders([room.folder], progress=lambda _done, _total: None)
    return [(Path(problem.path).name, problem.code) for problem in problems]


def test_good_articles_have_no_problems(room: Newsroom) -> None:
    room.write("a", topics=["AI"])
    room.write("b", topics=["AI", "Robotics"])
    assert check(room) == []


def test_an_empty_folder_has_no_problems(room: Newsroom) -> None:
    assert check(room) == []


def test_problems_come_by_path_and_place(room: Newsroom) -> None:
    room.write_text("b", "title: [\n")
    room.write("a", title=None)
    assert [name for name, _ in check(room)] == ["a.md", "b.md"]


def test_all_but_the_first_file_with_an_address_are_duplicates(room: Newsroom) -> None:
    room.write("b", webUrl="https://news.example/1")
    room.write("a", webUrl="https://news.example/1")
    room.write("c", webUrl="https://news.example/1")
    assert check(room) == [("b.md", "duplicate-url"), ("c.md", "duplicate-url")]


def test_an_unpublished_file_duplicates_nothing(room: Newsroom) -> None:
    room.write("a", webUrl="https://news.example/1")
    room.write("b", webUrl="https://news.example/1", published=False)
    assert check(room) == []


def test_topics_that_would_share_an_address_clash(room: Newsroom) -> None:
    room.write("a", topics=["c sharp"])
    room.write("b", topics=["C#"])
    assert check(room) == [("b.md", "topic-clash")]


def test_spellings_of_one_topic_do_not_clash(room: Newsroom) -> None:
    room.write("a", topics=["Computer Vision"])
    room.write("b", topics=["computer  vision"])
    assert check(room) == []


def write_topic(room: Newsroom, text: str) -> None:
    (room.folder / "topics").mkdir()
    (room.folder / "topics" / "ml.yaml").write_text(text)


def test_a_good_topic_file_has_no_problems(room: Newsroom) -> None:
    write_topic(room, TOPIC)
    assert check(room) == []


def test_labels_that_a_topic_file_makes_one_do_not_clash(room: Newsroom) -> None:
    write_topic(room, "name: C#\n_id: c sharp\n")
    room.write("a", topics=["c sharp"])
    room.write("b", topics=["C#"])
    assert check(room) == []
    assert room.collect().problems == ()


@pytest.mark.parametrize("text", ["description: no name\n", "name: [\n", "- a list\n"])
def test_a_bad_topic_file_is_an_error(room: Newsroom, text: str) -> None:
    write_topic(room, text)
    problems = check_folders([room.folder], progress=lambda _done, _total: None)
    assert [(Path(problem.path).name, problem.level) for problem in problems] == [("ml.yaml", Level.ERROR)]


def test_progress_ends_at_the_number_of_articles(room: Newsroom) -> None:
    seen: list[tuple[int, int]] = []
    for name in "abc":
        room.write(name)
    check_folders([room.folder], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_what_collect_reports_check_reports(room: Newsroom) -> None:
    room.write("a", webUrl="https://news.example/1", topics=["c sharp"])
    room.write("b", webUrl="https://news.example/1", topics=["C#"])
    room.write("c", title=None)
    write_topic(room, TOPIC)
    collected = [(Path(problem.path).name, problem.code) for problem in room.collect().problems]
    assert sorted(collected) == sorted(check(room))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        check_folders([tmp_path / "nowhere"], progress=lambda _done, _total: None)

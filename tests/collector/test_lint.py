from pathlib import Path

import pytest

from feeds.model.errors import Level, SettingsError
from tests.support.checks import check_paths
from tests.support.newsroom import Newsroom, url_of

TOPIC = "_id: ml\nname: Machine Learning\n"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "content", f"sqlite:///{tmp_path / 'catalog.sqlite3'}")


def check(newsroom: Newsroom) -> list[tuple[str, str]]:
    """Return the file and the code of every problem."""
    problems = check_paths(newsroom.folder).problems
    return [(Path(problem.path).name, problem.code) for problem in problems]


def test_good_articles_have_no_problems(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["AI"])
    newsroom.write("b", topics=["AI", "Robotics"])
    assert check(newsroom) == []


def test_an_empty_folder_has_no_problems(newsroom: Newsroom) -> None:
    assert check(newsroom) == []


def test_problems_are_sorted_by_path_and_position(newsroom: Newsroom) -> None:
    newsroom.write_text("b", "title: [\n")
    newsroom.write("a", title=None)
    assert [name for name, _ in check(newsroom)] == ["a.md", "b.md"]


def test_all_files_with_a_url_except_the_first_are_duplicates(newsroom: Newsroom) -> None:
    newsroom.write("b", webUrl="https://news.example/1")
    newsroom.write("a", webUrl="https://news.example/1")
    newsroom.write("c", webUrl="https://news.example/1")
    assert check(newsroom) == [("b.md", "duplicate-url"), ("c.md", "duplicate-url")]


def test_an_unpublished_file_duplicates_nothing(newsroom: Newsroom) -> None:
    newsroom.write("a", webUrl="https://news.example/1")
    newsroom.write("b", webUrl="https://news.example/1", published=False)
    assert check(newsroom) == []


def test_articles_that_claim_one_id_are_errors(newsroom: Newsroom) -> None:
    newsroom.write("b", id="urn:story:1")
    newsroom.write("a", id="urn:story:1", publishedDateTime="2021-03-02")
    problems = check_paths(newsroom.folder).problems
    assert [(Path(each.path).name, each.level, each.code) for each in problems] == [
        ("a.md", Level.ERROR, "id-taken"),
        ("b.md", Level.ERROR, "id-shared"),
    ]
    assert "b.md keeps" in problems[0].message
    assert "a.md claims" in problems[1].message


def test_the_url_of_another_article_as_id_is_an_error(newsroom: Newsroom) -> None:
    newsroom.write("a", id="https://gazette.example/b")
    newsroom.write("b")
    newsroom.write("c", id="https://r.example/", related=[{"title": "R", "webUrl": "https://r.example/"}])
    assert check(newsroom) == [("a.md", "id-shared"), ("b.md", "id-taken")]


def test_topics_with_the_same_slug_clash(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["c sharp"])
    newsroom.write("b", topics=["C#"])
    assert check(newsroom) == [("b.md", "topic-clash")]


def test_spellings_of_one_topic_do_not_clash(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Computer Vision"])
    newsroom.write("b", topics=["computer  vision"])
    assert check(newsroom) == []


def write_topic(newsroom: Newsroom, text: str) -> None:
    (newsroom.folder / "topics").mkdir()
    (newsroom.folder / "topics" / "ml.yaml").write_text(text)


def test_a_good_topic_file_has_no_problems(newsroom: Newsroom) -> None:
    write_topic(newsroom, TOPIC)
    assert check(newsroom) == []


def test_merged_labels_do_not_clash(newsroom: Newsroom) -> None:
    write_topic(newsroom, "name: C#\n_id: c sharp\n")
    newsroom.write("a", topics=["c sharp"])
    newsroom.write("b", topics=["C#"])
    assert check(newsroom) == []
    assert newsroom.collect().problems == ()


@pytest.mark.parametrize("text", ["description: no name\n", "name: [\n", "- a list\n"])
def test_a_bad_topic_file_is_an_error(newsroom: Newsroom, text: str) -> None:
    write_topic(newsroom, text)
    problems = check_paths(newsroom.folder).problems
    assert [(Path(problem.path).name, problem.level) for problem in problems] == [("ml.yaml", Level.ERROR)]


def test_progress_ends_at_the_number_of_articles(newsroom: Newsroom) -> None:
    seen: list[tuple[int, int]] = []
    for name in "abc":
        newsroom.write(name)
    check_paths(newsroom.folder, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_check_reports_the_problems_of_a_collect(newsroom: Newsroom) -> None:
    newsroom.write("a", webUrl="https://news.example/1", topics=["c sharp"])
    newsroom.write("b", webUrl="https://news.example/1", topics=["C#"])
    newsroom.write("c", title=None)
    newsroom.write("d", id="urn:story:1")
    newsroom.write("e", id="urn:story:1", published=False)
    newsroom.write("f", id="https://gazette.example/d")
    write_topic(newsroom, TOPIC)
    collected = [(Path(problem.path).name, problem.code) for problem in newsroom.collect().problems]
    assert sorted(collected) == sorted(check(newsroom))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        check_paths(tmp_path / "nowhere")


def test_adopted_ids_are_checked(newsroom: Newsroom) -> None:
    newsroom.write("a")
    path = newsroom.folder / "adopted.yaml"
    path.write_text(f"entries:\n- url: {url_of('b')}\n  id: {url_of('a')}\n")
    assert check(newsroom) == [("a.md", "id-adopted"), ("adopted.yaml", "adopted-unused")]
    newsroom.write("b")
    assert check(newsroom) == [("a.md", "id-adopted")]
    path.write_text("entries:\n- id: urn:1\n")
    assert check(newsroom) == [("adopted.yaml", "missing-url")]
    assert [problem.code for problem in check_paths(path).problems] == ["missing-url"]


def test_a_misplaced_file_of_adopted_ids_is_reported(newsroom: Newsroom) -> None:
    (newsroom.folder / "2026").mkdir()
    (newsroom.folder / "2026" / "adopted.yaml").write_text("entries: []\n")
    assert check(newsroom) == [("adopted.yaml", "misplaced-adopted")]

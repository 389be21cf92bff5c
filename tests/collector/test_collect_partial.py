"""A partial collect reports only its files, and its cost does not grow with the catalog."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from feeds.articles.files import locate_article
from feeds.collector.collect_result import CollectResult
from tests.support.newsroom import Newsroom, related, url_of

STEP = 100


def collect_only(newsroom: Newsroom, *names: str) -> CollectResult:
    located = [locate_article([newsroom.folder], str(newsroom.folder / f"{name}.md")) for name in names]
    return newsroom.collect(only=[file for file in located if file])


def list_codes(result: CollectResult) -> list[tuple[str, str]]:
    return [(Path(problem.path).stem, problem.code) for problem in result.problems]


def test_a_partial_collect_counts_its_files_and_all_entries(newsroom: Newsroom) -> None:
    for name in "abc":
        newsroom.write(name, related=related(f"{name}1"))
    newsroom.collect()
    newsroom.write("a", title="Other")
    newsroom.delete("b")
    result = collect_only(newsroom, "a", "b", "c")
    assert (result.read, result.files_unchanged, result.files_removed, result.rejected) == (1, 1, 1, 0)
    assert (result.added, result.changed, result.withdrawn, result.unchanged) == (0, 1, 3, 2)


def test_a_readme_without_front_matter_is_no_article(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.write("README")
    assert newsroom.collect().added == 2
    (newsroom.folder / "README.md").write_text("# About this folder\n")
    result = collect_only(newsroom, "README")
    assert (result.files_removed, result.withdrawn, result.problems) == (1, 1, ())
    result = newsroom.collect()
    assert (result.files_unchanged + result.read, result.rejected) == (1, 0)


def test_a_partial_collect_reports_only_its_files(newsroom: Newsroom) -> None:
    newsroom.write("a", images="none")
    newsroom.write_text("b", "title: [\n")
    assert newsroom.collect().rejected == 1
    newsroom.write("c", title=None)
    assert list_codes(collect_only(newsroom, "c")) == [("c", "missing-title")]
    again = collect_only(newsroom, "b", "c")
    assert {name for name, _ in list_codes(again)} == {"b", "c"}
    assert again.rejected == 2


def test_a_partial_collect_reports_conflicts_with_other_files(newsroom: Newsroom) -> None:
    newsroom.write("a", webUrl=url_of("same"))
    newsroom.write("b")
    newsroom.write("d", topics=["Ärger"])
    newsroom.collect()
    newsroom.write("c", webUrl=url_of("same"))
    assert list_codes(collect_only(newsroom, "c")) == [("c", "duplicate-url")]
    assert list_codes(collect_only(newsroom, "b")) == []
    newsroom.write("e", topics=["Arger"])
    assert [code for _, code in list_codes(collect_only(newsroom, "e"))] == ["topic-clash"]
    assert list_codes(collect_only(newsroom, "b")) == []
    assert sorted(code for _, code in list_codes(newsroom.collect())) == ["duplicate-url", "topic-clash"]


def test_deleting_one_of_many_files_is_no_mass_removal(newsroom: Newsroom) -> None:
    for name in "abc":
        newsroom.write(name)
    newsroom.collect()
    newsroom.delete("b")
    assert collect_only(newsroom, "b").withdrawn == 1


@contextmanager
def counting_steps() -> Iterator[list[int]]:
    """Count the steps of SQLite's virtual machine, in hundreds, in all connections opened inside the block."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    def attach(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_progress_handler(count, STEP)

    event.listen(Engine, "connect", attach)
    try:
        yield steps
    finally:
        event.remove(Engine, "connect", attach)


def measure_partial(folder: Path, *, articles: int) -> int:
    """Count the cost of changing, rejecting and withdrawing an article among others, each with a problem."""
    folder.mkdir()
    newsroom = Newsroom(folder / "articles", f"sqlite:///{folder / 'catalog.sqlite'}")
    # A commit reads the newest 50 entries, and the lists of topics and publishers.
    papers = [{"name": f"Paper {number % 20}", "domain": f"{number % 20}.example"} for number in range(articles)]
    for number, paper in enumerate(papers):
        newsroom.write(f"{number}", provider=paper, images="none")
    newsroom.collect()
    newsroom.write("0", title="Other", provider=papers[0])
    newsroom.write_text("1", "title: [\n")
    newsroom.delete("2")
    with counting_steps() as steps:
        result = collect_only(newsroom, "0", "1", "2")
    assert (result.changed, result.rejected, result.withdrawn) == (1, 1, 1)
    return steps[0] * STEP


def test_the_cost_in_the_database_does_not_grow_with_the_catalog(tmp_path: Path) -> None:
    few = measure_partial(tmp_path / "few", articles=60)
    many = measure_partial(tmp_path / "many", articles=390)
    assert many < 1.2 * few + STEP

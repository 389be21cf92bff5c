"""The report has counts first, cuts long lists with totals, and quotes nothing as markup or control characters."""

from contextlib import chdir
from pathlib import Path

import pytest

from feeds.compare.difference_report import list_problems, write_markdown, write_text
from feeds.compare.differences import SiteDifference
from tests.support.articles import write_article
from tests.support.comparison import compare


@pytest.fixture(scope="module")
def difference(tmp_path_factory: pytest.TempPathFactory) -> SiteDifference:
    with chdir(tmp_path_factory.mktemp("change")):
        return make_difference()


def make_difference() -> SiteDifference:
    for folder in ("old", "new"):
        write_article(Path(folder), "a", title="Terns")
        write_article(Path(folder), "b", title='"Gulls \\x1b[31m ```` <b>"')
    write_article(Path("new"), "a", title="Terns", webUrl="https://gazette.example/terns")
    Path("new/b.md").unlink()
    for number in range(12):
        write_article(Path("new"), f"c{number}", topics=f"[Topic {number}, Topic {number + 12}]")
    return compare("old", "new")


def test_the_text_has_counts_then_failures_then_feeds(difference: SiteDifference) -> None:
    lines = write_text(difference).splitlines()
    assert lines[0] == "13 new, 2 withdrawn, 1 doubled, 1 lost; in 3 feeds."
    assert lines[2:6] == [
        "Doubled: subscribers get these stories again.",
        "  new/a.md: Terns (same title and date)",
        "    was https://gazette.example/a",
        "    now https://gazette.example/terns",
    ]
    assert lines[7:9] == [
        "Lost: no file withdraws these stories.",
        "  old/b.md: Gulls [31m ```` <b> (its file is deleted)",
    ]
    assert lines[10:12] == ["Feeds:", "  /topics/topic-0 appears"]
    assert "  … and 4 more feeds" in lines
    assert "/feed: 13 new, 2 withdrawn" in lines
    assert "  … and 3 more stories" in lines
    assert "  - Terns (2024-05-06, has another id)" in lines


def test_a_complete_text_has_every_story(difference: SiteDifference) -> None:
    text = write_text(difference, is_complete=True)
    assert "more" not in text
    assert text.count("  + Title of c") == 24 - 12 + 12


def test_markdown_holds_the_text_in_a_fence(difference: SiteDifference) -> None:
    lines = write_markdown(difference).splitlines()
    assert lines[:3] == ["### What subscribers see", "", "`````text"]
    assert lines[-1] == "`````"


def test_problems_name_files_and_say_what_to_do(difference: SiteDifference) -> None:
    doubled, lost = list_problems(difference)
    assert str(doubled).startswith("new/a.md:1:1: error doubled-entry Subscribers get “Terns” again")
    assert doubled.message.endswith("write `id: https://gazette.example/a`.")
    assert str(lost).startswith("old/b.md:1:1: error lost-entry “Gulls")
    assert lost.message.endswith("restore the file, or keep it with `published: false`.")


def test_equal_states_need_one_line(tmp_path: Path) -> None:
    write_article(tmp_path / "old", "a")
    assert write_text(compare(tmp_path / "old", tmp_path / "old")) == "No story is new, updated or withdrawn."

"""README.md and the like are no articles, unless they have front matter."""

from pathlib import Path

import pytest

from feeds.articles.files import scan
from feeds.articles.repository_files import is_about_repository


@pytest.mark.parametrize("name", ["README.md", "readme.markdown", "Code_of_Conduct.md", "README.de.md", "LICENSE.md"])
def test_a_file_about_the_repository_is_no_article(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Harbour News\n")
    assert is_about_repository(str(tmp_path / name))
    assert scan([tmp_path], now_ns=0).articles == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("README.md", "---\ntitle: x\n"), ("README.md", "\ufeff---\n"), ("readmes.md", "# x"), ("a.md", "")],
)
def test_other_files_are_articles(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert not is_about_repository(str(tmp_path / name))
    assert [file.key for file in scan([tmp_path], now_ns=0).articles] == [name]


def test_an_unreadable_file_is_left_to_the_collect(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to(tmp_path / "nowhere")
    assert not is_about_repository(str(tmp_path / "README.md"))

"""Posts of other tools are read although the native shape would be rejected."""

import time
from pathlib import Path

import pytest

from feeds.articles.article import parse_article_file
from feeds.articles.files import scan
from feeds.articles.parsed import ParsedFile
from feeds.model.errors import ArticleError, Level
from tests.articles.dialects.sample_site import write_file


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    write_file(tmp_path / "_config.yml", "url: https://example.org")
    return tmp_path


def read_post(blog: Path, name: str, text: str) -> ParsedFile:
    path = write_file(blog / name, text)
    (file,) = [file for file in scan([blog], now_ns=time.time_ns()).articles if file.key == name]
    return parse_article_file(path.read_bytes(), str(path), key=name, site=file.site)


def test_a_duplicate_of_an_unused_key_is_a_warning(blog: Path) -> None:
    parsed = read_post(blog, "_posts/2020-01-02-a.md", "---\ntitle: x\nredirect_from: a\nredirect_from: b\n---\n")
    (problem,) = parsed.problems
    assert (problem.line, problem.level, problem.code) == (4, Level.WARNING, "duplicate-key")
    assert parsed.article


def test_a_duplicate_of_a_used_key_rejects_the_post(blog: Path) -> None:
    with pytest.raises(ArticleError, match="duplicate-key"):
        read_post(blog, "_posts/2020-01-02-a.md", "---\ntitle: x\ntitle: y\n---\n")


def test_front_matter_of_a_post_may_be_empty(blog: Path) -> None:
    article = read_post(blog, "_posts/2020-01-02-a-story.md", "---\n---\nText").article
    assert article
    assert (article.title, article.url) == ("A Story", "https://example.org/2020/01/02/a-story.html")


@pytest.mark.parametrize("name", ["about.md", "_includes/note.md", "_docs/page.md"])
def test_files_of_a_site_that_are_no_posts_need_no_front_matter(blog: Path, name: str) -> None:
    assert read_post(blog, name, "Text").article is None

"""Invented articles are valid, and the same each time."""

from pathlib import Path

import pytest

from benchmarks.corpus import Corpus, find_newest, invent_articles, restoring, retitle
from feeds.articles.article import parse_article
from feeds.articles.parsed import PublicationState

COUNT = 40


@pytest.fixture
def invented(tmp_path: Path) -> Corpus:
    """Return a corpus of invented articles."""
    invent_articles(tmp_path / "articles", COUNT)
    return Corpus(COUNT, tmp_path / "articles", tmp_path / "catalog.sqlite")


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_invented_articles_have_every_field_and_no_problems(invented: Corpus) -> None:
    parsed = [parse_article(data, name) for name, data in read_all(invented.articles).items()]
    assert len(parsed) == COUNT
    assert [problem for _, problems in parsed for problem in problems] == []
    articles = [article for article, _ in parsed]
    assert {article.state for article in articles} == {PublicationState.PUBLISHED, PublicationState.UNPUBLISHED}
    assert all(article.topics and article.image for article in articles)
    assert any(article.related for article in articles)


def test_a_larger_corpus_contains_the_smaller_one(invented: Corpus, tmp_path: Path) -> None:
    invent_articles(tmp_path / "larger", COUNT + 10)
    assert read_all(tmp_path / "larger").items() > read_all(invented.articles).items()


def test_an_edit_is_undone(invented: Corpus) -> None:
    before = read_all(invented.articles)
    with restoring(find_newest(invented)) as path:
        retitle(path, "Something else")
        article, _ = parse_article(path.read_bytes(), path.name)
        assert article.title == "Something else"
        assert article.state is PublicationState.PUBLISHED
    assert read_all(invented.articles) == before

"""Corrections in front matter: dates, texts, limits, and problems that cost one correction each."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.articles.article import parse_article
from feeds.articles.mention import list_mentions
from feeds.articles.parsed import Article
from feeds.model.entry import MAX_CORRECTIONS, Correction
from feeds.model.errors import Problem
from tests.articles.test_article import wrap
from tests.support.posts import read_article

STORY = 'title: Story\nwebUrl: "https://x.example/"\npublishedDateTime: 2026-11-20T12:00:00Z\n'
GOOD = "{date: 2026-11-24, text: The bridge has two lanes.}"
READ = (Correction(datetime(2026, 11, 24, tzinfo=UTC), "The bridge has two lanes."),)


def read(front: str) -> tuple[Article, tuple[Problem, ...]]:
    return parse_article(wrap(STORY + front), "a.md")


def test_corrections_are_sorted_newest_first() -> None:
    article, problems = read(
        "corrections:\n"
        "  - {date: 2026-11-24T10:00:00+01:00, text: First of two}\n"
        "  - {date: 2026-11-25, text: Newest}\n"
        "  - {date: 2026-11-24T09:00:00Z, text: Second of two}\n"
        "  - {date: 2026-11-25, text: Newest}\n"
    )
    assert [each.text for each in article.corrections] == ["Newest", "First of two", "Second of two"]
    assert problems == ()


@pytest.mark.parametrize("front", [f"corrections: [{GOOD}]", f"corrections: {GOOD}"])
def test_a_single_correction_needs_no_list(front: str) -> None:
    assert read(front)[0].corrections == READ


@pytest.mark.parametrize("front", ["", "corrections:", "corrections: []", "corrections: [null]"])
def test_an_article_may_have_no_corrections(front: str) -> None:
    article, problems = read(front)
    assert (article.corrections, problems) == ((), ())


@pytest.mark.parametrize(
    ("item", "code", "line", "column"),
    [
        ("{text: No date}", "bad-correction", 6, 5),
        ("{date: 2026-11-24}", "bad-correction", 6, 5),
        ("{date: 2026-11-24, text: '  '}", "bad-correction", 6, 5),
        ("{date: soon, text: Bad date}", "bad-date", 6, 12),
        ("{date: 2026-11-24, text: [Bad text]}", "not-text", 6, 30),
        ("just a text", "not-a-mapping", 6, 5),
    ],
)
def test_a_bad_correction_costs_only_itself(item: str, code: str, line: int, column: int) -> None:
    article, problems = read(f"corrections:\n  - {item}\n  - {GOOD}")
    assert article.corrections == READ
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [(code, line, column)]


def test_a_correction_before_the_publication_gets_a_warning() -> None:
    article, (problem,) = read("corrections: {date: 2026-11-19, text: Too early}")
    assert len(article.corrections) == 1
    assert (problem.level, problem.code, problem.line) == ("warning", "early-correction", 5)


def test_texts_are_plain_and_bounded() -> None:
    article, problems = read(f'corrections: {{date: 2026-11-24, text: "a\\u0007\\n  b <b>{"x" * 2_000}"}}')
    (correction,) = article.corrections
    assert correction.text.startswith("a b <b>x")
    assert len(correction.text) == 1_000
    assert [problem.code for problem in problems] == ["cut-text"]


def test_the_number_is_bounded() -> None:
    items = "".join(f"  - {{date: 2026-11-24T00:{minute}:00Z, text: T{minute}}}\n" for minute in range(10, 40))
    article, problems = read(f"corrections:\n{items}")
    assert [each.text for each in article.corrections] == [
        f"T{minute}" for minute in range(39, 39 - MAX_CORRECTIONS, -1)
    ]
    assert [problem.code for problem in problems] == ["cut-corrections"]


@pytest.mark.parametrize("correction", [GOOD, f"[{GOOD}]"])
def test_posts_of_other_tools_have_corrections_and_removals_too(tmp_path: Path, correction: str) -> None:
    post = (
        f"---\ntitle: A\ndate: 2026-11-20\nlayout: post\nremovedDateTime: 2026-11-25\ncorrections: {correction}\n---\n"
    )
    article = read_article(tmp_path, post)
    assert article.corrections == READ
    assert article.removed == datetime(2026, 11, 25, tzinfo=UTC)


def test_corrections_of_a_related_item_belong_into_its_own_file() -> None:
    _, problems = read(f'related: [{{title: X, webUrl: "https://y.example/", corrections: [{GOOD}]}}]')
    assert [problem.code for problem in problems] == ["related-corrections"]


@pytest.mark.parametrize(
    ("front", "likely"), [("correctoins: []", "corrections"), ("corrections: {date: 2026-11-24, txt: x}", "text")]
)
def test_a_misspelt_name_is_reported(front: str, likely: str) -> None:
    _, problems = read(front)
    assert likely in next(problem.message for problem in problems if problem.code == "unknown-field")


@pytest.mark.parametrize("state", ["published: false", "removed: true"])
def test_a_hidden_article_leaves_neither_title_nor_text(state: str) -> None:
    article, _ = read(f"{state}\ntopics: [Tides]\nexcerpt: Secret\ncorrections: {GOOD}")
    (mention,) = list_mentions(article, "a.md")
    assert mention.draft is not None
    assert (mention.draft.title, mention.draft.summary) == ("", "")
    assert bool(mention.draft.corrections) is (state == "published: false")
    assert bool(mention.draft.categories) is (state == "removed: true")


def test_an_article_removed_before_its_publication_leaves_nothing() -> None:
    article, _ = read("removed: true\nremovedDateTime: 2026-11-19")
    assert [mention.draft for mention in list_mentions(article, "a.md")] == [None]


def test_an_unpublished_article_without_corrections_leaves_nothing() -> None:
    article, _ = read("published: false")
    assert [mention.draft for mention in list_mentions(article, "a.md")] == [None]

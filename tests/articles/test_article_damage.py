"""Every damaged file is read or reported; none raises another error."""

from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.articles.article import parse_article
from feeds.articles.front_matter import load_front_matter
from feeds.articles.parsed import Article, PublicationState
from feeds.model.errors import ArticleError
from tests.articles.test_article import FULL, wrap
from tests.support.environment import SOAK


def check(data: bytes) -> Article | None:
    """Check the guarantees that hold for every file; return the article if it is published."""
    try:
        article, problems = parse_article(data, "a.md")
    except ArticleError as error:
        article, problems = None, error.problems
    lines = data.count(b"\n") + 1
    assert all(1 <= problem.line <= lines and problem.column >= 1 and problem.message for problem in problems)
    if article and article.state is PublicationState.PUBLISHED:
        assert article.title
        assert article.url
        assert article.published
        assert article.updated
        assert article.published <= article.updated
        return article
    return None


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda data: b"---\n" + data + b"\n---\n"))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    check(data)


JUNK = st.binary(max_size=8) | st.sampled_from(
    b"\n|---|: |- |\t|  |[|{|&a |*a |\"|'|#|\x00|\xff|~|null|!x |<<: |]|}|0|-|\r".split(b"|")
)


@settings(max_examples=max(200, SOAK))
@given(st.lists(st.tuples(st.integers(0, len(FULL)), st.integers(0, 12), JUNK), min_size=1, max_size=4))
def test_arbitrary_damage_to_an_article_is_read_or_refused(damages: list[tuple[int, int, bytes]]) -> None:
    data = FULL
    for start, length, junk in damages:
        data = data[:start] + junk + data[start + length :]
    check(data)


KEYS = st.sampled_from(["url", "title", "webUrl", "name", "width", "domain"])
TEXTS = st.text(max_size=8) | st.sampled_from(["https://x.example/", "1", "true"])
VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*sorted(load_front_matter(FULL, "a.md").fields), "published", "removed", "deleted"]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4))
def test_arbitrary_values_in_known_fields_are_read_or_refused(fields: dict[str, object]) -> None:
    whole = load_front_matter(FULL, "a.md").fields | fields
    check(wrap(yaml.dump(whole, Dumper=yaml.CSafeDumper, allow_unicode=True)))


def test_every_real_article_is_read_or_refused(corpus: Path) -> None:
    files = sorted(corpus.rglob("*.md"))
    assert files
    for path in files:
        check(path.read_bytes())


def assert_texts_agree(ours: object, theirs: object) -> None:
    if isinstance(theirs, dict):
        assert isinstance(ours, dict)
        assert list(ours) == [str(key) for key in theirs]
        assert_texts_agree(list(ours.values()), list(theirs.values()))
    elif isinstance(theirs, list):
        assert isinstance(ours, list)
        for our, their in zip(ours, theirs, strict=True):
            assert_texts_agree(our, their)
    elif isinstance(theirs, str | None):
        assert ours == theirs
    else:
        assert isinstance(ours, str)


def test_texts_of_real_articles_are_those_of_the_reference_loader(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.md")):
        front = load_front_matter(path.read_bytes(), path.name)
        assert_texts_agree(front.fields, yaml.load(front.source.yaml, Loader=yaml.CSafeLoader))

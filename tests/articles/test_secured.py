"""No anchor, alias or merge key may repeat the value of `secured`."""

import pytest

from feeds.articles.article import parse_article
from feeds.articles.topic_file import parse_topic_file
from feeds.model.errors import ArticleError
from tests.articles.test_article import MINIMAL, wrap

REPEATED = {
    "anchored value": ("secured: &s hush\nexcerpt: *s", (5, 10)),
    "unused anchor": ("secured: &s hush", (5, 10)),
    "alias of a title": ("provider: &t {name: hush}\nsecured: *t", (6, 10)),
    "alias of a text": ("excerpt: &t hush\nsecured: *t", (6, 10)),
    "anchored mapping": ("secured: &s {a: hush}\nprovider: *s", (5, 10)),
    "anchor inside a mapping": ("secured: {a: &s hush}\nexcerpt: *s", (5, 14)),
    "anchor inside a list": ("secured: [x, &s hush]\nexcerpt: *s", (5, 14)),
    "alias inside": ("excerpt: &t hush\nsecured: [{a: *t}]", (6, 15)),
    "anchored key inside": ("secured: {&s hush: x}\nexcerpt: *s", (5, 11)),
    "anchored key": ("&s secured: hush\nexcerpt: *s", (5, 1)),
    "merge inside": ("base: &b {a: x}\nsecured: {<<: *b}", (6, 15)),
    "merged mapping": ("base: &b {secured: hush, excerpt: x}\nrelated: [{<<: *b}]", (5, 11)),
    "merged list": ("base: &b [{secured: hush}]\nrelated: {<<: *b}", (5, 12)),
    "deep in an anchored value": ("a: &a [{b: {c: [{secured: hush}]}}]\nrelated: *a", (5, 18)),
    "in an anchored related item": ("related: [&r {title: x, secured: hush}, *r]", (5, 25)),
    "in a picture": ("images: [{url: x, secured: &s hush, title: *s}]", (5, 28)),
    "in a provider": ("provider: {secured: &s hush, name: *s}", (5, 21)),
    "escaped key": ('"sec\\u0075red": &s hush\nexcerpt: *s', (5, 17)),
    "single quotes": ("'secured': &s hush\nexcerpt: *s", (5, 12)),
    "complex key": ("? secured\n: &s hush\nexcerpt: *s", (6, 3)),
    "folded key": ('? "sec\\\n  ured"\n: &s hush\nexcerpt: *s', (7, 3)),
    "tagged": ("!!str secured: !!binary &s hush\nexcerpt: *s", (5, 16)),
    "capitals": ("SECURED: &s hush\nexcerpt: *s", (5, 10)),
    "spaces": ("' Secured ': &s hush\nexcerpt: *s", (5, 14)),
    "block text": ("secured: &s |\n  hush\nexcerpt: *s", (5, 10)),
    "null": ("secured: &s\nexcerpt: *s", (5, 10)),
}


@pytest.mark.parametrize("case", REPEATED)
def test_a_file_that_could_repeat_a_secured_value_is_refused(case: str) -> None:
    front, position = REPEATED[case]
    with pytest.raises(ArticleError) as caught:
        parse_article(wrap(f"{MINIMAL}\n{front}"), "a.md")
    problem = caught.value.problems[0]
    assert (problem.code, problem.line, problem.column) == ("secured-repeated", *position)
    assert "hush" not in str(problem)


def test_a_whole_document_with_an_anchor_is_refused() -> None:
    with pytest.raises(ArticleError, match="secured-repeated"):
        parse_article(wrap(f"&all\n{MINIMAL}\nsecured: hush\nrelated: []"), "a.md")


def test_a_topic_file_is_refused_too() -> None:
    with pytest.raises(ArticleError, match="secured-repeated"):
        parse_topic_file(b"name: AI\nsecured: &s hush\ndescription: *s\n", "topics/ai.yaml")


@pytest.mark.parametrize(
    "front",
    [
        "a: &a [x]\ntopics: *a\nsecured: hush",
        "secured: hush\nprovider: &p {name: News}\nrelated: [{title: x, webUrl: https://x.example/, provider: *p}]",
        "secured: {a: [hush]}\nbase: &b {name: News}\nprovider: {<<: *b}",
        'secured: "&s *s"\nexcerpt: Nothing *s',
    ],
)
def test_anchors_elsewhere_are_allowed(front: str) -> None:
    article, _ = parse_article(wrap(f"{MINIMAL}\n{front}"), "a.md")
    assert "hush" not in repr(article)

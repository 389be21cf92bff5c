"""An article file becomes a typed article, and its problems are located and explained."""

import re
from datetime import UTC, datetime

import pytest

from feeds.articles.article import parse_article
from feeds.articles.fields import MAX_PROBLEMS
from feeds.articles.parsed import Article, Body, PublicationState
from feeds.model.entry import Image, Provider
from feeds.model.errors import ArticleError, Level, Problem

FULL = b"""---
category: news
id: urn:example:1
title: "Robots  learn\\tto --- dance: &amp; \\u0007sing"
excerpt: A robot danced.
publishedDateTime: 2020-12-12 03:08:00 +01:00
updatedDateTime: 2020-12-13T00:00:00Z
originalUrl: https://example.org/original
webUrl: " https://www.example.org/Robots?a=1 "
ampWebUrl: https://www.example.org/amp
cdnAmpWebUrl: https://cdn.example.org/amp
type: article
quality: 08
heat: 79.9
locale: pt_BR
provider:
  name: Example Times
  domain: Example.ORG
  authors: [Ann Author, {name: Bo Byline}]
topics: [AI, no, 1.10, ~, AI, C++]
images:
  - url: relative.jpg
  - url: https://example.org/p.jpg
    width: 640
    height: 480
    title: A robot
featuredContent: '<iframe src="https://www.youtube.com/embed/x"></iframe>'
related:
  - title: More robots
    webUrl: https://other.example/more
    publishedDateTime: 2020-12-11
    updatedDateTime: 2020-12-10
    provider: {name: Other}
    quality: 33
    id: urn:example:2
    locale: en
  - title: Itself
    webUrl: https://www.example.org/Robots?a=1
  - title: More robots, again
    webUrl: https://other.example/more
  - title: Undated
    originalUrl: https://www.third.example/x
secured: "c2VjcmV0=="
unknown: {any: [thing]}
---
*Body* [link](/x)
"""
MINIMAL = "title: T\nwebUrl: https://example.org/a\npublishedDateTime: 2020-01-02"


def wrap(front: str) -> bytes:
    return f"---\n{front}\n---\n".encode()


def assert_is_sentence(problem: Problem) -> None:
    assert re.fullmatch("[A-Z`].*[^.]\\.", problem.message)


def read(front: str) -> Article:
    article, problems = parse_article(wrap(front), "a.md")
    assert problems == ()
    return article


def first_error(front: str) -> Problem:
    """Return the first error of an article."""
    with pytest.raises(ArticleError) as caught:
        parse_article(wrap(front), "news/a.md")
    for problem in caught.value.problems:
        assert problem.path == "news/a.md"
        assert_is_sentence(problem)
    return next(problem for problem in caught.value.problems if problem.level is Level.ERROR)


def warn(front: str) -> tuple[Article, Problem]:
    article, (problem,) = parse_article(wrap(front), "a.md")
    assert problem.level is Level.WARNING
    assert_is_sentence(problem)
    return article, problem


def test_every_field_is_read() -> None:
    article, problems = parse_article(FULL, "a.md")
    more, undated = article.related
    assert article == Article(
        state=PublicationState.PUBLISHED,
        id="urn:example:1",
        title="Robots learn to --- dance: &amp; sing",
        url="https://www.example.org/Robots?a=1",
        amp_url="https://www.example.org/amp",
        cdn_amp_url="https://cdn.example.org/amp",
        via_url="https://example.org/original",
        published=datetime(2020, 12, 12, 2, 8, tzinfo=UTC),
        updated=datetime(2020, 12, 13, tzinfo=UTC),
        summary="A robot danced.",
        body=Body('<p><em>Body</em> <a href="https://www.example.org/x" rel="noopener noreferrer">link</a></p>'),
        embed=article.embed,
        image=Image("https://example.org/p.jpg", 640, 480, "A robot"),
        provider=Provider("Example Times", "example.org"),
        authors=("Ann Author", "Bo Byline"),
        language="pt-BR",
        topics=("AI", "no", "1.10", "C++"),
        quality=8,
        heat=79,
        related=article.related,
    )
    assert article.embed.startswith('<iframe src="https://www.youtube.com/embed/x"')
    assert (more.id, more.title, more.url) == ("", "More robots", "https://other.example/more")
    assert more.published == more.updated == datetime(2020, 12, 11, tzinfo=UTC)
    assert (more.provider, more.quality, more.language) == (Provider("Other", "other.example"), 33, "en")
    assert (undated.url, undated.published, undated.updated) == ("https://www.third.example/x", None, None)
    assert undated.provider == Provider("third.example", "third.example")
    assert [(problem.line, problem.code) for problem in problems] == [(22, "bad-url"), (35, "related-id")]


def test_minimal_articles_can_be_published() -> None:
    date = datetime(2020, 1, 2, tzinfo=UTC)
    article = read(MINIMAL)
    assert (article.state, article.title, article.url) == (PublicationState.PUBLISHED, "T", "https://example.org/a")
    assert article.published == article.updated == date
    assert article.provider == Provider("example.org", "example.org")


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ("published: true", PublicationState.PUBLISHED),
        ("published: ON", PublicationState.PUBLISHED),
        ("published:", PublicationState.PUBLISHED),
        ("published: 'Yes'", PublicationState.PUBLISHED),
        ("published: False", PublicationState.UNPUBLISHED),
        ("published: no", PublicationState.UNPUBLISHED),
        ("published: off", PublicationState.UNPUBLISHED),
        ("draft: true", PublicationState.UNPUBLISHED),
        ("draft: true\npublished: true", PublicationState.UNPUBLISHED),
        ("draft: false", PublicationState.PUBLISHED),
        ("draft: true\nremoved: true", PublicationState.REMOVED),
        ("published: true\nremoved: true", PublicationState.REMOVED),
        ("published: true\ndeleted: yes", PublicationState.REMOVED),
        ("published: maybe\nremoved: true", PublicationState.REMOVED),
        ("removed: false\ndeleted: null", PublicationState.PUBLISHED),
    ],
)
def test_flags_decide_the_state(flags: str, state: PublicationState) -> None:
    assert read(f"{MINIMAL}\n{flags}").state is state


@pytest.mark.parametrize(
    ("front", "position", "code", "advice"),
    [
        ("webUrl: https://example.org/a\npublishedDateTime: 2020-01-02", (1, 1), "missing-title", "add `title`"),
        (
            "title: ' '\nwebUrl: https://example.org/a\npublishedDateTime: 2020-01-02",
            (2, 8),
            "missing-title",
            "add `title`",
        ),
        (MINIMAL.replace(": T", ": [T]"), (2, 8), "not-text", "must be one text"),
        ("title: T\npublishedDateTime: 2020-01-02", (1, 1), "missing-url", "add `webUrl`"),
        (MINIMAL.replace("https", "javascript"), (3, 9), "bad-url", "must be an absolute http(s) URL"),
        (MINIMAL.replace("https://example.org", ""), (3, 9), "bad-url", "must be an absolute http(s) URL"),
        (MINIMAL.replace("org/a", "org /a"), (3, 9), "bad-url", "such as https://example.org/story"),
        (
            MINIMAL.replace("https://example.org/a", '"https://example.org/\\x07"'),
            (3, 9),
            "bad-url",
            "must be an absolute http(s) URL",
        ),
        (MINIMAL.replace("https://example.org/a", "{a: b}"), (3, 9), "not-text", "must be one text"),
        (
            MINIMAL.replace("webUrl: https://example.org", "originalUrl: "),
            (3, 14),
            "bad-url",
            "must be an absolute http(s) URL",
        ),
        ("title: T\nwebUrl: https://example.org/a", (1, 1), "missing-date", "add `publishedDateTime`"),
        (MINIMAL.replace("-01-02", "-13-45"), (4, 20), "bad-date", "such as 2020-12-31T23:59:00Z"),
        (
            MINIMAL.replace("-01-02", "-13-45") + "\nupdatedDateTime: 2020-01-02",
            (4, 20),
            "bad-date",
            "must be a valid date",
        ),
        (
            MINIMAL.replace("published", "updated").replace("2020-01-02", "today"),
            (4, 18),
            "bad-date",
            "must be a valid date",
        ),
        (f"{MINIMAL}\nid: 42", (5, 5), "bad-id", "must start with a scheme"),
        (f'{MINIMAL}\nid: "urn:\\x07"', (5, 5), "bad-id", "must start with a scheme"),
        (f"{MINIMAL}\npublished: maybe", (5, 12), "bad-flag", "must be true or false"),
        (f"{MINIMAL}\npublished: ''", (5, 12), "bad-flag", "must be true or false"),
        (f"{MINIMAL}\npublished: [true]", (5, 12), "bad-flag", "must be true or false"),
        (f"{MINIMAL}\ndraft: soon", (5, 8), "bad-flag", "must be true or false"),
        (f"{MINIMAL}\nexpiryDate: soon", (5, 13), "bad-date", "must be a valid date"),
        (f"{MINIMAL}\nunpublishDate: [2020-01-02]", (5, 16), "not-text", "must be one text"),
        (f"{MINIMAL}\nremoved: 1", (5, 10), "bad-flag", "must be true or false"),
        ("published: false\ntitle: T", (1, 1), "missing-url", "add `webUrl`"),
        ("removed: true\nid: nothing\nwebUrl: x", (3, 5), "bad-id", "must start with a scheme"),
    ],
)
def test_an_error_costs_the_file(front: str, position: tuple[int, int], code: str, advice: str) -> None:
    problem = first_error(front)
    assert ((problem.line, problem.column), problem.level, problem.code) == (position, Level.ERROR, code)
    assert advice in problem.message


@pytest.mark.parametrize(
    ("line", "position", "code", "advice"),
    [
        ("heat: warm", (5, 7), "bad-number", "must be a number of at most nine digits"),
        ("quality: [1]", (5, 10), "not-text", "must be one text"),
        ("ampWebUrl: /amp", (5, 12), "bad-url", "must be an absolute http(s) URL"),
        ("cdnAmpWebUrl: ftp://x.example", (5, 15), "bad-url", "must be an absolute http(s) URL"),
        ("originalUrl: nowhere", (5, 14), "bad-url", "must be an absolute http(s) URL"),
        ("locale: the English one", (5, 9), "bad-language", "such as en"),
        ("updatedDateTime: later", (5, 18), "bad-date", "must be a valid date"),
        ("excerpt: {a: b}", (5, 10), "not-text", "must be one text"),
        ("topics: {AI: yes}", (5, 9), "not-a-list", "start each item"),
        ("topics:\n  - AI\n  - [ML]", (7, 5), "not-text", "must be a text"),
        ("topics:\n  - name: AI", (6, 5), "not-text", "must be a text"),
        ("provider: Times", (5, 11), "not-a-mapping", "as `key: value`"),
        ("provider: {domain: 'http://x.example/'}", (5, 20), "bad-domain", "such as example.org"),
        ("provider: {authors: [{mail: x}]}", (5, 22), "bad-author", "add the name"),
        ("images: [{width: 1}]", (5, 10), "bad-image", "add `url` or remove"),
        ("images: [[a]]", (5, 10), "not-text", "must be one text"),
        ("images:\n  - url: x.jpg", (6, 10), "bad-url", "must be an absolute http(s) URL"),
        ("images: [{url: 'https://x.example/', width: 0}]", (5, 45), "bad-number", "must be 1 pixel or more"),
        (
            "images: [{url: 'https://x.example/', height: tall}]",
            (5, 46),
            "bad-number",
            "must be a number of at most nine digits",
        ),
        ("featuredContent: <script>x</script>", (5, 18), "bad-embed", "replace or remove it"),
        ("related: {title: x}", (5, 10), "not-a-list", "start each item"),
        ("related: some", (5, 10), "not-a-mapping", "as `key: value`"),
        ("related: [text]", (5, 11), "not-a-mapping", "as `key: value`"),
        ("related:\n  - webUrl: https://x.example/", (6, 5), "missing-title", "add `title`"),
        ("related:\n  - title: x", (6, 5), "missing-url", "add `webUrl`"),
        ("related:\n  - title: x\n    webUrl: ''", (7, 13), "missing-url", "add `webUrl`"),
        ("related:\n  - title: x\n    webUrl: y", (7, 13), "bad-url", "must be an absolute http(s) URL"),
    ],
)
def test_a_warning_costs_only_the_part(line: str, position: tuple[int, int], code: str, advice: str) -> None:
    article, problem = warn(f"{MINIMAL}\n{line}")
    assert ((problem.line, problem.column), problem.code) == (position, code)
    assert advice in problem.message
    expected = read(f"{MINIMAL}\ntopics: [AI]" if "- AI\n" in line else MINIMAL)
    image = Image("https://x.example/") if "url: 'https" in line else None
    assert article == Article(
        **{name: getattr(expected, name) for name in Article.__struct_fields__} | {"image": image}
    )


@pytest.mark.parametrize(
    ("line", "position", "uri"),
    [
        ("images: ['https://☃.example/möwe.png']", (5, 10), "https://xn--n3h.example/m%C3%B6we.png"),
        ("ampWebUrl: https://a_ü.example/a", (5, 12), "https://xn--a_-yka.example/a"),
    ],
)
def test_a_host_that_idna_forbids_is_kept_with_a_warning(line: str, position: tuple[int, int], uri: str) -> None:
    article, problem = warn(f"{MINIMAL}\n{line}")
    assert ((problem.line, problem.column), problem.code) == (position, "bad-host")
    assert uri in {article.amp_url, article.image and article.image.url}


def test_a_publisher_on_a_host_that_idna_forbids_gets_a_warning() -> None:
    article, problem = warn(f"{MINIMAL}\nprovider: {{name: Snow, domain: ☃.example}}")
    assert ((problem.line, problem.column), problem.code) == ((5, 32), "bad-host")
    assert article.provider.domain == "☃.example"


def test_links_are_uris_and_ids_are_iris() -> None:
    article = read(
        "title: T\nid: 'tag:news.example,2021:[möwe]'\nwebUrl: 'https://möwen.example/a möwe|1'\n"
        "originalUrl: https://möwen.example/%C3%B6\npublishedDateTime: 2021-03-04\n"
        "images: ['https://img.example/möwe 1.png']\n"
        "related: [{title: R, webUrl: 'https://möwen.example/{r}'}]"
    )
    assert article.id == "tag:news.example,2021:%5Bmöwe%5D"
    assert article.url == "https://möwen.example/a%20möwe%7C1"
    assert article.via_url == "https://xn--mwen-5qa.example/%C3%B6"
    assert article.image == Image("https://img.example/m%C3%B6we%201.png")
    assert article.related[0].url == "https://möwen.example/%7Br%7D"
    assert article.provider == Provider("möwen.example", "möwen.example")


def test_a_publisher_has_a_name_and_a_printable_domain() -> None:
    assert read(MINIMAL.replace("example.org", "www.")).provider == Provider("www.", "www.")
    assert (
        read(MINIMAL.replace("example.org", "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example")).provider.domain
        == "xn--mgba3gch31f060k.example"
    )


def test_an_encoded_id_must_fit_into_the_catalog() -> None:
    problem = first_error(MINIMAL.replace("org/a", "org/" + "|" * 700))
    assert (problem.line, problem.code) == (3, "too-long")


def test_a_label_must_fit_into_the_catalog_with_its_key() -> None:
    labels = ["x" * 200, "y" * 201, "z" + "\u034f" * 800, "z" + "\u034f" * 1_000]
    article, problems = parse_article(wrap(f"{MINIMAL}\ntopics: {labels}"), "a.md")
    assert article.topics == (labels[0], labels[2])
    assert [(problem.line, problem.code) for problem in problems] == [(5, "too-long")] * 2


@pytest.mark.parametrize(
    ("key", "item", "limit"),
    [("topics", "- topic {}", 100), ("related", "- {{title: r, webUrl: https://b.example/{}}}", 200)],
)
def test_a_list_that_is_too_long_rejects_the_article(key: str, item: str, limit: int) -> None:
    def write(count: int) -> str:
        return "\n".join([MINIMAL, f"{key}:", *(item.format(number) for number in range(count))])

    assert len(getattr(read(write(limit)), key)) == limit
    problem = first_error(write(limit + 1))
    assert (problem.line, problem.code) == (6, "too-many")
    assert problem.message.startswith(f"`{key}` has more than {limit} items;")


def test_the_list_of_authors_is_limited_too() -> None:
    authors = [f"author {number}" for number in range(1_001)]
    problem = first_error(f"{MINIMAL}\nprovider: {{authors: {authors}}}")
    assert (problem.line, problem.code) == (5, "too-many")


def test_a_type_must_fit_into_the_catalog() -> None:
    assert read(f"{MINIMAL}\ntype: {'x' * 100}").type == "x" * 100
    article, problem = warn(f"{MINIMAL}\ntype: {'x' * 101}")
    assert article.type == "article"
    assert (problem.line, problem.code) == (5, "too-long")


def test_a_body_without_visible_content_is_reported() -> None:
    article, (problem,) = parse_article(wrap(MINIMAL) + b"\n <!-- x -->\n", "a.md")
    assert article == read(MINIMAL)
    assert (problem.line, problem.column, problem.code) == (7, 2, "bad-body")
    assert "write Markdown" in problem.message


def test_a_body_that_is_too_complex_rejects_the_article() -> None:
    with pytest.raises(ArticleError, match="too-complex"):
        parse_article(wrap(MINIMAL) + b"<div>" * 200, "a.md")


def test_the_problems_of_the_body_follow_those_of_the_fields() -> None:
    text = wrap(f"{MINIMAL}\nquality: high") + b"\n[x](javascript:x)\n<svg></svg>\n"
    problems = parse_article(text, "a.md")[1]
    assert [(problem.line, problem.code) for problem in problems] == [
        (5, "bad-number"),
        (8, "lost-link"),
        (9, "lost-drawing"),
    ]


def test_a_related_item_keeps_all_but_its_bad_parts() -> None:
    bad = "id: x\n    publishedDateTime: soon\n    updatedDateTime: 2020-01-01\n    heat: hot"
    article, problems = parse_article(
        wrap(f"{MINIMAL}\nrelated:\n  - title: R\n    webUrl: https://r.example/\n    {bad}\n  - just words\n  - ~"),
        "a.md",
    )
    assert [problem.code for problem in problems] == ["related-id", "bad-date", "bad-number", "not-a-mapping"]
    (item,) = article.related
    assert (item.title, item.id, item.published, item.heat) == ("R", "", None, None)


@pytest.mark.parametrize("front", ["published: false", "removed: true", "deleted: true"])
def test_a_hidden_article_needs_only_a_url_or_an_id(front: str) -> None:
    article, problems = parse_article(wrap(f"{front}\nid: urn:x\npublishedDateTime: never"), "a.md")
    assert (article.id, article.url, article.provider) == ("urn:x", "", Provider("", ""))
    assert {problem.code for problem in problems} == {"missing-url", "missing-title", "bad-date"}
    assert {problem.level for problem in problems} == {Level.WARNING}
    article, problems = parse_article(wrap(f"{front}\nid: bad\nwebUrl: https://example.org/a"), "a.md")
    assert (article.id, article.url) == ("", "https://example.org/a")
    assert {problem.code for problem in problems} == {"bad-id", "missing-title", "missing-date"}


def test_a_single_text_counts_as_a_list() -> None:
    article = read(f"{MINIMAL}\ntopics: AI\nimages: https://x.example/p.jpg\nprovider: {{authors: Ann}}")
    assert (article.topics, article.authors) == (("AI",), ("Ann",))
    assert article.image == Image("https://x.example/p.jpg")


def test_nulls_count_as_absent() -> None:
    names = "heat quality topics images related provider locale type excerpt id ampWebUrl featuredContent originalUrl"
    assert read(MINIMAL + "".join(f"\n{name}: ~" for name in names.split())) == read(MINIMAL)
    assert read(
        f"{MINIMAL}\ntopics: [~]\nimages: [~]\nrelated: [~]\nprovider: {{name: ~, domain: ~, authors: [~]}}"
    ) == read(MINIMAL)


@pytest.mark.parametrize(
    ("front", "expires"),
    [
        ("expiryDate: 2020-03-01", datetime(2020, 3, 1, tzinfo=UTC)),
        ("unpublishDate: 2020-03-01T10:00:00+01:00", datetime(2020, 3, 1, 9, tzinfo=UTC)),
        ("expiryDate: 2020-03-01\nunpublishDate: 2020-03-01T00:00:00Z", datetime(2020, 3, 1, tzinfo=UTC)),
        ("expiryDate: ~\nunpublishDate: ''", None),
    ],
)
def test_the_date_of_expiry_has_two_names(front: str, expires: datetime | None) -> None:
    assert read(f"{MINIMAL}\n{front}").expires == expires


@pytest.mark.parametrize(
    ("front", "expires", "problem"),
    [
        ("expiryDate: 2020-03-02\nunpublishDate: 2020-03-01", datetime(2020, 3, 1, tzinfo=UTC), (6, "two-expiries")),
        ("expiryDate: 2020-03-02\nunpublishDate: 2020-03-03", datetime(2020, 3, 2, tzinfo=UTC), (5, "two-expiries")),
        ("expiryDate: 2020-01-01T23:59:59Z", datetime(2020, 1, 1, 23, 59, 59, tzinfo=UTC), (5, "never-shown")),
        ("unpublishDate: 2020-01-02", datetime(2020, 1, 2, tzinfo=UTC), (5, "never-shown")),
    ],
)
def test_contradictory_dates_of_expiry_are_reported(front: str, expires: datetime, problem: tuple[int, str]) -> None:
    article, found = warn(f"{MINIMAL}\n{front}")
    assert article.expires == expires
    assert (found.line, found.code) == problem


def test_updated_is_never_before_published() -> None:
    article = read(f"{MINIMAL}\nupdatedDateTime: 2019-01-01")
    assert article.updated == article.published == datetime(2020, 1, 2, tzinfo=UTC)


def test_an_original_url_replaces_a_missing_web_url() -> None:
    article = read(MINIMAL.replace("webUrl", "webUrl: ''\noriginalUrl"))
    assert (article.url, article.via_url) == ("https://example.org/a", "")


def test_all_problems_are_reported_at_once() -> None:
    front = "publishedDateTime: soon\nheat: hot\nid: nothing\nheat: 1\nimages: [{}]\ntopics: {a: b}"
    with pytest.raises(ArticleError) as caught:
        parse_article(wrap(front), "a.md")
    assert [(problem.line, problem.level.value, problem.code) for problem in caught.value.problems] == [
        (1, "error", "missing-title"),
        (1, "error", "missing-url"),
        (2, "error", "bad-date"),
        (3, "warning", "bad-number"),
        (4, "error", "bad-id"),
        (5, "error", "duplicate-key"),
        (6, "warning", "bad-image"),
        (7, "warning", "not-a-list"),
    ]


@pytest.mark.parametrize(
    ("front", "line", "length"),
    [
        ("title: {}", 5, 1_000),
        ("excerpt: {}", 5, 5_000),
        ("provider: {{name: {}}}", 5, 1_000),
        ("provider:\n  authors: [{{name: {}}}]", 6, 200),
    ],
)
def test_a_text_that_is_too_long_for_feeds_is_cut(front: str, line: int, length: int) -> None:
    others = MINIMAL if not front.startswith("title") else MINIMAL.replace("title", "layout")
    article, (problem,) = parse_article(wrap(f"{others}\n{front.format('tide ' * 50_000)}"), "a.md")
    assert (problem.line, problem.level, problem.code) == (line, Level.WARNING, "cut-text")
    texts = [article.title, article.summary, article.provider.name, *article.authors]
    (cut,) = (text for text in texts if text.endswith("tide…"))
    assert length - 10 < len(cut) <= length


def test_a_list_of_coverage_that_is_too_long_for_feeds_is_reported() -> None:
    items = "".join(f"\n- {{title: {'t' * 900}, webUrl: 'https://example.org/{number}'}}" for number in range(30))
    article, (problem,) = parse_article(wrap(f"{MINIMAL}\nrelated:{items}"), "a.md")
    assert len(article.related) == 30
    assert (problem.line, problem.level, problem.code) == (6, Level.WARNING, "cut-coverage")
    assert "first 21 related items" in problem.message


@pytest.mark.parametrize("field", ["ampWebUrl: {}", "images: [{}]", "originalUrl: {}"])
def test_a_link_or_picture_with_a_very_long_url_is_left_out(field: str) -> None:
    url = f"https://example.org/{'x' * 8_000}"
    article, (problem,) = parse_article(wrap(f"{MINIMAL}\n{field.format(url)}"), "a.md")
    assert (problem.line, problem.code) == (5, "too-long")
    assert (article.amp_url, article.image, article.via_url) == ("", None, "")


def test_the_number_of_reported_problems_is_limited() -> None:
    front = MINIMAL.replace("T\n", "\n") + "\nimages:\n" + "  - {}\n" * 1_000
    with pytest.raises(ArticleError) as caught:
        parse_article(wrap(front), "a.md")
    listed = caught.value.problems
    assert len(listed) == MAX_PROBLEMS + 1
    assert "missing-title" in {problem.code for problem in listed}
    assert [problem.message for problem in listed if problem.code == "more-problems"] == [
        "951 more problems are not listed; fix the others first."
    ]


def test_problems_are_reported_in_file_order() -> None:
    _, problems = parse_article(wrap(f"{MINIMAL}\nheat: x\nexcerpt: a\x07b\nquality: y"), "a.md")
    assert [problem.line for problem in problems] == [5, 6, 7]
    assert [problem.code for problem in problems] == ["bad-number", "control-character", "bad-number"]


@pytest.mark.parametrize("name", [b"secured", b"title", b"webUrl", b"related", b"unknown"])
def test_the_secret_reaches_neither_article_nor_problems(name: bytes) -> None:
    for damage in (b": x: y", b": [", b': "', b": *x", b":\n\t- x", b": {{x}}"):
        data = FULL.replace(name + b":", name + damage + b" ", 1)
        try:
            outcome: object = parse_article(data, "a.md")
        except ArticleError as error:
            outcome = str(error)
        assert "c2VjcmV0" not in str(outcome)

"""A file is read in the native shape, or as a post of Jekyll, Hugo, Astro or Eleventy."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.articles.article import parse_article, parse_article_file
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.parsed import PublicationState, TakenField
from feeds.model.entry import Image, Provider
from feeds.model.errors import ArticleError, Level
from tests.support.posts import URL, list_codes, read_article, read_folder, read_one, write_files

JEKYLL = """\
---
layout: post
title: The harbour reopens
date: 2024-05-01 09:30:00 +0200
last_modified_at: 2024-05-02
categories: [city]
tags: [harbour, ferries]
description: Ferries run again after two years of works.
permalink: /2024/harbour-reopens/
image: /assets/harbour.jpg
author: Ann Author
---
The first ferry left at nine. See the [timetable](/ferries/).
"""
HUGO = """\
+++
title = "The harbour reopens"
date = 2024-05-01T09:30:00+02:00
lastmod = 2024-05-02
draft = false
categories = ["city"]
tags = ["harbour", "ferries"]
summary = "Ferries run again after two years of works."
url = "/2024/harbour-reopens/"
images = ["/assets/harbour.jpg"]
[author]
name = "Ann Author"
+++
The first ferry left at nine. See the [timetable](/ferries/).
"""
HUGO_JSON = """\
{
\t"title": "The harbour reopens", "date": "2024-05-01T09:30:00+02:00", "lastmod": "2024-05-02",
\t"categories": ["city"], "tags": ["harbour", "ferries"], "authors": ["Ann Author"],
\t"summary": "Ferries run again after two years of works.",
\t"url": "/2024/harbour-reopens/", "cover": {"image": "/assets/harbour.jpg"}
}
The first ferry left at nine. See the [timetable](/ferries/).
"""
ASTRO = """\
---
title: 'The harbour reopens'
pubDate: 'May 01 2024 09:30:00 +0200'
updatedDate: 'May 02 2024'
heroImage: '/assets/harbour.jpg'
tags: ["city", "harbour", "ferries"]
description: 'Ferries run again after two years of works.'
permalink: https://blog.example/base/2024/harbour-reopens/
authors: [{name: Ann Author}]
---
The first ferry left at nine. See the [timetable](/ferries/).
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2024-05-01-harbour-reopens.md", JEKYLL),
        ("harbour.md", HUGO),
        ("harbour.md", HUGO.replace("\n", "\r\n")),
        ("harbour.md", f"\ufeff{HUGO}"),
        ("harbour.md", HUGO_JSON),
        ("harbour.md", ASTRO),
    ],
)
def test_the_posts_of_each_tool_are_the_same_article(tmp_path: Path, name: str, text: str) -> None:
    article = read_article(tmp_path, text, name=name)
    assert article.url == "https://blog.example/base/2024/harbour-reopens/"
    assert article.title == "The harbour reopens"
    assert article.published == datetime(2024, 5, 1, 7, 30, tzinfo=UTC)
    assert article.updated == datetime(2024, 5, 2, tzinfo=UTC)
    assert article.topics == ("city", "harbour", "ferries")
    assert article.summary == "Ferries run again after two years of works."
    assert article.image == Image("https://blog.example/base/assets/harbour.jpg")
    assert article.authors == ("Ann Author",)
    assert article.provider == Provider("blog.example", "blog.example")
    assert 'href="https://blog.example/ferries/"' in article.body.html
    assert article.state is PublicationState.PUBLISHED


@pytest.mark.parametrize(
    "text",
    [
        '+++\ntitle = "Not finished"\ndate = 2024-05-02\ndraft = true\n+++\nNobody may see this.\n',
        "---\nlayout: post\ntitle: Not finished\ndate: 2024-05-02\npublished: false\n---\n",
        "---\nlayout: post\ntitle: Not finished\ndate: 2024-05-02\npermalink: false\n---\n",
        "---\nlayout: post\ndate: 2024-05-02\neleventyExcludeFromCollections: true\n---\n",
    ],
)
def test_drafts_stay_out(tmp_path: Path, text: str) -> None:
    assert read_article(tmp_path, text).state is PublicationState.UNPUBLISHED


def test_no_field_publishes_a_file_among_the_drafts(tmp_path: Path) -> None:
    text = "---\ntitle: Not finished\ndate: 2024-05-02\ndraft: false\n---\n"
    assert read_article(tmp_path, text, name="_drafts/a.md").state is PublicationState.UNPUBLISHED


def test_a_post_without_a_known_address_names_the_setting(tmp_path: Path) -> None:
    (problem,) = read_one(tmp_path, HUGO, url="").problems
    assert (problem.level, problem.code) == (Level.ERROR, "missing-articles-url")
    assert "FEEDS_ARTICLES_URL" in problem.message
    assert "`articles_url`" in problem.message


def test_the_name_of_the_file_gives_date_slug_and_title(tmp_path: Path) -> None:
    article = read_article(tmp_path, "---\nlayout: post\n---\nText.\n", name="_posts/2024-05-01-the-harbour-reopens.md")
    assert article.title == "The Harbour Reopens"
    assert article.published == datetime(2024, 5, 1, tzinfo=UTC)
    assert article.url == f"{URL}/2024/05/01/the-harbour-reopens.html"


@pytest.mark.parametrize("body", ["# The *harbour* reopens #\nText.", "\nThe harbour reopens\n===\nText."])
def test_the_first_heading_is_the_title_of_a_post_without_a_title(tmp_path: Path, body: str) -> None:
    assert read_article(tmp_path, f"---\ndate: 2024-05-01\n---\n{body}\n").title == "The harbour reopens"


def test_the_body_before_the_marker_is_the_excerpt(tmp_path: Path) -> None:
    text = "---\ntitle: T\ndate: 2024-05-01\n---\nThe *first* ferry.\n\n<!--more-->\n\nThe rest.\n"
    assert read_article(tmp_path, text).summary == "The first ferry."
    assert read_article(tmp_path, text.replace("<!--more-->", "")).summary == ""


def test_topics_are_kept_and_tags_only_replace_missing_topics(tmp_path: Path) -> None:
    text = "---\ntitle: T\ndate: 2024-05-01\ntags: [x]\ntopics: [Harbour]\n---\n"
    assert read_article(tmp_path, text).topics == ("Harbour",)
    native = b"---\ntitle: T\nwebUrl: https://example.org/a\npublishedDateTime: 2020-01-02\ntags: [x]\n---\n"
    parsed = parse_article_file(native, "a.md")
    assert parsed.article is not None
    assert parsed.article.topics == ()


def test_taken_fields_name_their_origin(tmp_path: Path) -> None:
    taken = read_one(tmp_path, JEKYLL, name="2024-05-01-x.md").taken
    assert set(taken) == {
        TakenField("title", "title"),
        TakenField("publishedDateTime", "date"),
        TakenField("updatedDateTime", "last_modified_at"),
        TakenField("topics", "categories, tags"),
        TakenField("excerpt", "description"),
        TakenField("webUrl", "permalink"),
        TakenField("images", "image"),
        TakenField("authors", "author"),
    }


@pytest.mark.parametrize(
    ("front", "line", "code", "words"),
    [
        ("title: T\ndate: soon", 3, "bad-date", "`date` must"),
        ("title: [T]\ndate: 2024-05-01", 2, "not-text", "`title` must"),
        ("title: T\nslug: a", 1, "missing-date", "add `date`"),
        ("title: T\nlayout: post\ndaet: 2024-05-01", 4, "unknown-field", "did you mean `date`"),
        ("title: T\ndate: 2024-05-01\npubDate: 2024-05-02", 4, "unused-field", "`pubDate` is not used"),
        ("title: T\ndate: 2024-05-01\nlastmod: soon", 4, "bad-date", "`lastmod` must"),
        ("title: T\ndate: 2024-05-01\ndescripton: a", 4, "unknown-field", "did you mean `description`"),
        ("title: T\ndate: 2024-05-01\nimage: ftp://a/b.jpg", 4, "bad-url", "`image` must"),
        ("title: T\ndate: 2024-05-01\nheader:\n  image: ftp://a/b.jpg", 5, "bad-url", "`header.image` must"),
        ("title: T\ndate: 2024-05-01\nimage: '{{ site.url }}/b.jpg'", 4, "lost-picture", "left out"),
        ("title: T\ndate: 2024-05-01\ntags: [a, [b]]", 4, "not-text", "Each item of `tags`"),
        ("title: T\ndate: 2024-05-01\ndraft: maybe", 4, "bad-flag", "`draft` must"),
        ("title: T\ndate: 2024-05-01\nlang: '!'", 4, "bad-language", "`lang` must"),
        ("title: T\ndate: 2024-05-01\nauthor: {url: x}", 4, "bad-author", "author without a name"),
        ("title: T\ndate: 2024-05-01\ndate: 2024-05-02", 4, "duplicate-key", "keep one"),
    ],
)
def test_problems_name_the_field_of_the_author(tmp_path: Path, front: str, line: int, code: str, words: str) -> None:
    problems = read_one(tmp_path, f"---\n{front}\n---\n").problems
    found = next(problem for problem in problems if problem.code == code)
    assert found.line == line
    assert words in found.message
    assert len(problems) <= 2
    assert "DateTime" not in "".join(problem.message for problem in problems)


@pytest.mark.parametrize(
    ("front", "line", "code"),
    [
        ('title = "T"\ndate = "soon"', 3, "bad-date"),
        ("title = [1]\ndate = 2024-05-01", 2, "not-text"),
        ('title = "T"\ndate = 2024-05-01\n[header]\nimage = "ftp://a/b.jpg"', 5, "bad-url"),
        ('title = "T"\ndate = 2024-05-01\ndescripton = "a"', 4, "unknown-field"),
        ('title = "T"\ndate = 2024-05-01\ntitle = "U"', 4, "toml"),
        ("title = T", 2, "toml"),
        ("", 2, "not-a-mapping"),
    ],
)
def test_problems_in_toml_are_located(tmp_path: Path, front: str, line: int, code: str) -> None:
    assert list_codes(read_one(tmp_path, f"+++\n{front}\n+++\n").problems) == [(line, code)]


def test_front_matter_in_toml_has_an_end(tmp_path: Path) -> None:
    assert list_codes(read_one(tmp_path, '+++\ntitle = "T"\n').problems) == [(1, "unclosed-front-matter")]


def test_the_secured_value_is_in_no_message_and_no_article(tmp_path: Path) -> None:
    for text in (
        '+++\ntitle = "T"\ndate = 2024-05-01\nsecured = "hush"\n+++\n',
        '{"title": "T", "date": "2024-05-01", "secured": "hush"}\n',
        "---\ntitle: T\ndate: 2024-05-01\nsecured: hush\n---\n",
    ):
        assert "hush" not in repr(read_article(tmp_path, text))
    for text in ("+++\nsecured = hush\n+++\n", '+++\nsecured = "hush"\nsecured = "hush"\n+++\n', '{"secured": "hush"'):
        assert "hush" not in repr(read_one(tmp_path, text))


@pytest.mark.parametrize("name", ["secured", "Secured", "se-cured"])
def test_no_template_of_an_address_publishes_the_secured_value(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {"mapping.toml": 'dialect = "eleventy"\n'})
    text = f"---\ntitle: T\ndate: 2024-05-01\n{name}: hush\npermalink: '/{{{{ {name} }}}}/'\n---\n"
    assert "hush" not in repr(read_one(tmp_path, text))


@pytest.mark.parametrize("date", ["0001-01-01 00:00 +1400", "9999-12-31 23:59:59 -1400", "9999-12-31", "[2024]"])
@pytest.mark.parametrize("name", ["2024-05-01-a.md", "a.md"])
def test_no_post_is_published_without_an_address(tmp_path: Path, date: str, name: str) -> None:
    parsed = read_one(tmp_path, f"---\ntitle: T\ndate: {date}\n---\n", name=name)
    assert parsed.article.url if parsed.article else parsed.problems


HOSTILE = {
    "heading": "# " + "#" * 500_000 + "x",
    "blank heading": "#" + " \t" * 250_000 + "x",
    "underline": "x\n" + "=" * 500_000 + "x",
    "marker": "<!--" * 30_000 + " more",
    "liquid": "{% a " * 20_000,
    "shortcodes": "{{< a >}}" * 20_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bodies_of_posts_take_a_few_seconds_at_most(tmp_path: Path, body: str) -> None:
    read_one(tmp_path, f"---\ndate: 2024-05-01\n---\n{body}\n")


@pytest.mark.parametrize(
    "front",
    [
        "date: {}".format("2024-05-01 " * 40_000),
        "image: {}".format("a.ab?" * 60_000),
        "images: [{}]".format("./a.jpg, " * 30_000),
        "tags: {}".format("a," * 50_000),
        "aliases: {}".format("[" * 49 + "]" * 49),
        "\n".join(f"dat{number}: a" for number in range(20_000)),
    ],
    ids=["date", "image", "images", "tags", "depth", "unknown names"],
)
def test_hostile_fields_of_posts_take_a_few_seconds_at_most(tmp_path: Path, front: str) -> None:
    assert len(read_one(tmp_path, f"---\ntitle: T\nlayout: post\n{front}\n---\n").problems) <= 51


def test_template_tags_are_left_out_and_reported(tmp_path: Path) -> None:
    text = (
        "---\nlayout: post\ntitle: T\ndate: 2024-05-01\n---\nBefore.\n\n{% youtube a %}\n\n{% youtube b %}\n\nAfter.\n"
    )
    parsed = read_one(tmp_path, text)
    assert parsed.article is not None
    assert parsed.article.body.html == "<p>Before.</p>\n<p>After.</p>"
    ((line, code),) = list_codes(parsed.problems)
    assert (line, code) == (8, "template-tag")
    assert "`youtube`" in parsed.problems[0].message
    assert "(2 in all)" in parsed.problems[0].message


def test_a_native_article_with_the_date_of_a_post_gets_a_warning() -> None:
    native = b"---\ntitle: T\nwebUrl: https://example.org/a\ndate: 2020-01-02\n---\n"
    parsed = parse_article_file(native, "a.md")
    assert parsed.article is not None
    assert parsed.article.published == datetime(2020, 1, 2, tzinfo=UTC)
    assert list_codes(parsed.problems) == [(4, "other-name")]


@pytest.mark.parametrize("front", ["title: T", "title: T\ntags: [a]\nsummary: b", "id: urn:a"])
def test_a_file_without_fields_of_either_shape_is_native(front: str) -> None:
    data = f"---\n{front}\n---\n".encode()
    with pytest.raises(ArticleError) as native:
        parse_article(data, "a.md")
    with pytest.raises(ArticleError) as either:
        parse_article_file(data, "a.md", key="a.md", site=FolderSite(root="/", url=URL))
    assert either.value.problems == native.value.problems


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20).filter(
    str.strip
)
NAMES = {
    "title": ("title",),
    "publishedDateTime": ("date", "pubDate", "publishDate"),
    "updatedDateTime": ("lastmod", "last_modified_at", "updated"),
    "excerpt": ("description", "summary", "excerpt"),
    "webUrl": ("permalink", "url"),
    "locale": ("lang", "language"),
    "images": ("image", "cover", "heroImage"),
    "topics": ("tags", "categories"),
}
VALUES = {
    "title": TEXTS,
    "publishedDateTime": st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
        lambda date: f"{date:%Y-%m-%dT%H:%M:%SZ}"
    ),
    "updatedDateTime": st.dates().map(str),
    "excerpt": TEXTS,
    "webUrl": st.just("https://example.org/a"),
    "locale": st.sampled_from(["en", "pt-BR"]),
    "images": st.just(["https://example.org/p.jpg"]),
    "topics": st.lists(TEXTS, min_size=1, max_size=3),
}
NATIVE = st.fixed_dictionaries(
    {name: VALUES[name] for name in ("title", "publishedDateTime", "webUrl")},
    optional={name: VALUES[name] for name in ("updatedDateTime", "excerpt", "locale", "images", "topics")},
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(NATIVE, st.data())
def test_a_native_article_under_other_names_is_the_same_article(fields: dict[str, object], data: st.DataObject) -> None:
    renamed = {data.draw(st.sampled_from(NAMES[name])): value for name, value in fields.items()}
    native = parse_article(f"---\n{json.dumps(fields)}\n---\nText.\n".encode(), "a.md")
    toml = "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in renamed.items())
    yaml = json.dumps(renamed)
    for text in (f"---\n{yaml}\n---\nText.\n", f"{yaml}\nText.\n", f"+++\n{toml}\n+++\nText.\n"):
        parsed = parse_article_file(text.encode(), "a.md", key="a.md", site=FolderSite(root="/", url=URL))
        assert parsed.article == native[0]


CONFIGURED = {
    "_config.yml": (
        "title: The Blog\nurl: https://blog.example\nbaseurl: /base\npermalink: pretty\nauthor: Ann\nlang: de\n"
    ),
    "_posts/2024-05-01-a.md": "---\ntitle: A\n---\nText.\n",
    "tech/_posts/2024-05-02-b.md": "---\ntitle: B\n---\nText.\n",
    "_drafts/c.md": "---\ntitle: C\n---\nText.\n",
    "about.md": "---\ntitle: About\n---\nText.\n",
    "README.md": "# Read me\n",
    "docs/notes.md": "No front matter.\n",
    "native.md": "---\ntitle: N\nwebUrl: https://example.org/n\npublishedDateTime: 2020-01-02\n---\n",
    "node_modules/x/_config.yml": "url: https://example.net\n",
    "node_modules/x/_posts/2024-05-01-a.md": "---\ntitle: X\n---\n",
    "themes/t/exampleSite/hugo.toml": "baseURL = 'https://example.com/'\n",
    "themes/t/exampleSite/content/a.md": "---\ntitle: X\ndate: 2020-01-01\n---\n",
    "vendor/bundle/t/_posts/2014-01-01-a.md": "---\ntitle: X\n---\n",
}


def test_a_site_with_a_configuration_needs_no_setting(tmp_path: Path) -> None:
    write_files(tmp_path, CONFIGURED)
    parsed = read_folder(tmp_path)
    articles = {key: each.article for key, each in parsed.items() if each.article}
    assert [problem for each in parsed.values() for problem in each.problems] == []
    assert {key: article.url for key, article in articles.items()} == {
        "_posts/2024-05-01-a.md": "https://blog.example/base/2024/05/01/a/",
        "tech/_posts/2024-05-02-b.md": "https://blog.example/base/tech/2024/05/02/b/",
        "_drafts/c.md": articles["_drafts/c.md"].url,
        "native.md": "https://example.org/n",
    }
    assert articles["_drafts/c.md"].state is PublicationState.UNPUBLISHED
    assert articles["tech/_posts/2024-05-02-b.md"].topics == ("tech",)
    assert TakenField("topics", "names of folders") in parsed["tech/_posts/2024-05-02-b.md"].taken
    article = articles["_posts/2024-05-01-a.md"]
    assert (article.provider.name, article.authors, article.language) == ("The Blog", ("Ann",), "de")


def test_times_without_offset_in_jekyll_are_read_as_ruby_reads_them(tmp_path: Path) -> None:
    times = {"a": "2024-05-01 01:00:00", "b": "2024-05-01 01:00", "c": "2024-05-01", "d": "2024-05-01 01:00:00 +0200"}
    posts = {f"_posts/2024-05-01-{name}.md": f"---\ntitle: T\ndate: {time}\n---\n" for name, time in times.items()}
    write_files(tmp_path, posts | {"_config.yml": "url: https://blog.example\ntimezone: America/New_York\n"})
    articles = [each.article for _, each in sorted(read_folder(tmp_path).items())]
    assert [article and f"{article.published:%d %H:%M} {article.url[20:]}" for article in articles] == [
        "01 01:00 /2024/04/30/a.html",
        "01 05:00 /2024/05/01/b.html",
        "01 04:00 /2024/05/01/c.html",
        "30 23:00 /2024/04/30/d.html",
    ]


def test_the_setting_wins_over_the_configuration(tmp_path: Path) -> None:
    write_files(tmp_path, CONFIGURED)
    article = read_folder(tmp_path, url="https://new.example")["_posts/2024-05-01-a.md"].article
    assert article is not None
    assert article.url == "https://new.example/2024/05/01/a/"


def test_pages_of_hugo_are_no_articles_without_a_date(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "hugo.toml": 'baseURL = "https://blog.example/"\n',
            "content/_index.md": "+++\ntitle = 'Home'\n+++\n",
            "content/about.md": "+++\ntitle = 'About'\n+++\n",
            "content/part.md": "No front matter.\n",
            "content/posts/2024-05-01.md": "---\n---\n# Empty\n",
            "content/posts/undated.md": "+++\ntitle = 'About'\ntags = ['a']\n+++\n",
            "content/posts/_index.md": "+++\ntitle = 'Posts'\ndate = 2024-05-01\n+++\n",
            "content/posts/a/index.md": "+++\ntitle = 'A'\ndate = 2024-05-01\ncover = 'p.jpg'\n+++\n",
            "content/posts/b.md": "+++\ntitle = 'B'\npublishDate = 2024-05-03\ndate = 2024-05-01\n+++\n",
            "content/posts/misspelt.md": "+++\ntitle = 'C'\ndaet = 2024-05-01\n+++\n",
            "layouts/x.md": "no front matter",
        },
    )
    parsed = read_folder(tmp_path)
    assert {key.removeprefix("content/posts/") for key, each in parsed.items() if each.article} == {
        "2024-05-01.md",
        "a/index.md",
        "b.md",
    }
    assert parsed["content/about.md"].problems == parsed["content/part.md"].problems == ()
    assert list_codes(parsed["content/posts/undated.md"].problems) == [(1, "undated-page")]
    assert "missing-date" in [problem.code for problem in parsed["content/posts/misspelt.md"].problems]
    article, scheduled = (parsed[f"content/posts/{name}"].article for name in ("a/index.md", "b.md"))
    assert article is not None
    assert article.url == "https://blog.example/posts/a/"
    assert article.image == Image("https://blog.example/posts/a/p.jpg")
    assert scheduled is not None
    assert scheduled.published == datetime(2024, 5, 3, tzinfo=UTC)


def test_a_broken_configuration_keeps_posts_from_getting_other_addresses(tmp_path: Path) -> None:
    write_files(tmp_path, CONFIGURED | {"_config.yml": "title: [\n"})
    parsed = read_folder(tmp_path, url=URL)
    assert [(Path(each.path).name, each.code) for each in parsed[""].problems] == [("_config.yml", "yaml")]
    assert list_codes(parsed["_posts/2024-05-01-a.md"].problems) == [(1, "broken-site")]
    assert parsed["native.md"].article is not None


def test_mdx_is_read_only_in_a_site(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.mdx": "---\ntitle: A\npubDate: 2024-05-01\n---\nText.\n"})
    assert read_folder(tmp_path) == {}
    assert read_folder(tmp_path, url=URL)["a.mdx"].article is not None

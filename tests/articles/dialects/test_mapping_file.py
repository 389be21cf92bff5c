"""A mapping file says how to read the posts below its folder."""

from pathlib import Path

import pytest

from feeds.articles.dialects.mapping_file import MAPPING_FILE, read_mapping_file
from feeds.model.errors import ArticleError
from tests.support.posts import list_codes, read_folder, write_files

POST = """\
---
headline: The harbour reopens
posted: 2024-05-01
teaser: Ferries run.
labels: [harbour]
meta: {pic: /a.jpg}
---
"""
MAPPING = """\
dialect = "hugo"
url = "https://blog.example/"
permalink = "/:year/:slugorfilename/"
timezone = "Europe/Berlin"
language = "de"

[fields]
title = "headline"
publishedDateTime = ["nothing", "posted"]
excerpt = "teaser"
topics = "labels"
images = "meta.pic"
"""


def test_a_mapping_names_the_fields_and_the_addresses_of_posts(tmp_path: Path) -> None:
    write_files(tmp_path, {f"news/{MAPPING_FILE}": MAPPING, "news/deep/harbour.md": POST, "other.md": POST})
    parsed = read_folder(tmp_path)
    article = parsed["news/deep/harbour.md"].article
    assert article is not None
    assert article.title == "The harbour reopens"
    assert article.url == "https://blog.example/2024/harbour/"
    assert article.published is not None
    assert article.published.isoformat() == "2024-04-30T22:00:00+00:00"
    assert (article.summary, article.topics, article.language) == ("Ferries run.", ("harbour",), "de")
    assert article.image is not None
    assert article.image.url == "https://blog.example/a.jpg"
    assert parsed["news/deep/harbour.md"].problems == ()
    assert "missing-url" in [problem.code for problem in parsed["other.md"].problems]


@pytest.mark.parametrize("link", ["https://blog.example/x", "/x"])
def test_a_mapping_names_the_field_of_the_address(tmp_path: Path, link: str) -> None:
    mapping = 'url = "https://blog.example"\n[fields]\nwebUrl = "link"\n'
    write_files(tmp_path, {MAPPING_FILE: mapping, "a.md": f"---\ntitle: A\ndate: 2024-05-01\nlink: {link}\n---\n"})
    article = read_folder(tmp_path)["a.md"].article
    assert article is not None
    assert article.url == "https://blog.example/x"


def test_the_closest_mapping_counts(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {MAPPING_FILE: MAPPING, f"b/{MAPPING_FILE}": MAPPING.replace("blog", "other"), "a/x.md": POST, "b/x.md": POST},
    )
    articles = {key: parsed.article for key, parsed in read_folder(tmp_path).items()}
    assert [article and article.url for article in articles.values()] == [
        f"https://{host}.example/2024/x/"
        for host in (("blog", "other") if next(iter(articles)) == "a/x.md" else ("other", "blog"))
    ]


@pytest.mark.parametrize("dialect", ["jekyll", "hugo", "eleventy", "astro"])
def test_posts_of_each_tool_have_an_address(tmp_path: Path, dialect: str) -> None:
    write_files(
        tmp_path,
        {
            MAPPING_FILE: f'dialect = "{dialect}"\nurl = "https://blog.example"',
            "2024-05-01-a.md": "---\ntitle: A\n---\n",
        },
    )
    article = read_folder(tmp_path)["2024-05-01-a.md"].article
    assert article is not None
    assert article.url.startswith("https://blog.example/")
    assert article.url.removesuffix("/").removesuffix(".html").endswith("a")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("dialect = 1", 1, "one of jekyll, hugo, eleventy, astro"),
        ('\ndialect = "wordpress"', 2, "one of jekyll"),
        ('url = "blog.example"', 1, "absolute http(s) URL"),
        ("permalink = []", 1, "a text in quotes"),
        ('permalnk = "/x/"', 1, "did you mean `permalink`"),
        ('x = "y"', 1, "the file can have dialect"),
        ("fields = 1", 1, "`[fields]`"),
        ('[fields]\nexerpt = "teaser"', 2, "did you mean `excerpt`"),
        ('[fields]\nnonsense = "teaser"', 2, "native shape"),
        ("[fields]\nexcerpt = 1.5\ntitle = []", 3, "name of a field"),
        ('[fields]\nexcerpt = "SECURED"', 2, "name of a field"),
        ('[fields]\nexcerpt = ["a", "b.secured"]', 2, "name of a field"),
        ("[fields\n", 1, "`[`"),
    ],
)
def test_problems_of_a_mapping_are_located(tmp_path: Path, text: str, line: int, words: str) -> None:
    write_files(tmp_path, {MAPPING_FILE: text, "a.md": POST})
    with pytest.raises(ArticleError) as caught:
        read_mapping_file(str(tmp_path / MAPPING_FILE))
    assert line in [problem.line for problem in caught.value.problems]
    assert words in " ".join(problem.message for problem in caught.value.problems)
    parsed = read_folder(tmp_path)
    assert parsed[""].problems == caught.value.problems
    assert list_codes(parsed["a.md"].problems) == [(1, "broken-site")]

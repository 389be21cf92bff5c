"""Paths of pages of Eleventy; the expected ones are those of Eleventy 3."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.sites import SiteConfig, Tool
from tests.articles.dialects.sample_site import Page, SampleSite

SITE = SampleSite(
    {
        "eleventy.config.js": 'module.exports = (config) => ({ dir: { input: "src", output: "out" } });',
        "src/json/json.json": '{"permalink": "/j/{{ page.fileSlug }}/", "tags": ["posts"]}',
        "src/json/deep/deep.11tydata.json": """
{"eleventyComputed": {"permalink": "/d/{{ title | slugify }}/index.html"}}
""",
        "src/js/js.11tydata.js": """
module.exports = {
  // permalink: '/no/',
  permalink: '/s{{ page.filePathStem }}.html',
};
""",
    },
    {
        "src/index.md": Page("title: x", "/"),
        "src/about.md": Page("title: x", "/about/"),
        "src/posts/first.md": Page("title: x", "/posts/first/"),
        "src/posts/2020-01-02-dated.md": Page("title: x", "/posts/2020-01-02-dated/"),
        "src/posts/Upper Case.md": Page("title: x", "/posts/Upper%20Case/"),
        "src/posts/same/same.md": Page("title: x", "/posts/same/"),
        "src/posts/2020-01-02-folder/index.md": Page("title: x", "/posts/2020-01-02-folder/"),
        "src/json/2020-01-02-dated.md": Page("title: x", "/j/dated/"),
        "src/json/2020-01-02-folder/index.md": Page("title: x", "/j/folder/"),
        "src/json/own.md": Page("title: x\npermalink: own/page/", "/own/page/"),
        "src/json/deep/a.md": Page("title: It's Füße & more!", "/d/its-fuesse-and-more/"),
        "src/js/a.md": Page("title: x", "/s/js/a.html"),
        "src/posts/date.md": Page(
            "title: x\ndate: 2020-03-09\npermalink: \"/{{ page.date | date: '%Y/%m/%d' }}/{{ title | upcase }}/\"",
            "/2020/03/09/X/",
        ),
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("eleventy")
    SITE.write(path)
    return path


@pytest.mark.parametrize("name", SITE.pages)
def test_paths_follow_the_rules_of_eleventy(folder: Path, name: str) -> None:
    assert SITE.build(folder, name) == SITE.pages[name].path


@pytest.mark.parametrize(
    ("permalink", "message"),
    [
        ("false", "`permalink: false`"),
        ("/{% if x %}/", "tags of a template"),
        ("/{{ secret }}/", "unknown variable"),
        ("/{{ title | secret }}/", "a filter that only Eleventy knows"),
        ("/{{ page.date }}/", "a date without the filter"),
        ("/{{ date | date: '%Y' }}/", "needs a date"),
    ],
)
def test_a_permalink_that_only_eleventy_can_resolve_is_an_error(permalink: str, message: str) -> None:
    date = datetime(2020, 1, 1, tzinfo=UTC) if "page.date" in permalink else None
    fields = PostFields(title="x", permalink=permalink, date=date)
    with pytest.raises(PermalinkError, match=message) as caught:
        build_path(SiteConfig(Tool.ELEVENTY, "/site"), "a.md", fields=fields)
    assert "secret" not in str(caught.value)

"""Paths of pages of Jekyll, which a real Jekyll confirms."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.sites import SiteConfig, Tool
from tests.articles.dialects.sample_site import Page, SampleSite

DATED = "title: x\ndate: 2009-04-09 23:30:05 +0000"

SITE = SampleSite(
    {
        "_config.yml": """
url: https://example.org
baseurl: /base
permalink: pretty
timezone: Asia/Tokyo
collections:
  plain: {output: true}
  dates: {output: true, permalink: "/:year/:short_year/:month/:i_month/:day/:i_day/:y_day/:short_month/:long_month"}
  days: {output: true, permalink: "/:short_day/:long_day/:w_day/:week/:w_year/:hour/:minute/:second/"}
  names: {output: true, permalink: "/:collection/:path/:name/:title/:slug:output_ext"}
  labels: {output: true, permalink: "/:categories/:slugified_categories/:title_2/"}
defaults:
- scope: {path: "", type: plain}
  values: {categories: none}
- scope: {path: _posts/notes}
  values: {permalink: "/notes/:title/"}
- scope: {path: "_posts/*/starred"}
  values: {permalink: "/starred/:slug"}
- scope: {path: "", type: posts}
  values: {permalink: "/:categories/:year/:title:output_ext"}
""",
        "list.txt": "---\n---\n{% for each in site.documents %}{{ each.relative_path }}\t{{ each.url }}\n{% endfor %}",
    },
    {
        "_posts/2009-04-29-slap-chop.md": Page("title: x", "/2009/slap-chop.html"),
        "_posts/2009-4-2-short.md": Page("title: x", "/2009/short.html"),
        "_posts/2009-04-29-Upper Case & more.md": Page("title: x", "/2009/Upper-Case-&-more.html"),
        "_posts/2009-04-29-größe.md": Page("title: x", "/2009/gr%C3%B6%C3%9Fe.html"),
        "_posts/2009-04-29-v1.2.md": Page("title: x", "/2009/v1.2.html"),
        "_posts/2009-04-29-slug.md": Page("title: x\nslug: Another Slug", "/2009/Another-Slug.html"),
        "_posts/2009-12-31-date.md": Page("title: x\ndate: 2009-12-31 20:00:00 +0000", "/2010/date.html"),
        "_posts/2009-04-29-label.md": Page("title: x\ncategories: News Öl", "/news/%C3%B6l/2009/label.html"),
        "_posts/2009-04-29-labels.md": Page("title: x\ncategories: [a, B]", "/a/b/2009/labels.html"),
        "_posts/sub/2009-04-29-inside.md": Page("title: x", "/2009/inside.html"),
        "cats/Cute/_posts/2009-04-29-cat.md": Page("title: x\ncategories: [fun]", "/cats/cute/fun/2009/cat.html"),
        "_posts/notes/2009-04-29-note.md": Page("title: x", "/notes/note/"),
        "_posts/any/starred/2009-04-29-note.md": Page("title: x", "/starred/note"),
        "_posts/2009-04-29-own.md": Page("title: x\npermalink: /own/:title", "/own/own"),
        "_posts/2009-04-29-dots.md": Page("title: x\npermalink: a/../b//c.html", "/a/b/c.html"),
        "_plain/a/b c.md": Page(DATED, "/plain/a/b%20c/"),
        "_dates/a.md": Page(DATED, "/2009/09/04/4/10/10/100/Apr/April"),
        "_days/a.md": Page(DATED, "/Fri/Friday/5/15/2009/08/30/05/"),
        "_names/In Side/2009-04-29-Big Name.md": Page(
            DATED, "/names/In%20Side/2009-04-29-Big%20Name/2009-04-29-big-name/Big-Name/big-name.html"
        ),
        "_labels/a.md": Page(f"{DATED}\ncategories: [C# Code, b]", "/c%23%20code/b/c-code/b/a_2/"),
    },
)
STYLES = {
    "": "/2009/04/29/slap-chop.html",
    "date": "/2009/04/29/slap-chop.html",
    "pretty": "/2009/04/29/slap-chop/",
    "ordinal": "/2009/119/slap-chop.html",
    "weekdate": "/2009/W18/Wed/slap-chop.html",
    "none": "/slap-chop.html",
    "/:month-:day-:year/:title:output_ext": "/04-29-2009/slap-chop.html",
    "/blog/:year/:month/:day/:title/": "/blog/2009/04/29/slap-chop/",
    "/:year/:month/:title": "/2009/04/slap-chop",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("jekyll")
    SITE.write(path)
    return path


@pytest.mark.parametrize("name", SITE.pages)
def test_paths_follow_the_rules_of_jekyll(folder: Path, name: str) -> None:
    assert SITE.build(folder, name) == SITE.pages[name].path


@pytest.mark.slow
def test_a_real_jekyll_gives_the_same_paths(folder: Path, program: Callable[[str], str]) -> None:
    command = [program("jekyll"), "build", "--quiet", "--disable-disk-cache", "--trace"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    lines = (folder / "_site/list.txt").read_text().splitlines()
    listed = dict(line.split("\t") for line in lines if line)
    assert listed == {name: page.path for name, page in SITE.pages.items()}


@pytest.mark.parametrize("style", STYLES)
def test_named_styles_and_patterns_are_as_documented(style: str) -> None:
    """Compare with the examples in https://jekyllrb.com/docs/permalinks/."""
    config = SiteConfig(Tool.JEKYLL, "/site", permalinks={"": style} if style else {})
    fields = PostFields(date=datetime(2009, 4, 29, tzinfo=UTC))
    assert build_path(config, "_posts/2009-04-29-slap-chop.md", fields=fields) == STYLES[style]


@pytest.mark.parametrize(
    ("pattern", "message"), [("/:unknown/", "`:unknown`"), ("/:year/:title/", "a date for `:year`")]
)
def test_a_pattern_that_cannot_be_resolved_is_an_error(pattern: str, message: str) -> None:
    config = SiteConfig(Tool.JEKYLL, "/site", permalinks={"": pattern})
    with pytest.raises(PermalinkError, match=message):
        build_path(config, "_posts/2009-04-29-slap-chop.md", fields=PostFields())


@pytest.mark.parametrize(
    ("style", "path"),
    [("pretty", "/a/about/"), ("date", "/a/about.html"), ("/:title/", "/a/about/"), ("/:title", "/a/about")],
)
def test_pages_take_the_end_of_the_style_of_posts(style: str, path: str) -> None:
    config = SiteConfig(Tool.JEKYLL, "/site", permalinks={"": style})
    assert build_path(config, "a/about.md", fields=PostFields()) == path
    assert build_path(config, "a/index.md", fields=PostFields()) == "/a/"


def test_a_date_at_the_end_of_the_calendar_stays_in_it() -> None:
    config = SiteConfig(Tool.JEKYLL, "/site", timezone="Asia/Tokyo")
    fields = PostFields(date=datetime(9999, 12, 31, 23, tzinfo=UTC))
    assert build_path(config, "_posts/9999-12-31-a.md", fields=fields) == "/9999/12/31/a.html"

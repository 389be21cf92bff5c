"""Paths of pages of Hugo, which a real Hugo confirms."""

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.sites import HugoOptions, SiteConfig, Tool
from tests.articles.dialects.sample_site import Page, SampleSite

DATED = "title: The Story, Part 2\ndate: 2020-03-09T23:30:00-05:00"

SITE = SampleSite(
    {
        "hugo.toml": """
baseURL = "https://example.org/base/"
title = "A site"
disableKinds = ["sitemap", "taxonomy", "term", "RSS", "home", "section", "404"]

[frontmatter]
date = ["date", ":filename", ":default"]

[permalinks]
dated = "/:year/:month/:day/:title/"
words = "/:monthname/:weekdayname/:weekday/:yearday/:slug"
named = "/n/:filename/:section"
deep = "/:sections/:slugorfilename/"
cut = "/c/:sections[0]/:contentbasename/"
go = "/:2006-:01/:slug/"
colon = "/a\\\\:b/:slug/"
"/" = "/top/:slug/"
""",
        "layouts/_default/single.html": "{{ .Title }}",
        "content/deep/inner/_index.md": "---\ntitle: Inner\n---\n",
        "content/deep/gap/section/_index.md": "---\ntitle: Section\n---\n",
    },
    {
        "content/about.md": Page("title: About us", "/top/about-us/"),
        "content/posts/first.md": Page("title: First", "/posts/first/"),
        "content/posts/My Post.md": Page("title: x", "/posts/my-post/"),
        "content/posts/CamelCase_name.md": Page("title: x", "/posts/camelcase_name/"),
        "content/posts/C# and C++.md": Page("title: x", "/posts/c%23-and-c++/"),
        "content/posts/It's (not) a, test!.md": Page("title: x", "/posts/its-not-a-test/"),
        "content/posts/größe.md": Page("title: x", "/posts/gr%C3%B6%C3%9Fe/"),
        "content/posts/日本.md": Page("title: x", "/posts/%E6%97%A5%E6%9C%AC/"),
        "content/posts/a--b.md": Page("title: x", "/posts/a--b/"),
        "content/posts/bundle/index.md": Page("title: x", "/posts/bundle/"),
        "content/posts/2020/deep.md": Page("title: x", "/posts/2020/deep/"),
        "content/posts/2020-01-02-dated-name.md": Page("title: x", "/posts/dated-name/"),
        "content/posts/slug.md": Page("title: x\nslug: My Slug", "/posts/my-slug/"),
        "content/posts/slugged/index.md": Page("title: x\nslug: other", "/posts/other/"),
        "content/posts/url.md": Page("title: x\nurl: /Some/Where/", "/Some/Where/"),
        "content/posts/url-file.md": Page("title: x\nurl: /some/file.html", "/some/file.html"),
        "content/posts/url-open.md": Page("title: x\nurl: some/page", "/some/page/"),
        "content/posts/url-index.md": Page("title: x\nurl: /some/index.html", "/some/"),
        "content/posts/url-blank.md": Page('title: x\nurl: "/some blank/ü/"', "/some%20blank/%C3%BC/"),
        "content/Single/index.md": Page("title: x", "/top/x/"),
        "content/dated/a.md": Page(DATED, "/2020/03/09/the-story-part-2/"),
        "content/dated/b.md": Page("title: A/B — 50% & more\ndate: 2020-12-31", "/2020/12/31/a-b-50-more/"),
        "content/dated/c.md": Page("title: C++ \u00e0 la carte\ndate: 2020-01-01", "/2020/01/01/c-%C3%A0-la-carte/"),
        "content/dated/d.md": Page("title: x\nslug: A/B+C d\ndate: 2020-01-01", "/2020/01/01/x/"),
        "content/posts/slash.md": Page("title: x\nslug: A/B+C d", "/posts/a/b+c-d/"),
        "content/words/c.md": Page(f"{DATED}\nslug: A/B+C d", "/march/monday/1/69/a/b-c-d/"),
        "content/words/d.md": Page(f"{DATED}\nslug: 100% sure", "/march/monday/1/69/100-sure/"),
        "content/words/e.md": Page(
            "title: 'Über: “Zitate” … und #1?'\ndate: 2020-03-09", "/march/monday/1/69/%C3%BCber-zitate-und-%231/"
        ),
        "content/words/a.md": Page(DATED, "/march/monday/1/69/the-story-part-2/"),
        "content/words/b.md": Page(f"{DATED}\nslug: b", "/march/monday/1/69/b/"),
        "content/named/Some File.md": Page(DATED, "/n/some-file/named/"),
        "content/named/bundle/index.md": Page(DATED, "/n/bundle/named/"),
        "content/deep/inner/a.md": Page(DATED, "/deep/inner/a/"),
        "content/deep/plain/a.md": Page(DATED, "/deep/a/"),
        "content/deep/plain/below/a.md": Page(f"{DATED}\nslug: b", "/deep/b/"),
        "content/deep/inner/plain/c/index.md": Page(DATED, "/deep/inner/c/"),
        "content/deep/gap/section/d.md": Page(DATED, "/deep/gap/section/d/"),
        "content/cut/inner/a.md": Page(DATED, "/c/cut/a/"),
        "content/go/a.md": Page(f"{DATED}\nslug: a", "/2020-03/a/"),
        "content/colon/a.md": Page(f"{DATED}\nslug: a", "/ab/a/"),
    },
)
NEWER_PAGES = ("content/dated/b.md", "content/words/e.md", "content/posts/C# and C++.md", "content/posts/url-index.md")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hugo")
    SITE.write(path)
    return path


@pytest.mark.parametrize("name", SITE.pages)
def test_paths_follow_the_rules_of_hugo(folder: Path, name: str) -> None:
    assert SITE.build(folder, name) == SITE.pages[name].path


HUGO = SiteConfig(Tool.HUGO, "/site", content_root="content")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("/:unknown/", "`:unknown`"), ("/:year/", "a date for `:year`"), ("/:2006/", "a date for `:2006`")],
)
def test_a_pattern_that_cannot_be_resolved_is_an_error(pattern: str, message: str) -> None:
    config = msgspec.structs.replace(HUGO, permalinks={"posts": pattern})
    with pytest.raises(PermalinkError, match=message):
        build_path(config, "content/posts/a.md", fields=PostFields())


@pytest.mark.parametrize(
    ("options", "path"),
    [
        (HugoOptions(), "/posts/%C3%A4-b/"),
        (HugoOptions(keeps_case=True), "/posts/%C3%84-B/"),
        (HugoOptions(removes_accents=True), "/posts/a-b/"),
        (HugoOptions(ugly_sections=frozenset([""])), "/posts/%C3%A4-b.html"),
        (HugoOptions(ugly_sections=frozenset(["notes"])), "/posts/%C3%A4-b/"),
    ],
)
def test_paths_depend_on_settings(options: HugoOptions, path: str) -> None:
    config = msgspec.structs.replace(HUGO, hugo=options)
    assert build_path(config, "content/posts/Ä B.md", fields=PostFields()) == path


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("content/posts/a.md", "/posts/a/"),
        ("content/posts/a.en.md", "/posts/a/"),
        ("content/posts/a.fr.md", "/fr/posts/a/"),
        ("content/posts/a.b.md", "/posts/a.b/"),
        ("inhalt/posts/a.md", "/de/posts/a/"),
    ],
)
def test_languages_have_folders_or_suffixes(key: str, path: str) -> None:
    config = msgspec.structs.replace(HUGO, hugo=HugoOptions(languages={"en": "", "fr": "", "de": "inhalt"}))
    assert build_path(config, key, fields=PostFields()) == path


@pytest.mark.parametrize(("glob", "path"), [("/posts/**", "/p/a"), ("/posts/*", "/p/a"), ("/other/**", "/posts/a")])
def test_rules_may_be_globs(glob: str, path: str) -> None:
    config = msgspec.structs.replace(HUGO, permalinks={glob: "/p/:filename/"})
    assert build_path(config, "content/posts/a.md", fields=PostFields()) == f"{path}/"


def test_a_real_hugo_gives_the_same_paths(folder: Path, program: Callable[[str], str]) -> None:
    hugo = program("hugo")
    pages = SITE.pages
    if b"v0.111." in subprocess.run([hugo, "version"], check=True, capture_output=True).stdout:
        config = (folder / "hugo.toml").read_text()
        folder = shutil.copytree(folder, folder.with_name("older"))
        (folder / "hugo.toml").write_text("\n".join(line for line in config.splitlines() if not _is_newer(line)))
        pages = {name: page for name, page in pages.items() if not _is_newer(name)}
    listed = list_paths(hugo, folder)
    assert {name: listed.get(name) for name in pages} == {name: f"/base{page.path}" for name, page in pages.items()}


def _is_newer(text: str) -> bool:
    """Return whether a line of the configuration, or a page, is as expected only with a newer Hugo than Debian's."""
    return text in NEWER_PAGES or text.startswith(("cut =", "colon =", "content/cut/", "content/colon/"))


def list_paths(hugo: str, folder: Path) -> dict[str, str]:
    """Return the paths of all pages by the names of their files."""
    output = subprocess.run([hugo, "list", "all"], cwd=folder, check=True, capture_output=True, text=True).stdout
    rows = csv.DictReader(line for line in output.splitlines() if line.startswith(("path,", "content", '"content')))
    return {row["path"]: urlsplit(row["permalink"]).path for row in rows}

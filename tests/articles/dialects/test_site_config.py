"""Configurations of sites are found around articles, read without running anything, and noticed when they change."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.post_scope import is_post_file
from feeds.articles.dialects.site_config import Tool, find_site_config, fingerprint_site_config
from feeds.articles.dialects.sites import find_defaults
from feeds.model.errors import Level
from tests.articles.dialects.sample_site import find_config, write_file

JEKYLL = """
url: https://example.org/
baseurl: /blog
title: A Blog
author: {name: Ada}
lang: de
timezone: Europe/Berlin
permalink: pretty
collections_dir: all
collections:
  recipes: {permalink: "/r/:title/"}
"""
HUGO = """
baseURL = "https://example.org/blog/"
title = "A Blog"
languageCode = "de-DE"
timeZone = "Europe/Berlin"
uglyURLs = true
[params.author]
name = "Ada"
[permalinks.page]
Posts = "/:slug/"
[permalinks.section]
posts = "/no/"
[languages.de]
contentDir = "content/de"
"""


def test_jekyll_is_read(tmp_path: Path) -> None:
    write_file(tmp_path / "_config.yml", JEKYLL)
    config = find_config(tmp_path, "_posts/2020-01-01-a.md")
    assert (config.tool, config.url, config.title, config.author) == (
        *(Tool.JEKYLL, "https://example.org/blog"),
        *("A Blog", "Ada"),
    )
    assert (config.language, config.timezone) == ("de", "Europe/Berlin")
    assert config.permalinks["recipes"] == "/r/:title/"
    assert config.make_key(str(tmp_path / "_posts/a.md")) == "_posts/a.md"


def test_the_host_of_github_pages_counts_without_a_url(tmp_path: Path) -> None:
    write_file(tmp_path / "_config.yml", "title: x\nurl: http://localhost:4000")
    assert find_config(tmp_path, "_posts/a.md").url == ""
    write_file(tmp_path / "CNAME", "blog.example.org\n")
    assert find_config(tmp_path, "_posts/a.md").url == "https://blog.example.org"


@pytest.mark.parametrize(
    "name", ["hugo.toml", "config.toml", "config/_default/hugo.toml", "config/_default/config.toml"]
)
def test_hugo_is_read(tmp_path: Path, name: str) -> None:
    write_file(tmp_path / name, HUGO)
    config = find_config(tmp_path, "content/posts/a.md")
    assert (config.tool, config.url, config.title) == (Tool.HUGO, "https://example.org/blog", "A Blog")
    assert (config.author, config.language, config.timezone) == ("Ada", "de-DE", "Europe/Berlin")
    assert config.permalinks == {"posts": "/:slug/"}
    assert config.hugo.ugly_sections == {""}
    assert config.hugo.languages == {"de": "content/de"}


def test_the_tables_of_hugo_may_be_files(tmp_path: Path) -> None:
    write_file(tmp_path / "config/_default/hugo.yaml", "baseURL: https://example.com\ntitle: x")
    write_file(tmp_path / "config/_default/permalinks.json", '{"posts": "/:slug/"}')
    write_file(tmp_path / "config/production/hugo.toml", 'baseURL = "https://example.org"')
    config = find_config(tmp_path, "content/posts/a.md")
    assert (config.url, config.title, config.permalinks) == ("https://example.org", "x", {"posts": "/:slug/"})


def test_the_rules_of_hugo_may_be_a_list(tmp_path: Path) -> None:
    rules = """
[[permalinks]]
pattern = "/s/"
[permalinks.target]
kind = "section"
[[permalinks]]
pattern = "/p/:slug/"
[permalinks.target]
kind = "page"
path = "/posts/**"
"""
    write_file(tmp_path / "hugo.toml", rules)
    assert find_config(tmp_path, "content/posts/a.md").permalinks == {"/posts/**": "/p/:slug/"}


def test_the_languages_of_hugo_may_be_files(tmp_path: Path) -> None:
    write_file(tmp_path / "config/_default/hugo.toml", "baseURL = 'https://example.org'")
    for code in ("en", "de"):
        write_file(
            tmp_path / f"config/_default/languages.{code}.toml", f"contentDir = 'content/{code}'\ntitle = '{code}'"
        )
        write_file(tmp_path / f"config/_default/params.{code}.toml", f"author = '{code}'")
    config = find_config(tmp_path, "content/en/posts/a.md")
    assert config.hugo.languages == {"en": "content/en", "de": "content/de"}
    assert (config.title, config.author) == ("en", "en")
    assert not config.covers("content/fr/posts/a.md")
    content = tmp_path / "content"
    assert find_site_config(str(content / "fr/posts/a.md"), root=str(content))[0] == config


def test_other_folders_may_take_the_place_of_the_content_of_hugo(tmp_path: Path) -> None:
    mounts = [("src/content", "content"), ("news", "content/posts/news"), ("static", "static")]
    rules = "".join(f"[[module.mounts]]\nsource = '{source}'\ntarget = '{target}'\n" for source, target in mounts)
    write_file(tmp_path / "hugo.toml", rules)
    config = find_config(tmp_path, "src/content/posts/a.md")
    paths = {"src/content/posts/a.md": "/posts/a/", "news/a.md": "/posts/news/a/"}
    assert {key: build_path(config, key, fields=PostFields()) for key in paths} == paths
    assert [config.covers(key) for key in (*paths, "content/posts/a.md")] == [True, True, False]


@pytest.mark.parametrize(
    ("name", "text", "covered"),
    [
        ("hugo.toml", "title = 'x'", "content/a.md"),
        (".eleventy.js", "{dir: {input: 'site'}}", "site/a.md"),
        ("astro.config.mjs", "", "src/content/a.md"),
    ],
)
def test_tools_make_pages_of_their_content_only(tmp_path: Path, name: str, text: str, covered: str) -> None:
    write_file(tmp_path / name, text)
    for key in (covered, "articles/a.md"):
        assert find_config(tmp_path, key).covers(key) is (key == covered)


def test_a_configuration_around_counts_if_the_closest_is_for_other_files(tmp_path: Path) -> None:
    write_file(tmp_path / "_config.yml", "title: outer")
    write_file(tmp_path / "inner/hugo.toml", "title = 'inner'")
    assert find_config(tmp_path, "inner/content/a.md").title == "inner"
    assert find_config(tmp_path, "inner/_posts/a.md").title == "outer"


@pytest.mark.parametrize("text", ["name = 'x'", "[broken"])
def test_a_file_called_config_may_belong_to_another_program(tmp_path: Path, text: str) -> None:
    write_file(tmp_path / "config.toml", text)
    assert find_site_config(str(tmp_path / "content/a.md"), root=str(tmp_path)) == (None, ())


def test_eleventy_is_read(tmp_path: Path) -> None:
    write_file(tmp_path / ".eleventy.js", 'module.exports = () => ({dir: {input: "./src/", data: "data"}})')
    write_file(
        tmp_path / "src/data/site.json", '{"url": "https://example.org", "title": "A Blog", "author": {"name": "Ada"}}'
    )
    write_file(tmp_path / "src/posts/posts.json", '{"layout": "post", "permalink": "/{{ page.fileSlug }}/"}')
    config = find_config(tmp_path, "src/posts/a.md")
    assert (config.tool, config.url, config.author) == (Tool.ELEVENTY, "https://example.org", "Ada")
    assert config.content_root == "src"
    assert find_defaults(config, "src/posts/a.md", type="")["layout"] == "post"
    assert find_defaults(config, "src/other/a.md", type="") == {}


@pytest.mark.parametrize(
    "script",
    [
        "site: 'https://example.org/',\n  base: '/blog/'",
        "// site: 'https://example.com',\n  \"site\": `https://example.org`, base: 'blog'",
        "site: /* 'x' */ 'https://example.org', base: '/blog'",
        "site: process.env.URL || 'https://example.org', base: '/blog'",
    ],
)
def test_astro_is_read(tmp_path: Path, script: str) -> None:
    write_file(tmp_path / "astro.config.mjs", f"export default defineConfig({{\n  {script}\n}});")
    assert find_config(tmp_path, "src/content/blog/a.md").url == "https://example.org/blog"


def test_a_url_that_a_program_builds_is_unknown(tmp_path: Path) -> None:
    write_file(tmp_path / "astro.config.mjs", "export default { site: `https://${host}`, base: process.env.BASE }")
    assert find_config(tmp_path, "src/content/blog/a.md").url == ""


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("_config.yml", "title: x\nurl: [", (2, 6)),
        ("hugo.toml", "title = 'x'\nurl = ?", (2, 7)),
        ("hugo.json", '{"title": "x",\n}', (2, 1)),
        ("hugo.json", '{"a":' * 600 + "1" + "}" * 600, (1, 1)),
        ("hugo.json", '{"a": ' + "9" * 5000 + "}", (1, 1)),
        ("hugo.toml", "x = 1\n[" + ".".join("a" * 2000) + "]\nb = 1", (2, 2)),
        ("hugo.toml", "x = 1\ny = 0x" + "f" * 5000, (1, 1)),
    ],
)
def test_a_broken_configuration_is_one_problem(tmp_path: Path, name: str, text: str, place: tuple[int, int]) -> None:
    write_file(tmp_path / name, text)
    for file in ("content/a.md", "content/b.md"):
        config, (problem,) = find_site_config(str(tmp_path / file), root=str(tmp_path))
        assert config is None
        assert (problem.path, problem.level) == (str(tmp_path / name), Level.ERROR)
        assert problem.line == place[0]


def test_a_pipe_and_a_large_file_are_problems(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "_config.yml")
    (problem,) = find_site_config(str(tmp_path / "a.md"), root=str(tmp_path))[1]
    assert problem.code == "not-a-file"
    (tmp_path / "_config.yml").unlink()
    write_file(tmp_path / "_config.yml", "#" * 2_000_000)
    (problem,) = find_site_config(str(tmp_path / "a.md"), root=str(tmp_path))[1]
    assert problem.code == "too-large"


@pytest.mark.parametrize("source", ["../secret", "/secret", "\0", "a/../../secret"])
def test_a_configuration_leads_to_no_other_folder(tmp_path: Path, source: str) -> None:
    write_file(tmp_path / "secret/_data/site.json", '{"title": "secret"}')
    named = f"{tmp_path}/secret" if source.startswith("/") else source
    write_file(tmp_path / "blog/.eleventy.js", f"{{dir: {{input: '{named}'}}}}")
    config, _ = find_site_config(str(tmp_path / "blog/a.md"), root=str(tmp_path / "blog"))
    assert config is not None
    assert config.title == ""


@pytest.mark.parametrize("url", ["http://[", "ftp://example.org", "http://localhost:4000", "//example.org", "x"])
def test_a_url_that_no_reader_can_open_is_unknown(tmp_path: Path, url: str) -> None:
    write_file(tmp_path / "_config.yml", f"url: '{url}'")
    assert find_config(tmp_path, "_posts/a.md").url == ""


def test_a_broken_data_file_costs_only_itself(tmp_path: Path) -> None:
    write_file(tmp_path / ".eleventy.js", "")
    write_file(tmp_path / "posts/posts.json", "{")
    write_file(tmp_path / "_data/site.json", '{"url": 1')
    config, problems = find_site_config(str(tmp_path / "posts/a.md"), root=str(tmp_path))
    assert config is not None
    assert {problem.path for problem in problems} == {
        str(tmp_path / "posts/posts.json"),
        str(tmp_path / "_data/site.json"),
    }


def test_an_unknown_time_zone_is_a_warning(tmp_path: Path) -> None:
    write_file(tmp_path / "_config.yml", "timezone: Europe/Nowhere")
    config, (problem,) = find_site_config(str(tmp_path / "a.md"), root=str(tmp_path))
    assert config is not None
    assert (config.timezone, problem.level, problem.code) == ("", Level.WARNING, "bad-time-zone")


def test_the_closest_configuration_counts(tmp_path: Path) -> None:
    write_file(tmp_path / "_config.yml", "title: outer")
    write_file(tmp_path / "inner/_config.yml", "title: inner")
    assert find_config(tmp_path, "_posts/a.md").title == "outer"
    assert find_config(tmp_path, "inner/_posts/a.md").title == "inner"


@pytest.mark.parametrize(
    ("name", "root", "is_found"),
    [
        ("_config.yml", "_posts", True),
        ("_config.yml", "notes", False),
        ("hugo.toml", "content", True),
        ("hugo.toml", "content/en/blog", True),
        ("hugo.toml", "articles", False),
        ("astro.config.mjs", "src/content/blog", True),
        (".eleventy.js", "src/posts", True),
        (".eleventy.js", "src", True),
        (".eleventy.js", "src/project/articles", False),
    ],
)
def test_the_search_leaves_a_content_folder_of_a_tool_only(
    tmp_path: Path, name: str, root: str, *, is_found: bool
) -> None:
    write_file(tmp_path / name, "")
    config, _ = find_site_config(str(tmp_path / root / "a.md"), root=str(tmp_path / root))
    assert bool(config) is is_found
    assert config is None or config.make_key(str(tmp_path / root / "a.md")) == f"{root}/a.md"


def test_the_fingerprint_changes_with_the_bytes(tmp_path: Path) -> None:
    article, root = str(tmp_path / "_posts/a.md"), str(tmp_path)
    seen = [fingerprint_site_config(article, root=root)]
    for text in ("title: a", "title: b", "title: ["):
        write_file(tmp_path / "_config.yml", text)
        seen.append(fingerprint_site_config(article, root=root))
    (tmp_path / "_config.yml").unlink()
    assert seen[0] == ""
    assert len(set(seen)) == len(seen)
    assert fingerprint_site_config(article, root=root) == ""


def test_the_fingerprint_is_the_same_in_another_folder(tmp_path: Path) -> None:
    prints = []
    for name in ("a", "b"):
        write_file(tmp_path / name / "_config.yml", "title: x")
        write_file(tmp_path / name / "_posts/a.md", "text")
        prints.append(fingerprint_site_config(str(tmp_path / name / "_posts/a.md"), root=str(tmp_path / name)))
    assert prints[0] == prints[1] != ""


def test_jekyll_leaves_out_gems_and_what_the_site_excludes(tmp_path: Path) -> None:
    write_file(tmp_path / "_config.yml", "source: src\nexclude: [/old/, 'draft*/*.md', '', {a: 1}]\n")
    config = find_config(tmp_path, "src/_posts/a.md")
    names = ("_posts/a.md", "gold/_posts/a.md", "old/_posts/a.md", "drafts/_posts/a.md", "vendor/bundle/x/_posts/a.md")
    assert [name for name in names if is_post_file(config, f"src/{name}")] == ["_posts/a.md", "gold/_posts/a.md"]


def test_links_out_of_the_site_are_not_followed(tmp_path: Path) -> None:
    """The texts of a configuration are published, so another file of the machine must not be one."""
    site = tmp_path / "site"
    write_file(tmp_path / "token.json", '{"title": "token", "url": "https://token.example"}')
    for name in ("CNAME", "_data/site.json", "hugo.json"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).symlink_to(tmp_path / "token.json")
    (problem,) = find_site_config(str(site / "content/a.md"), root=str(site))[1]
    assert (problem.path, problem.code) == (str(site / "hugo.json"), "outside-link")
    (site / "hugo.json").unlink()
    write_file(site / "own.yml", "title: x")
    (site / "_config.yml").symlink_to("own.yml")
    config = find_config(site, "_posts/a.md")
    assert (config.title, config.url) == ("x", "")
    (site / "_config.yml").unlink()
    write_file(site / ".eleventy.js", "")
    found, problems = find_site_config(str(site / "a.md"), root=str(site))
    assert found is not None
    assert (found.title, found.url, [each.code for each in problems]) == ("", "", ["outside-link"])


@pytest.mark.parametrize(("name", "text"), [("_config.yml", "permalink: '{}'"), ("hugo.toml", "permalinks.a = '{}'")])
def test_long_patterns_are_refused(tmp_path: Path, name: str, text: str) -> None:
    write_file(tmp_path / name, text.format("/:title" * 300))
    config = find_config(tmp_path, "content/a/_posts/2024-01-01-a.md")
    with pytest.raises(PermalinkError, match="longer than 2,000 characters"):
        build_path(
            config,
            "content/a/_posts/2024-01-01-a.md",
            fields=PostFields(title="A", date=datetime(2024, 1, 1, tzinfo=UTC)),
        )

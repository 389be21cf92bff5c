"""Paths of pages of Astro."""

from pathlib import Path

import pytest

from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.sites import SiteConfig, Tool
from tests.articles.dialects.sample_site import Page, SampleSite, find_config, write_file

SITE = SampleSite(
    {
        "astro.config.mjs": 'export default defineConfig({\n  site: "https://example.org",\n  base: "/base",\n});',
        "src/content.config.ts": """
const blog = defineCollection({ schema });
const essays = defineCollection({ loader: glob({ pattern: "**/*.md", base: "./src/data/essays" }) });
export const collections = { blog, essays };
""",
        "src/pages/posts/[...slug].astro": "const posts = await getCollection('blog');",
        "src/pages/tags/[tag].astro": "const posts = await getCollection('blog');",
        "src/pages/essays/[id]/index.astro": 'const all = await getCollection<"essays">("essays", filter);',
    },
    {
        "src/content/blog/first.md": Page("title: x", "/posts/first/"),
        "src/content/blog/Big News, v1.2!.md": Page("title: x", "/posts/big-news-v12/"),
        "src/content/blog/2020/größe_1.md": Page("title: x", "/posts/2020/gr%C3%B6%C3%9Fe_1/"),
        "src/content/blog/folder/index.md": Page("title: x", "/posts/folder/"),
        "src/content/blog/slug.md": Page("title: x\nslug: Other/Page", "/posts/Other/Page/"),
        "src/content/other/a.md": Page("title: x", "/other/a/"),
        "src/data/essays/One Two.md": Page("title: x", "/essays/one-two/"),
        "src/pages/about.md": Page("title: x", "/about/"),
        "src/pages/notes/index.md": Page("title: x", "/notes/"),
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("astro")
    SITE.write(path)
    return path


@pytest.mark.parametrize("name", SITE.pages)
def test_paths_follow_the_rules_of_astro(folder: Path, name: str) -> None:
    assert SITE.build(folder, name) == SITE.pages[name].path


@pytest.mark.parametrize("setting", ["trailingSlash: 'never'", "build: { format: 'file' }"])
def test_paths_may_have_no_slash_at_the_end(tmp_path: Path, setting: str) -> None:
    write_file(tmp_path / "astro.config.ts", f"export default {{ {setting} }}")
    config = find_config(tmp_path, "src/content/blog/a.md")
    assert build_path(config, "src/content/blog/a.md", fields=PostFields()) == "/blog/a"


def test_a_route_of_two_parameters_is_an_error() -> None:
    config = SiteConfig(Tool.ASTRO, "/site", content_root="src", permalinks={"blog": "/[lang]/[slug]"})
    with pytest.raises(PermalinkError, match="several parameters"):
        build_path(config, "src/content/blog/a.md", fields=PostFields())


def test_ids_that_a_program_makes_are_unknown(tmp_path: Path) -> None:
    write_file(tmp_path / "astro.config.mjs", "")
    write_file(tmp_path / "src/pages/[...slug].astro", "getCollection('blog')")
    script = "const blog = defineCollection({ loader: glob({ base: './src/posts', generateId: (each) => each.id }) });"
    write_file(tmp_path / "src/content.config.ts", script)
    config = find_config(tmp_path, "src/posts/a.md")
    with pytest.raises(PermalinkError, match="generateId"):
        build_path(config, "src/posts/a.md", fields=PostFields())
    assert build_path(config, "src/posts/a.md", fields=PostFields(permalink="/b/")) == "/b/"

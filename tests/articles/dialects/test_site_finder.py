"""Files that decide how posts are read: a change of one needs a full collect, and comparisons of commits read them."""

from pathlib import Path

import pytest

from feeds.articles.dialects.site_config import fingerprint_site_config
from feeds.articles.dialects.site_finder import is_site_file
from tests.articles.dialects.sample_site import write_file


@pytest.mark.parametrize(
    ("config", "post", "name"),
    [
        ("astro.config.mjs", "src/content/blog/a.md", "src/pages/blog/[slug].astro"),
        ("astro.config.mjs", "src/content/blog/a.md", "src/content.config.ts"),
        ("astro.config.mjs", "src/content/blog/a.md", "src/content/config.ts"),
        (".eleventy.js", "posts/a.md", "data/site.json"),
        (".eleventy.js", "posts/a.md", "posts/posts.11tydata.js"),
        ("hugo.toml", "content/a.md", "config/_default/permalinks.toml"),
        ("_config.yml", "_posts/a.md", "CNAME"),
    ],
)
def test_each_file_that_is_read_counts_as_a_site_file(tmp_path: Path, config: str, post: str, name: str) -> None:
    write_file(tmp_path / config, 'dir: {data: "data"}' if config == ".eleventy.js" else "")
    before = fingerprint_site_config(str(tmp_path / post), root=str(tmp_path))
    write_file(tmp_path / name, "{}" if name.endswith(".json") else 'permalink = "/x/"')
    assert fingerprint_site_config(str(tmp_path / post), root=str(tmp_path)) != before
    assert is_site_file(str(tmp_path / config))
    assert is_site_file(str(tmp_path / name))

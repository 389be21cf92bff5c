"""Posts in the shapes of other tools are collected, and read again when their configuration changes."""

from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from feeds.articles.files import locate_article, scan
from feeds.collector.collect import Collector
from feeds.collector.collect_result import CollectResult
from feeds.collector.file_events import watch_folders
from tests.support.newsroom import Newsroom, dump_fresh
from tests.support.posts import LATER_NS, write_files

CONFIG = "url: https://blog.example\n"
SITE = {
    "_config.yml": CONFIG,
    "_posts/2021-02-01-a.md": "---\ntitle: A\ntags: [harbour]\n---\nText.\n",
    "_posts/2021-02-02-b.md": "---\ntitle: B\n---\nText.\n",
    "about.md": "---\ntitle: About\n---\n",
}
A, B = "https://blog.example/2021/02/01/a.html", "https://blog.example/2021/02/02/b.html"


def collect(newsroom: Newsroom, *names: str, url: str = "") -> CollectResult:
    """Collect everything, or the files with these names, with the URL of the site in the settings."""
    newsroom.wait(minutes=1)
    located = [locate_article([newsroom.folder], str(newsroom.folder / name)) for name in names]
    collector = Collector(newsroom.catalog, [newsroom.folder], articles_url=url, clock=newsroom.clock)
    return collector.collect(only=[file for file in located if file] if names else None)


def test_posts_are_read_again_when_their_configuration_changes(newsroom: Newsroom) -> None:
    newsroom.write("native")
    write_files(newsroom.folder, SITE)
    result = collect(newsroom)
    assert (result.read, result.added, result.problems) == (4, 3, ())
    assert newsroom.see().ids == ["https://gazette.example/native", B, A]
    assert newsroom.see_topic("harbour").ids == [A]
    assert collect(newsroom).read == 0
    write_files(newsroom.folder, {"_config.yml": f"{CONFIG}baseurl: /base\n"})
    assert collect(newsroom).read == 4
    assert newsroom.see().ids[1:] == [url.replace("example/", "example/base/") for url in (B, A)]
    assert newsroom.dump() == dump_fresh(newsroom, "")


def test_posts_keep_their_last_version_while_the_configuration_is_broken(newsroom: Newsroom) -> None:
    write_files(newsroom.folder, SITE)
    collect(newsroom)
    write_files(newsroom.folder, {"_config.yml": "url: [\n"})
    result = collect(newsroom, url="https://other.example")
    assert {(Path(each.path).name, each.code) for each in result.problems} >= {("_config.yml", "yaml")}
    assert newsroom.see().ids == [B, A]
    write_files(newsroom.folder, {"_config.yml": CONFIG})
    assert collect(newsroom).problems == ()
    assert newsroom.see().ids == [B, A]


def test_a_new_post_changes_no_other_post(newsroom: Newsroom) -> None:
    write_files(newsroom.folder, {"one.md": "---\ntitle: One\ndate: 2021-02-01\n---\n"})
    collect(newsroom, url="https://blog.example")
    write_files(
        newsroom.folder, {"2021-02-02-two.md": "---\nlayout: post\ntitle: Two\n---\n", "index.md": "+++\n+++\n"}
    )
    collect(newsroom, "2021-02-02-two.md", "index.md", url="https://blog.example")
    assert newsroom.see().ids == ["https://blog.example/2021/02/02/two.html", "https://blog.example/one/"]


def test_a_page_that_loses_its_date_is_withdrawn(newsroom: Newsroom) -> None:
    write_files(newsroom.folder, {"hugo.toml": "", "content/a.md": "+++\ntitle = 'A'\ndate = 2021-02-01\n+++\n"})
    assert collect(newsroom, url="https://blog.example").added == 1
    write_files(newsroom.folder, {"content/a.md": "+++\ntitle = 'A'\ntags = ['a']\n+++\n"})
    result = collect(newsroom, "content/a.md", url="https://blog.example")
    assert (result.withdrawn, [problem.code for problem in result.problems]) == (1, ["undated-page"])


def test_only_the_stamps_of_posts_depend_on_configurations(tmp_path: Path) -> None:
    write_files(tmp_path, {"native/a.md": "", **{f"blog/{name}": text for name, text in SITE.items()}})

    def read_stamps(url: str = "") -> dict[str, str]:
        files = scan([tmp_path], now_ns=LATER_NS, articles_url=url).articles
        return {file.key.partition("/")[0]: file.stamp for file in files}

    before = read_stamps()
    (tmp_path / "blog" / "_config.yml").write_text(CONFIG + CONFIG.replace("url", "x"))
    after = read_stamps()
    assert (after["native"] == before["native"], after["blog"] == before["blog"]) == (True, False)
    assert before["native"].count(".") == 3
    assert read_stamps("https://blog.example")["native"] != before["native"]


@pytest.mark.parametrize(
    "name", ["_config.yml", "mapping.toml", ".eleventy.js", "posts/posts.json", "config/_default/hugo.toml"]
)
def test_a_changed_configuration_needs_a_collect_of_all_articles(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: ""})
    with closing(watch_folders([tmp_path], stop=Event(), on_error=lambda error: pytest.fail(str(error)))) as batches:
        assert next(batches).is_fresh
        write_files(tmp_path, {name: "x"})
        assert next(events for events in batches if events.count).needs_full_collect


def test_a_configuration_above_the_content_folder_is_watched(tmp_path: Path) -> None:
    write_files(tmp_path, SITE)
    posts = tmp_path / "_posts"
    with closing(watch_folders([posts], stop=Event(), on_error=lambda error: pytest.fail(str(error)))) as batches:
        assert next(batches).is_fresh
        write_files(tmp_path, {"_config.yml": "url: https://other.example\n"})
        assert next(events for events in batches if events.needs_full_collect).is_fresh

"""Content files are found and read from any file system."""

import os
from pathlib import Path

import pytest

from feeds.articles.content_file import ContentFile
from feeds.articles.files import Content, locate_article, locate_key, needs_scan, scan
from feeds.articles.names import MAX_KEY_BYTES
from feeds.model.errors import Level, SettingsError

LATER_NS = 4_000_000_000 * 1_000_000_000
NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def find_keys(*folders: Path) -> list[str]:
    return sorted(file.key for file in scan(folders, now_ns=LATER_NS).articles)


def list_problems(content: Content) -> list[tuple[str, str, Level]]:
    return sorted((Path(problem.path).name, problem.code, problem.level) for problem in content.problems)


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def test_articles_are_found_at_any_depth_and_named_within_their_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "2021/03/b.markdown", "c.txt", "d.html", "e.md.bak")
    assert find_keys(tmp_path) == ["2021/03/b.markdown", "a.md"]


def test_hidden_and_temporary_files_are_skipped(tmp_path: Path) -> None:
    write(tmp_path, ".a.md", "#b.md#", "c.md~", ".#d.md", ".git/e.md", "f.md.swp")
    assert find_keys(tmp_path) == []


def test_a_folder_called_like_an_article_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "notes.md/a.md")
    assert find_keys(tmp_path) == ["notes.md/a.md"]


def test_topic_files_are_yaml_in_a_folder_called_topics(tmp_path: Path) -> None:
    write(tmp_path, "topics/ai.yaml", "sub/topics/b.yml", "other/c.yaml", "topics/d.md", "topics/deep/e.yaml")
    content = scan([tmp_path], now_ns=LATER_NS)
    assert [file.key for file in content.topics] == ["sub/topics/b.yml", "topics/ai.yaml"]
    assert [file.key for file in content.articles] == ["topics/d.md"]


def test_a_settings_file_in_another_folder_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "feeds.toml", "news/feeds.toml", ".git/feeds.toml", "news/a.md")
    found = scan([tmp_path], now_ns=LATER_NS)
    assert list_problems(found) == [("feeds.toml", "misplaced-settings", Level.WARNING)]
    assert found.problems[0].path == f"{tmp_path}/news/feeds.toml"
    assert found.skipped == frozenset()
    assert scan([tmp_path / "news"], now_ns=LATER_NS).problems == ()


def test_several_folders_keep_their_names_in_the_keys(tmp_path: Path) -> None:
    write(tmp_path, "one/a.md", "two/a.md")
    folders = [tmp_path / "one", tmp_path / "two", tmp_path / "one" / ".." / "two"]
    assert find_keys(*folders) == [f"{tmp_path}/one/a.md", f"{tmp_path}/two/a.md"]
    assert locate_key(folders, f"{tmp_path}/one/a.md") == f"{tmp_path}/one/a.md"
    assert locate_key([tmp_path / "one"], "a.md") == f"{tmp_path}/one/a.md"


def test_the_working_folder_can_be_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.md", "b/c.md")
    monkeypatch.chdir(tmp_path)
    assert find_keys(Path()) == ["a.md", "b/c.md"]


def test_events_and_scans_give_a_file_the_same_key(tmp_path: Path) -> None:
    write(tmp_path, "one/b/a.md", "two/c.md")
    for folders in ([tmp_path], [tmp_path / "one", tmp_path / "two"]):
        for file in scan(folders, now_ns=LATER_NS).articles:
            located = locate_article(folders, os.path.abspath(file.path))  # noqa: PTH100 as the watcher gives it
            assert located is not None
            assert (located.key, located.path) == (file.key, file.path)


@pytest.mark.parametrize("name", ["elsewhere/a.md", "in/.hidden/a.md", "in/a.txt", "in/a.md~", "inside/a.md"])
def test_an_event_about_another_file_names_no_article(tmp_path: Path, name: str) -> None:
    assert locate_article([tmp_path / "in"], str(tmp_path / name)) is None


# Links


def test_links_within_the_folder_are_followed_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path, "b/c.md", "a.md", ".store/d.md")
    (tmp_path / "0.md").symlink_to("a.md")
    (tmp_path / "again").symlink_to("b")
    (tmp_path / "b" / "up").symlink_to("..")
    (tmp_path / "stored").symlink_to(".store")
    (tmp_path / "stored too").symlink_to(tmp_path / ".store")
    content = scan([tmp_path], now_ns=LATER_NS)
    assert sorted(file.key for file in content.articles) == ["0.md", "a.md", "b/c.md", "stored/d.md"]
    assert (content.problems, content.skipped) == ((), frozenset())


def make_outside_links(folder: Path) -> Path:
    """Write files beside a content folder, and links to them within it; return the content folder."""
    content = folder / "content"
    write(folder, "content/a.md", "content2/b.md", "elsewhere/sub/c.md", "elsewhere/topics/t.yaml", "elsewhere/d.txt")
    (content / "link.md").symlink_to(folder / "content2" / "b.md")
    (content / "folder").symlink_to("../elsewhere")
    (content / "twice").symlink_to(folder / "elsewhere")
    (content / "nowhere.md").symlink_to("../nowhere")
    (content / "other.txt").symlink_to("../elsewhere/d.txt")
    (content / "topics").mkdir()
    (content / "topics" / "t.yaml").symlink_to("../../elsewhere/topics/t.yaml")
    (content / "chain.md").symlink_to("folder/sub/c.md")
    return content


def test_links_that_lead_out_of_the_folder_are_skipped_and_reported(tmp_path: Path) -> None:
    found = scan([make_outside_links(tmp_path)], now_ns=LATER_NS)
    assert [file.key for file in (*found.articles, *found.topics)] == ["a.md"]
    names = ["chain.md", "folder", "link.md", "nowhere.md", "t.yaml", "twice"]
    assert list_problems(found) == [(name, "outside-link", Level.WARNING) for name in names]
    assert all(problem.message.endswith("FEEDS_FOLLOW_SYMLINKS=yes.") for problem in found.problems)
    for key in ("link.md", "folder/sub/c.md", "folder", "topics/t.yaml"):
        assert found.has_skipped(key)
    for key in ("a.md", "folder2/c.md", "topics/u.yaml"):
        assert not found.has_skipped(key)


def test_links_that_lead_out_of_the_folder_can_be_followed(tmp_path: Path) -> None:
    found = scan([make_outside_links(tmp_path)], now_ns=LATER_NS, follow_links=True)
    keys = ["a.md", "chain.md", "folder/sub/c.md", "link.md", "nowhere.md"]
    assert sorted(file.key for file in found.articles) == keys
    assert [file.key for file in found.topics] == ["folder/topics/t.yaml", "topics/t.yaml"]
    assert found.problems == ()


def test_a_link_may_lead_from_one_content_folder_to_another(tmp_path: Path) -> None:
    write(tmp_path, "one/a.md", "two/b.md")
    (tmp_path / "one" / "two").symlink_to(tmp_path / "two")
    found = scan([tmp_path / "one", tmp_path / "two"], now_ns=LATER_NS)
    assert sorted(file.key for file in found.articles) == [f"{tmp_path}/one/a.md", f"{tmp_path}/two/b.md"]
    assert found.problems == ()


def test_the_content_folder_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/sub/a.md")
    (tmp_path / "content").symlink_to("real")
    (tmp_path / "real" / "again").symlink_to(tmp_path / "content" / "sub")
    assert find_keys(tmp_path / "content") == ["sub/a.md"]


def test_nested_content_folders_give_each_file_once(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "sub/b.md", "sub/topics/t.yaml")
    for folders in ([tmp_path, tmp_path / "sub"], [tmp_path / "sub", tmp_path]):
        content = scan(folders, now_ns=LATER_NS)
        assert sorted(file.key for file in content.articles) == [f"{tmp_path}/a.md", f"{tmp_path}/sub/b.md"]
        assert len(content.topics) == 1


def locate(folder: Path, name: str) -> ContentFile:
    file = locate_article([folder], str(folder / name))
    assert file is not None
    return file


def test_an_event_behind_a_link_needs_a_scan(tmp_path: Path) -> None:
    content = make_outside_links(tmp_path)
    (tmp_path / "root").symlink_to("content")
    write(content, "sub/e.md")
    (content / "inside").symlink_to("sub")
    for folder in (content, tmp_path / "root"):
        for name in ("link.md", "folder/sub/c.md", "folder/gone.md", "inside/e.md", "chain.md", "nowhere.md"):
            assert needs_scan([folder], locate(folder, name))
        for name in ("a.md", "sub/e.md", "gone.md", "sub/gone.md"):
            assert not needs_scan([folder], locate(folder, name))


# Names


def test_names_that_the_catalog_cannot_store_are_skipped_and_reported(tmp_path: Path) -> None:
    long = "/".join(["a" * 99] * 5)
    write(tmp_path, f"{long[: MAX_KEY_BYTES - 3]}.md", f"{long[:-1]}.md", f"{long}/topics/t.yaml")
    write(tmp_path, f"{'é' * 120}/{'é' * 120}/{'é' * 120}.md")
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102 pathlib takes no bytes
    Path(os.fsdecode(folder), "a.md").write_text("text")
    content = scan([tmp_path], now_ns=LATER_NS)
    assert [len(file.key) for file in content.articles] == [MAX_KEY_BYTES]
    assert {(code, level) for _, code, level in list_problems(content)} == {("bad-file-name", Level.ERROR)}
    assert any("caf\\xe9/a.md" in problem.path for problem in content.problems)
    assert len(content.problems) == 4
    assert needs_scan([tmp_path], locate(tmp_path, f"{long}/a.md"))


# What the file system shows


def test_a_recently_changed_file_has_no_stamp(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    written_ns = (tmp_path / "a.md").stat().st_ctime_ns
    (old,) = scan([tmp_path], now_ns=written_ns + 3_000_000_000).articles
    (fresh,) = scan([tmp_path], now_ns=written_ns + 1_000_000_000).articles
    assert old.stamp
    assert not fresh.stamp
    write(tmp_path, "a.md")
    (rewritten,) = scan([tmp_path], now_ns=LATER_NS).articles
    assert rewritten.stamp != old.stamp


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Folder .*nowhere not found; name a folder with articles"):
        scan([tmp_path / "nowhere"], now_ns=0)


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    with pytest.raises(SettingsError, match=r"a\.md is a file; name the folder"):
        scan([tmp_path / "a.md"], now_ns=0)


@NOT_ROOT
def test_an_unreadable_content_folder_stops_the_collect(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    try:
        with pytest.raises(SettingsError, match=r"Cannot read folder .* \(Permission denied\); nothing was collected"):
            scan([tmp_path], now_ns=0)
    finally:
        tmp_path.chmod(0o700)


def test_a_path_that_is_too_long_for_the_system_is_skipped_and_reported(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    name = "b" * 250
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("c.md", os.O_CREAT, dir_fd=folder))
    os.close(folder)
    content = scan([tmp_path], now_ns=0)
    assert [file.key for file in content.articles] == ["a.md"]
    assert list_problems(content) == [(name, "unreadable-folder", Level.ERROR)]


@NOT_ROOT
def test_an_unreadable_folder_below_is_skipped_and_reported(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.md", "b.md")
    (tmp_path / "closed").chmod(0)
    try:
        content = scan([tmp_path], now_ns=0)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [file.key for file in content.articles] == ["b.md"]
    assert list_problems(content) == [("closed", "unreadable-folder", Level.ERROR)]
    assert content.has_skipped("closed/a.md")


@pytest.mark.parametrize("target", ["nowhere.md", "a.md"])
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.md").symlink_to(target)
    assert find_keys(tmp_path) == ["a.md"]

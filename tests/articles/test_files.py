"""Content files are found and read from any file system."""

import os
from pathlib import Path

import pytest

from feeds.articles.files import locate_article, locate_key, scan
from feeds.model.errors import SettingsError

LATER_NS = 4_000_000_000 * 1_000_000_000
NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


def find_keys(*folders: Path) -> list[str]:
    return sorted(file.key for file in scan(folders, now_ns=LATER_NS).articles)


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


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path, "content/a.md", "more/b.md")
    (tmp_path / "content" / "more").symlink_to(tmp_path / "more")
    (tmp_path / "content" / "again").symlink_to(tmp_path / "more")
    (tmp_path / "more" / "up").symlink_to(tmp_path / "content")
    found = find_keys(tmp_path / "content")
    assert len(found) == 2
    assert found[1] in {"more/b.md", "again/b.md"}


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
    with pytest.raises(SettingsError, match=r"Folder .*a\.md not found"):
        scan([tmp_path / "a.md"], now_ns=0)


@NOT_ROOT
def test_an_unreadable_folder_stops_the_collect(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.md")
    (tmp_path / "closed").chmod(0)
    try:
        with pytest.raises(
            SettingsError, match=r"Cannot read folder .*closed \(Permission denied\); nothing was collected"
        ):
            scan([tmp_path], now_ns=0)
    finally:
        (tmp_path / "closed").chmod(0o700)


@pytest.mark.parametrize("target", ["nowhere.md", "a.md"])
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.md").symlink_to(target)
    assert find_keys(tmp_path) == ["a.md"]


def test_names_that_are_not_utf_8_have_escaped_keys(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)  # noqa: PTH102 pathlib takes no bytes
    Path(os.fsdecode(folder), "a.md").write_text("text")
    (file,) = scan([tmp_path], now_ns=LATER_NS).articles
    assert file.key == "caf\\xe9/a.md"

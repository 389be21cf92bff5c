"""A state is an existing folder, a catalog, or a commit; everything else is a clear error."""

from datetime import timedelta
from pathlib import Path

import pytest

from feeds.compare.states import CatalogPlace, CommitPlace, FolderPlace, find_place
from feeds.model.errors import CatalogError, CatalogMissingError, ComparisonError, SettingsError
from tests.support.articles import write_article
from tests.support.comparison import NOW, commit_all, compare
from tests.support.newsroom import Newsroom, open_newsroom


@pytest.mark.program
def test_existing_folders_and_files_win_over_revisions(repository: Path) -> None:
    commit_all(repository)
    assert isinstance(find_place("main", {}), CommitPlace)
    (repository / "main").mkdir()
    assert find_place("main", {}) == FolderPlace(Path("main"))
    place = find_place("refs/heads/main", {})
    assert isinstance(place, CommitPlace)
    assert place.commit.revision == "refs/heads/main"
    assert find_place("postgresql://host/main", {}) == CatalogPlace("postgresql://host/main")


@pytest.mark.program
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no-such-branch", "neither a folder, nor a catalog, nor a revision of this git repository"),
        ("x" * 5_000, "neither a folder"),
        ("--all", "neither a folder"),
        ("\x1b[31m", r"“\\x1b\[31m” is neither"),
        ("notes.txt", "notes.txt is a file, but not an SQLite catalog"),
    ],
)
def test_other_names_are_reported(repository: Path, name: str, message: str) -> None:
    (repository / "notes.txt").write_text("notes")
    commit_all(repository)
    with pytest.raises(ComparisonError, match=message):
        find_place(name, {})


@pytest.mark.program
def test_a_folder_without_a_repository_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ComparisonError, match=r"“main” is neither a folder nor a catalog\. git: not a git repository"):
        find_place("main", {})


@pytest.mark.program
def test_commits_have_only_the_content_folders(repository: Path) -> None:
    write_article(repository / "news", "a")
    write_article(repository, "elsewhere")
    commit_all(repository)
    write_article(repository / "news", "b")
    write_article(repository, "elsewhere", title="Edited")
    commit_all(repository)
    difference = compare("HEAD~1", "HEAD", FEEDS_CONTENT="news")
    assert [story.id for story in difference.feeds[0].new] == ["https://gazette.example/b"]
    assert difference.counts.updated == 0
    assert compare("HEAD~1", "news", FEEDS_CONTENT="news").feeds == difference.feeds


@pytest.mark.program
def test_several_content_folders_below_the_current_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "site").mkdir()
    write_article(repository / "site" / "news", "a")
    write_article(repository / "site" / "blog", "b")
    commit_all(repository)
    (repository / "site" / "blog" / "b.md").unlink()
    commit_all(repository)
    monkeypatch.chdir(repository / "site")
    (lost,) = compare("HEAD~1", "HEAD", FEEDS_CONTENT="news:blog").lost
    assert lost.path == "blog/b.md"
    with pytest.raises(ComparisonError, match="outside of the repository"):
        compare("HEAD~1", "HEAD", FEEDS_CONTENT=str(repository.parent))


@pytest.mark.program
def test_commits_have_the_configuration_of_another_tool(repository: Path) -> None:
    (repository / "content" / "en" / "posts").mkdir(parents=True)
    post = "---\ntitle: Terns\ndate: 2024-05-06\n---\nBack.\n"
    (repository / "content" / "en" / "posts" / "terns.md").write_text(post)
    (repository / "hugo.toml").write_text('baseURL = "https://old.example/"\n')
    commit_all(repository)
    (repository / "hugo.toml").write_text('baseURL = "https://new.example/"\n')
    commit_all(repository)
    (story,) = compare("HEAD~1", "HEAD", FEEDS_CONTENT="content/en").doubled
    former, new = (f"https://{name}.example/en/posts/terns/" for name in ("old", "new"))
    assert (story.former_id, story.id) == (former, new)


@pytest.mark.program
def test_commits_have_their_own_settings(repository: Path) -> None:
    for name in "ab":
        write_article(repository, name)
    commit_all(repository)
    (repository / "feeds.toml").write_text("limit = 1\n")
    commit_all(repository)
    assert compare("HEAD~1", "HEAD").counts.withdrawn == 0  # the archive has the second story
    (repository / "feeds.toml").write_text("limit = 0\n")
    commit_all(repository)
    (repository / "feeds.toml").unlink()
    with pytest.raises(SettingsError, match=r"^HEAD:feeds\.toml:1: `limit`"):
        compare("HEAD~1", "HEAD")


def test_an_update_keeps_the_last_good_version_of_a_file_with_errors(tmp_path: Path) -> None:
    write_article(tmp_path / "old", "a")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.md").write_text("---\ntitle: [\n---\n")
    difference = compare(tmp_path / "old", tmp_path / "new")
    assert (difference.errors, difference.has_failed, difference.feeds) == (1, False, ())


def test_catalogs_of_both_engines_are_compared(newsroom: Newsroom) -> None:
    newsroom.write("a")
    newsroom.collect()
    with open_newsroom() as other:
        other.write("b", topics=["Tides"])
        other.collect()
        for path in (newsroom, other):
            path.catalog.close()
        difference = compare(newsroom.database_url, other.database_url)
        with pytest.raises(ComparisonError, match="compare it at that time or later"):
            compare(newsroom.database_url, other.database_url, now=other.now - timedelta(days=1))
    assert [(story.id, story.path) for story in difference.lost] == [("https://gazette.example/a", "a.md")]
    assert [event.path for event in difference.events] == ["/topics/tides"]
    assert difference.counts.new == 1


def test_the_settings_of_a_catalog_are_its_own(tmp_path: Path) -> None:
    with open_newsroom() as newsroom:
        newsroom.write("a")
        newsroom.collect()
        path = Path(newsroom.database_url.removeprefix("sqlite:///"))
        newsroom.catalog.close()
        write_article(tmp_path / "new", "a", title="Story a", publishedDateTime="2021-03-01T12:00:00Z", topics="[]")
        assert compare(path, tmp_path / "new", now=NOW).feeds == ()


def test_a_missing_catalog_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CatalogMissingError, match="run `feeds collect` first"):
        compare(f"sqlite:///{tmp_path}/none.sqlite3", tmp_path)
    with pytest.raises(CatalogError):
        compare("mysql://host/feeds", tmp_path)

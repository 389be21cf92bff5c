"""Commits are read safely, whatever their revisions, paths and links are called."""

from pathlib import Path, PurePosixPath

import pytest

from feeds.compare.git_commits import Checkout, GitCommit, find_commit
from feeds.model.errors import ComparisonError
from tests.support.comparison import commit_all, git

pytestmark = pytest.mark.program

TOP = PurePosixPath()


def find(revision: str) -> GitCommit:
    commit = find_commit(revision)
    assert commit is not None
    return commit


def list_files(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def test_a_switch_writes_the_files_of_each_commit(repository: Path, tmp_path: Path) -> None:
    (repository / "deep" / "er").mkdir(parents=True)
    for name in ("deep/er/a.md", "b.md", "photo.jpg", ".hidden.md", "feeds.toml", "c~"):
        (repository / name).write_text(name)
    first = commit_all(repository)
    git(repository, "rm", "--quiet", "-r", "deep")
    (repository / "deep").write_text("now a file without a suffix")
    (repository / "b.md").write_text("b, edited")
    (repository / 'a\nb "c" ü.md').write_text("any name")
    second = commit_all(repository)
    checkout = Checkout(tmp_path / "files")
    checkout.switch(find(first), [TOP])
    assert list_files(checkout.root) == {"deep/er/a.md": "deep/er/a.md", "b.md": "b.md", "feeds.toml": "feeds.toml"}
    checkout.switch(find(second), [TOP])
    edited = {"b.md": "b, edited", 'a\nb "c" ü.md': "any name", "feeds.toml": "feeds.toml"}
    assert list_files(checkout.root) == edited
    checkout.switch(find(first), [PurePosixPath("deep")])
    assert list_files(checkout.root) == {"deep/er/a.md": "deep/er/a.md"}
    checkout = Checkout(tmp_path / "empty")
    checkout.switch(find(second), [PurePosixPath("missing")])
    assert list_files(checkout.root) == {}
    assert (checkout.root / "missing").is_dir()
    with pytest.raises(ComparisonError, match="has no articles in missing; name their folder in FEEDS_CONTENT"):
        checkout.switch(find(second), [PurePosixPath("missing")])


@pytest.mark.parametrize(
    "revision", ["", "-h", "--output=evil", "no such", "main; touch evil", "$(touch evil)", "main^9"]
)
def test_other_texts_are_no_revisions(repository: Path, revision: str) -> None:
    commit_all(repository)
    assert find_commit(revision) is None
    assert not (repository / "evil").exists()


def test_branches_tags_and_abbreviations_are_revisions(repository: Path) -> None:
    first = commit_all(repository)
    second = commit_all(repository)
    git(repository, "branch", "été/x", first)
    git(repository, "tag", "--annotate", "--message", "One", "v1", first)
    revisions = ("main", "HEAD", "main~1", "été/x", "v1", first[:12])
    assert [find(revision).id for revision in revisions] == [second, second, first, first, first, first]
    assert find("main").repository == repository


def test_a_folder_without_a_repository_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ComparisonError, match=r"^git: not a git repository"):
        find_commit("main")


def test_a_machine_without_git_is_reported(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(ComparisonError, match="git is not installed"):
        find_commit("main")


def write_tree(repository: Path, *entries: tuple[str, str, str]) -> str:
    """Write a tree that git itself would never make, from modes, names and ids; return its id."""
    data = b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id) for mode, name, id in entries)
    return git(repository, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=data)


def commit_tree(repository: Path, tree: str) -> GitCommit:
    return find(git(repository, "commit-tree", "-m", "Forged", tree))


def test_paths_out_of_the_folder_are_left_out(repository: Path, tmp_path: Path) -> None:
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=b"evil")
    inner = write_tree(repository, ("100644", "evil.md", blob))
    tree = write_tree(repository, ("40000", "..", inner), ("40000", ".git", inner), ("100644", "good.md", blob))
    checkout = Checkout(tmp_path / "files")
    checkout.switch(commit_tree(repository, tree), [TOP])
    assert list_files(tmp_path / "files") == {"good.md": "evil"}
    assert not (tmp_path / "evil.md").exists()


def test_no_file_is_written_through_a_link(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    link = git(repository, "hash-object", "-w", "--stdin", stdin=str(tmp_path / "outside").encode())
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=b"evil")
    linked = write_tree(repository, ("120000", "a.md", link))
    inner = write_tree(repository, ("40000", "deep", write_tree(repository, ("100644", "evil.md", blob))))
    both = write_tree(repository, ("120000", "a.md", link), ("40000", "a.md", inner))
    checkout = Checkout(tmp_path / "files")
    checkout.switch(commit_tree(repository, linked), [TOP])
    assert (checkout.root / "a.md").is_symlink()
    with pytest.raises(ComparisonError, match="cannot write its files"):
        checkout.switch(commit_tree(repository, both), [TOP])
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_large_file_is_cut_where_a_collect_refuses_it(repository: Path, tmp_path: Path) -> None:
    (repository / "large.md").write_bytes(b"x" * 2_500_000)
    (repository / "small.md").write_text("small")
    checkout = Checkout(tmp_path / "files")
    checkout.switch(find(commit_all(repository)), [TOP])
    assert (checkout.root / "large.md").stat().st_size == 1024 * 1024 + 1
    assert (checkout.root / "small.md").read_text() == "small"

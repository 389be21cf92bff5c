"""One file is read, or gives one problem."""

import os
import socket
from pathlib import Path

import pytest

from feeds.articles.file_reader import MAX_FILE_BYTES, isolate_failures, read_file
from feeds.model.errors import ArticleError, Level, Problem, UnexpectedFailureError

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")


class LibraryPanicError(BaseException):
    """An exception like a panic in a library written in Rust."""


def find_problem(path: Path) -> Problem:
    with pytest.raises(ArticleError) as caught:
        read_file(str(path))
    (problem,) = caught.value.problems
    assert problem.level is Level.ERROR
    return problem


@NOT_ROOT
def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("text")
    path.chmod(0)
    assert find_problem(path).code == "unreadable"


@pytest.mark.parametrize(("target", "code"), [("nowhere.md", "broken-symlink"), ("a.md", "unreadable")])
def test_a_link_that_leads_nowhere_is_reported(tmp_path: Path, target: str, code: str) -> None:
    path = tmp_path / "a.md"
    path.symlink_to(target)
    assert find_problem(path).code == code


@pytest.mark.parametrize("target", [b"\xff", b"\xc3\xa9\n"])
def test_the_target_of_a_link_may_have_any_name(tmp_path: Path, target: bytes) -> None:
    path = tmp_path / "a.md"
    path.symlink_to(os.fsdecode(target))
    assert str(find_problem(path)).isascii()


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    assert find_problem(tmp_path / "a.md").code == "missing-file"


def test_a_file_in_place_of_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("text")
    assert find_problem(tmp_path / "folder" / "a.md").code == "unreadable"


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "device"])
def test_what_is_not_a_file_is_reported_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "a.md"
    with socket.socket(socket.AF_UNIX) as server:
        match kind:
            case "folder":
                path.mkdir()
            case "pipe":
                os.mkfifo(path)
            case "socket":
                monkeypatch.chdir(tmp_path)  # the path of a socket must be short
                server.bind("a.md")
            case "device":
                path.symlink_to("/dev/zero")
        assert find_problem(path).code == "not-a-file"


def test_a_file_of_the_largest_size_is_read_and_a_larger_one_reported(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"a" * MAX_FILE_BYTES)
    (tmp_path / "b.md").write_bytes(b"b" * (MAX_FILE_BYTES + 1))
    assert len(read_file(str(tmp_path / "a.md"))) == MAX_FILE_BYTES
    assert find_problem(tmp_path / "b.md").code == "too-large"


def test_a_name_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    problem = find_problem(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md")))
    assert problem.code == "bad-file-name"
    assert problem.path.endswith("caf\\xe9.md")


FAILURES = [
    AssertionError("hush"),
    RecursionError("hush"),
    MemoryError("hush"),
    OverflowError("hush"),
    KeyError("hush"),
    UnicodeDecodeError("utf-8", b"hush", 0, 1, "hush"),
    OSError(5, "hush"),
    StopIteration("hush"),
    DeprecationWarning("hush"),
    LibraryPanicError("hush"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_any_failure_is_a_problem_of_the_file(failure: BaseException) -> None:
    with pytest.raises(UnexpectedFailureError) as caught, isolate_failures("a.md"):
        raise failure
    (problem,) = caught.value.problems
    assert (problem.path, problem.level, problem.code) == ("a.md", Level.ERROR, "internal")
    assert type(failure).__name__ in problem.message
    assert "hush" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("signal", [KeyboardInterrupt(), SystemExit(), GeneratorExit()])
def test_the_end_of_the_program_is_no_problem_of_a_file(signal: BaseException) -> None:
    with pytest.raises(type(signal)), isolate_failures("a.md"):
        raise signal


def test_a_known_problem_is_kept() -> None:
    error = ArticleError(Problem("a.md", 1, 2, Level.ERROR, "yaml", "Fix this."))
    with pytest.raises(ArticleError) as caught, isolate_failures("a.md"):
        raise error
    assert caught.value is error

"""Read the content files of a git commit, and write them to a folder, one commit after another."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from feeds.articles.dialects.site_config import list_outer_folders
from feeds.articles.dialects.site_finder import is_site_file
from feeds.articles.file_reader import MAX_FILE_BYTES
from feeds.articles.names import ARTICLE_SUFFIXES, POST_SUFFIX, TOPIC_SUFFIXES, is_hidden
from feeds.model.errors import ComparisonError
from feeds.model.text import escape_controls

_SUFFIXES = (*ARTICLE_SUFFIXES, POST_SUFFIX, *TOPIC_SUFFIXES, ".toml", ".json")
_LINK_MODE = b"120000"
_BLOB = b"blob"
_FAILURE = 128
_GIT = ("git", "--no-pager", "--literal-pathspecs")
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class CommitFile(msgspec.Struct, frozen=True):
    """A file in a commit: the id of its content, and whether it is a symbolic link."""

    blob: str
    is_link: bool


class GitCommit(msgspec.Struct, frozen=True):
    """A commit: the revision as typed, the id, and the top folder of the repository."""

    revision: str
    id: str
    repository: Path


def find_commit(revision: str) -> GitCommit | None:
    """Return the commit of a revision in the repository of the current folder; None if there is none.

    Raises:
        ComparisonError: git is not installed, cannot read the repository, or finds no repository.
    """
    if not revision or revision.startswith("-"):  # git takes it for an option, and allows no such name
        return None
    found = _run_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        return None
    top = _run_git("rev-parse", "--show-toplevel")
    return GitCommit(revision, found.stdout.decode().strip(), Path(os.fsdecode(top.stdout.removesuffix(b"\n"))))


class Checkout:
    """A folder with the content files of a commit; a switch to another commit writes only the files that differ.

    Articles, and files such as topic files, settings and the configuration of other tools, are written; pictures and
    hidden files are not.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, CommitFile] = {}
        self._safe_folders: set[Path] = set()
        self._is_new = True
        root.mkdir()

    def switch(self, commit: GitCommit, folders: Sequence[PurePosixPath]) -> None:
        """Write the files below `folders`, relative to the top of the repository.

        A folder may be missing in the first commit, or from a later commit on.

        Raises:
            ComparisonError: a folder is in no commit, or git or the disk fails.
        """
        files: dict[str, CommitFile] = {}
        for folder in folders:
            found = dict(_list_files(commit, folder))
            if not found and not self._may_lack(folder):
                raise ComparisonError(
                    f"{commit.revision} has no articles in {folder}; name their folder in FEEDS_CONTENT."
                )
            files.update(found)
            for outer in map(Path, list_outer_folders(str(self.root / folder))):
                if outer.is_relative_to(self.root):
                    files.update(_list_files(commit, PurePosixPath(outer.relative_to(self.root)), is_outer=True))
        for path in [path for path, file in self._files.items() if files.get(path) != file]:
            self._remove(path)
        changed = {path: file for path, file in files.items() if self._files.get(path) != file}
        # Links come last: no file is written through a link.
        order = sorted(changed.items(), key=lambda item: item[1].is_link)
        self._safe_folders.clear()
        try:
            for (path, file), data in zip(order, _read_blobs([file.blob for _, file in order]), strict=True):
                self._write(path, data, is_link=file.is_link)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ComparisonError(f"{commit.revision}: cannot write its files to {self.root} ({reason}).") from None
        for folder in folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        self._files = files
        self._is_new = False

    def _may_lack(self, folder: PurePosixPath) -> bool:
        return self._is_new or any(PurePosixPath(path).is_relative_to(folder) for path in self._files)

    def _remove(self, path: str) -> None:
        target = self.root / path
        target.unlink()
        with suppress(OSError):  # until a folder has other files
            for folder in target.parents:
                if folder == self.root:
                    break
                folder.rmdir()

    def _write(self, path: str, data: bytes, *, is_link: bool) -> None:
        target = self.root / path
        self._make_folder(target.parent)
        if is_link:
            target.symlink_to(os.fsdecode(data))
            return
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(file, "wb") as opened:
            opened.write(data)

    def _make_folder(self, folder: Path) -> None:
        """Make a folder inside the checkout; a forged tree may have a link and a folder of the same name."""
        if folder in self._safe_folders:
            return
        if folder.resolve() != self.root.resolve() / folder.relative_to(self.root):
            raise NotADirectoryError(None, "a folder is a link")
        folder.mkdir(parents=True, exist_ok=True)
        self._safe_folders.add(folder)


def _list_files(
    commit: GitCommit, folder: PurePosixPath, *, is_outer: bool = False
) -> Iterator[tuple[str, CommitFile]]:
    """List the files to read below a folder, by path relative to the top of the repository.

    Of a folder that `is_outer`, only the files that describe a site of another tool count.

    Raises:
        ComparisonError: git fails.
    """
    paths = () if folder == PurePosixPath() else ("--", str(folder))
    listed = _run_git("ls-tree", "-r", "-z", "--full-tree", commit.id, *paths)
    if listed.returncode:
        raise ComparisonError(_describe_failure(listed.stderr))
    for line in listed.stdout.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        mode, type, blob = facts.split()
        path = os.fsdecode(name)
        if type == _BLOB and _is_wanted(path, folder, is_outer=is_outer):
            yield path, CommitFile(blob.decode(), mode == _LINK_MODE)


def _is_wanted(path: str, folder: PurePosixPath, *, is_outer: bool) -> bool:
    """Return whether a collect may read a file; no commit made by git has an unsafe path."""
    parts = path.split("/")
    *folders, name = parts[len(folder.parts) :]
    if any(part in {"", ".", ".."} for part in parts) or any(map(is_hidden, folders)):
        return False
    return is_site_file(path) or (name.endswith(_SUFFIXES) and not is_hidden(name) and not is_outer)


def _read_blobs(ids: Sequence[str]) -> Iterator[bytes]:
    """Read contents in the given order, each up to one byte more than a collect accepts."""
    if not ids:
        return
    with tempfile.TemporaryFile() as requests:
        requests.write("".join(f"{id}\n" for id in ids).encode())
        requests.seek(0)
        command = (*_GIT, "cat-file", "--batch")
        process = subprocess.Popen(  # noqa: S603 our own command
            command, stdin=requests, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_make_environment()
        )
        with process:
            try:
                for id in ids:
                    yield _read_blob(process.stdout, id)
            finally:
                process.kill()


def _read_blob(stream: IO[bytes] | None, id: str) -> bytes:
    if stream is None:
        raise ComparisonError("git has no output.")
    found, *facts = stream.readline().split()
    if found.decode() != id or len(facts) != 2 or facts[0] != _BLOB:  # noqa: PLR2004 type and size
        raise ComparisonError(f"git cannot read {id}; fetch the whole commit first.")
    left = int(facts[1])
    data = stream.read(min(left, MAX_FILE_BYTES + 1))
    left -= len(data)
    while left > 0 and (skipped := stream.read(min(left, MAX_FILE_BYTES))):
        left -= len(skipped)
    stream.read(1)  # the line end after the content
    return data


def _run_git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end.

    Raises:
        ComparisonError: git is not installed, or fails before it looks for a revision.
    """
    try:
        finished = subprocess.run(  # noqa: S603 our own command
            (*_GIT, *arguments), capture_output=True, check=False, env=_make_environment(), stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise ComparisonError("git is not installed, so no commits can be compared.") from None
    if finished.returncode == _FAILURE and finished.stderr:
        raise ComparisonError(_describe_failure(finished.stderr))
    return finished


def _make_environment() -> Mapping[str, str]:
    return {**os.environ, **_ENVIRONMENT}


def _describe_failure(output: bytes) -> str:
    line = next(iter(output.decode(errors="backslashreplace").splitlines()), "")
    return f"git: {escape_controls(line.removeprefix('fatal: ').rstrip('.'))}."

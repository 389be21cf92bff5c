"""A failure of the program on one file costs this file alone."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from yaml._yaml import CParser

from feeds.articles import yaml_values
from feeds.articles.files import locate_article
from feeds.collector.collect import Collector
from feeds.model.errors import Level
from tests.support.checks import check_paths
from tests.support.newsroom import Newsroom, related, url_of


class PanicError(BaseException):
    """An exception like a panic in a library written in Rust."""


FAILURES = [AssertionError, RecursionError, MemoryError, OverflowError, UnicodeError, OSError, PanicError]
# The database sees no difference between failures: on PostgreSQL, one is enough.
FAILING = pytest.mark.parametrize(
    ("database_url", "break_parser"),
    [
        *(("sqlite", failure) for failure in FAILURES),
        pytest.param("postgresql", AssertionError, marks=pytest.mark.program),
    ],
    indirect=True,
)


@pytest.fixture
def break_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that makes the YAML library fail on each file with `faulty`."""

    class FaultyParser(CParser):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            if "faulty" in text:
                raise request.param("faulty")

    return lambda: monkeypatch.setattr(yaml_values, "CParser", FaultyParser)


def list_codes(newsroom: Newsroom) -> list[tuple[str, str]]:
    """Check the articles, and return the name of the file and the code of each problem."""
    problems = check_paths(newsroom.folder).problems
    assert "faulty" not in str(problems)
    return [(Path(problem.path).name, problem.code) for problem in problems]


@FAILING
def test_an_article_that_the_program_fails_on_keeps_its_last_good_version(
    newsroom: Newsroom, break_parser: Callable[[], None]
) -> None:
    newsroom.write("a", topics=["Tides"])
    newsroom.write("b", topics=["Tides"])
    newsroom.collect()
    break_parser()
    newsroom.write("a", title="faulty", topics=["Tides"])
    newsroom.write("b", title="Changed", topics=["Tides"])
    newsroom.write("c", title="faulty")
    newsroom.write("d", topics=["Tides"])
    result = newsroom.collect()
    assert (result.added, result.changed, result.withdrawn, result.rejected) == (1, 1, 0, 2)
    assert [(Path(problem.path).name, problem.level, problem.code) for problem in result.problems] == [
        ("a.md", Level.ERROR, "internal"),
        ("c.md", Level.ERROR, "internal"),
    ]
    assert "faulty" not in str(result.problems)
    assert sorted(newsroom.see_topic("tides").titles) == ["Changed", "Story a", "Story d"]
    assert list_codes(newsroom) == [("a.md", "internal"), ("c.md", "internal")]


def test_a_file_is_read_again_after_a_failure(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str) -> Any:  # noqa: ANN401 it returns nothing
        raise MemoryError

    path = newsroom.write("a")
    os.utime(path, (0, 0))
    with monkeypatch.context() as patch:
        patch.setattr(yaml_values, "CParser", fail)
        assert newsroom.collect().rejected == 1
        assert newsroom.collect().rejected == 1
    result = newsroom.collect()
    assert (result.added, result.rejected, result.problems) == (1, 0, ())


@FAILING
def test_a_topic_file_that_the_program_fails_on_keeps_its_last_good_version(
    newsroom: Newsroom, break_parser: Callable[[], None]
) -> None:
    newsroom.write("a", topics=["ML", "Tides"])
    folder = newsroom.folder / "topics"
    folder.mkdir()
    (folder / "ml.yaml").write_text("name: Machine Learning\naliases: [ML]\n")
    newsroom.collect()
    break_parser()
    (folder / "ml.yaml").write_text("name: faulty\n")
    (folder / "tides.yaml").write_text("name: Tides\ndescription: The sea.\n")
    result = newsroom.collect()
    assert [(Path(problem.path).name, problem.code) for problem in result.problems] == [("ml.yaml", "internal")]
    assert newsroom.see_topic("machine-learning").ids == [url_of("a")]
    assert list_codes(newsroom) == [("ml.yaml", "internal")]


def test_files_behind_links_out_of_the_folder_keep_their_last_good_version(newsroom: Newsroom) -> None:
    outside = newsroom.folder.parent / "outside"
    for name in "abcd":
        newsroom.write(name)
    (newsroom.folder / "sub").mkdir()
    for name in "ab":
        (newsroom.folder / f"{name}.md").rename(newsroom.folder / "sub" / f"{name}.md")
    topics = newsroom.folder / "topics"
    topics.mkdir()
    (topics / "t.yaml").write_text("name: Tides\ndescription: The sea.\n")
    newsroom.collect()
    outside.mkdir()
    (newsroom.folder / "sub").rename(outside / "sub")
    (newsroom.folder / "sub").symlink_to(outside / "sub")
    (newsroom.folder / "c.md").rename(outside / "c.md")
    (newsroom.folder / "c.md").symlink_to("../outside/c.md")
    (topics / "t.yaml").rename(outside / "t.yaml")
    (topics / "t.yaml").symlink_to(outside / "t.yaml")
    (outside / "c.md").write_text((outside / "c.md").read_text().replace("Story", "Changed"))
    result = newsroom.collect()
    assert (result.withdrawn, result.changed, result.files_removed, result.rejected) == (0, 0, 0, 0)
    reported = [(Path(problem.path).name, problem.code, problem.level) for problem in result.problems]
    assert reported == [(name, "outside-link", Level.WARNING) for name in ("c.md", "sub", "t.yaml")]
    assert sorted(newsroom.see().titles) == ["Story a", "Story b", "Story c", "Story d"]
    with newsroom.catalog.reading() as reader:
        topic = reader.find_topic("tides", now=newsroom.now)
    assert topic is not None
    assert topic.description == "The sea."
    assert list_codes(newsroom) == [(name, code) for name, code, _ in reported]
    files = [
        locate_article([newsroom.folder], str(newsroom.folder / name)) for name in ("c.md", "sub/a.md", "sub/x.md")
    ]
    partial = newsroom.collect(only=[file for file in files if file])
    assert (partial.withdrawn, partial.changed, partial.problems) == (0, 0, result.problems)
    newsroom.wait(minutes=1)
    followed = Collector(newsroom.catalog, [newsroom.folder], follow_links=True, clock=newsroom.clock).collect()
    assert (followed.withdrawn, followed.changed, followed.problems) == (0, 1, ())
    (newsroom.folder / "sub").unlink()
    assert newsroom.collect().withdrawn == 2


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


def make_empty(path: Path) -> None:
    path.touch()


def make_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def make_noise(random: Random, length: int) -> str:
    """Return letters that no database can compress."""
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))


def test_the_longest_keys_fit_into_the_indexes(newsroom: Newsroom) -> None:
    random = Random(7)  # noqa: S311 no secret
    letters = [chr(code) for code in range(0x10480, 0x1049E)]  # four bytes each
    folder = newsroom.folder / make_noise(random, 200) / make_noise(random, 200)
    folder.mkdir(parents=True)
    for name in "ab":
        path = newsroom.write(
            name,
            webUrl=f"https://x.example/{make_noise(random, 1_982)}",
            id=f"urn:{make_noise(random, 1_996)}",
            type="".join(random.choices(letters, k=100)),
            topics=["".join(random.choices(letters, k=200)), "%" * 200, "🚀" * 200],
            provider={"domain": ".".join(make_noise(random, 61) for _ in range(4))},
            related=related("c", webUrl=f"https://y.example/{make_noise(random, 1_982)}"),
        )
        path.rename(folder / f"{make_noise(random, 95)}.md")
    result = newsroom.collect()
    assert (result.added, result.problems) == (4, ())
    assert len(newsroom.see().entries) == 4


@pytest.mark.parametrize("is_partial", [False, True])
@pytest.mark.parametrize(
    ("database_url", "make"),
    [
        *(("sqlite", make) for make in (make_pipe, make_socket, make_empty, make_link_to_itself)),
        pytest.param("postgresql", make_pipe, marks=pytest.mark.program),
    ],
    indirect=["database_url"],
)
def test_what_is_not_an_article_any_more_keeps_its_last_good_version(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], *, is_partial: bool
) -> None:
    monkeypatch.chdir(newsroom.folder)  # the path of a socket must be short
    path = newsroom.write("a")
    newsroom.write("b")
    newsroom.collect()
    path.unlink()
    make(path)
    newsroom.write("c")
    files = [locate_article([newsroom.folder], str(newsroom.folder / f"{name}.md")) for name in "ac"]
    result = newsroom.collect(only=[file for file in files if file] if is_partial else None)
    assert (result.added, result.withdrawn, result.rejected) == (1, 0, 1)
    assert sorted(newsroom.see().titles) == ["Story a", "Story b", "Story c"]
    assert {Path(problem.path).name for problem in result.problems} == {"a.md"}

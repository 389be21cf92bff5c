"""Fixtures and options for all tests.

Environment: with `CI`, a missing program fails a test instead of skipping the test. `FEEDS_CORPUS` and `FEEDS_SCHEMAS`
name folders of optional material, a corpus of articles and the schemas of feed formats; without a folder, tests
skip. `FEEDS_SOAK` is the number of random accidents to test; with it, the corpus's whole history is replayed.
`FEEDS_TEST_DATABASE_URL` names a running PostgreSQL server and a superuser; without it the tests start a server.
"""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from feeds.catalog.search_index import full_text
from tests.support.environment import IN_CI, MATERIAL, SOAK, TEST_DATABASE_URL
from tests.support.newsroom import Newsroom
from tests.support.postgresql import DatabaseServer, run_server, use_server
from tests.support.programs import pytest_collection_modifyitems, pytest_runtest_protocol
from tests.support.statements import share_statements
from tests.support.waiting import PATIENCE_SECONDS

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_protocol", "share_statements"]  # hooks

GOLDEN = Path(__file__).parent / "golden"
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/lib/postgresql/*/bin")
PLATFORM_SETTINGS = ("DATABASE_URL", "PORT", "WEB_CONCURRENCY")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite the golden files instead of comparing")
    parser.addoption("--screenshots", metavar="FOLDER", help="keep screenshots of every page in this folder")


@pytest.hookimpl(optionalhook=True)  # without the plugin, tests run one by one
def pytest_xdist_auto_num_workers() -> int:
    """Run two tests per processor, because many tests mostly wait for programs."""
    return (os.cpu_count() or 1) * 2


# A busy machine is no failure.
settings.register_profile("busy", deadline=None, max_examples=max(50, SOAK))
settings.load_profile("busy")


def pytest_collection_finish() -> None:
    """Exclude all that exists before the first test from garbage collection, which takes a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Hide the developer's own settings from the tests and their programs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*PLATFORM_SETTINGS, *(name for name in os.environ if name.startswith("FEEDS_"))]:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_searches() -> Iterator[None]:
    """Let searches in this process take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(full_text, "MAX_SECONDS", PATIENCE_SECONDS)
        yield


def find_program(name: str) -> str | None:
    """Find a program on the PATH or in Debian's folders for servers, newest version first."""
    folders = [str(path) for pattern in SYSTEM_FOLDERS for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Return a function that finds a program by name; for a missing program, skip the test, or fail in CI."""

    def find(name: str) -> str:
        found = find_program(name)
        if found is None and IN_CI:
            pytest.fail(f"{name} is not installed; in CI, tests may not skip")
        if found is None:
            pytest.skip(f"{name} is not installed")
        return found

    return find


@pytest.fixture(scope="session")
def postgresql(program: Callable[[str], str]) -> Iterator[DatabaseServer]:
    """Run or use a PostgreSQL server."""
    if TEST_DATABASE_URL:
        with use_server(TEST_DATABASE_URL) as server:
            yield server
    else:
        with run_server(initdb=program("initdb"), postgres=program("postgres")) as server:
            yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.program)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, for each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    server: DatabaseServer = request.getfixturevalue("postgresql")
    return server.create_schema()


@pytest.fixture
def newsroom(database_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    """Open an empty newsroom, for each engine in turn."""
    newsroom = Newsroom(tmp_path / "articles", database_url)
    yield newsroom
    newsroom.catalog.close()


def find_material(name: str) -> Path:
    """Return the folder named by an environment variable; skip the test without the variable."""
    if not MATERIAL[name]:
        pytest.skip(f"{name} is not set")
    folder = Path(MATERIAL[name]).resolve()
    if not folder.is_dir():
        pytest.fail(f"{name}: {folder} is not a folder")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real articles."""
    return find_material("FEEDS_CORPUS")


@pytest.fixture(scope="session")
def schemas() -> Path:
    """Return the folder of the published schemas of feed formats."""
    return find_material("FEEDS_SCHEMAS")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Return a function that compares bytes with a file in tests/golden; `--rewrite-golden` writes the file instead."""

    def compare(name: str, actual: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
        assert path.is_file(), f"{name} is missing; run `make golden`"
        assert actual.decode() == path.read_bytes().decode()

    return compare

"""Share what more than one test module needs.

Environment: `CI` makes a missing program fail a test rather than skip it. `FEEDS_CORPUS` and `FEEDS_SCHEMAS` name
folders of optional material, a corpus of articles and the schemas of feed formats; without them its tests skip.
`FEEDS_SOAK` is how many accidents the tests of accidents have happen; with it, all of the corpus's history is replayed.
`FEEDS_TEST_DATABASE_URL` names a running PostgreSQL server and a superuser; without it the tests start a server.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.environment import IN_CI, MATERIAL, TEST_DATABASE_URL
from tests.support.newsroom import Newsroom
from tests.support.postgresql import DatabaseServer, run_server, use_server
from tests.support.programs import pytest_collection_modifyitems, pytest_runtest_protocol

__all__ = ["pytest_collection_modifyitems", "pytest_runtest_protocol"]  # hooks

GOLDEN = Path(__file__).parent / "golden"
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/lib/postgresql/*/bin")
PLATFORM_SETTINGS = ("DATABASE_URL", "PORT", "WEB_CONCURRENCY")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="rewrite the golden files instead of comparing")
    parser.addoption("--screenshots", metavar="FOLDER", help="keep screenshots of every page in this folder")


@pytest.hookimpl(optionalhook=True)  # without the plugin, tests run one by one
def pytest_xdist_auto_num_workers() -> int:
    """Run half as many tests again as there are processors, for many wait for programs most of the time."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Hide the developer's own settings from the tests and from the programs they start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*PLATFORM_SETTINGS, *(name for name in os.environ if name.startswith("FEEDS_"))]:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="module")
def without_coverage() -> Iterator[None]:
    """Have programs started without coverage: that takes half as long again, and shows little that others do not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


def find_program(name: str) -> str | None:
    """Find a program on the PATH or where Debian keeps servers, the newest version first."""
    folders = [str(path) for pattern in SYSTEM_FOLDERS for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Give the path of a program by its name; where it is missing, skip the test, or fail it under CI."""

    def find(name: str) -> str:
        found = find_program(name)
        if found is None and IN_CI:
            pytest.fail(f"{name} is not installed, and under CI no test may be skipped for that")
        if found is None:
            pytest.skip(f"{name} is not installed")
        return found

    return find


@pytest.fixture(scope="session")
def postgresql(program: Callable[[str], str]) -> Iterator[DatabaseServer]:
    """Give a PostgreSQL server."""
    if TEST_DATABASE_URL:
        with use_server(TEST_DATABASE_URL) as server:
            yield server
    else:
        with run_server(initdb=program("initdb"), postgres=program("postgres")) as server:
            yield server


# Coverage is counted on one engine: counting takes as long again as what is counted.
@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.no_cover, pytest.mark.program])])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database with nothing in it, on either engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog.sqlite'}"
    server: DatabaseServer = request.getfixturevalue("postgresql")
    return server.create_schema()


@pytest.fixture
def newsroom(database_url: str, tmp_path: Path) -> Iterator[Newsroom]:
    """Give an empty folder of articles and its catalog, on either engine in turn."""
    newsroom = Newsroom(tmp_path / "articles", database_url)
    yield newsroom
    newsroom.catalog.close()


def find_material(name: str) -> Path:
    """Give the folder that an environment variable names; skip the test where it names none."""
    if not MATERIAL[name]:
        pytest.skip(f"{name} names no folder")
    folder = Path(MATERIAL[name]).resolve()
    if not folder.is_dir():
        pytest.fail(f"{name} names {folder}, which is not a folder")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Give a folder of real articles."""
    return find_material("FEEDS_CORPUS")


@pytest.fixture(scope="session")
def schemas() -> Path:
    """Give a folder of the schemas that feed formats are published with."""
    return find_material("FEEDS_SCHEMAS")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with the file of that name in tests/golden, or write it under --rewrite-golden."""

    def compare(name: str, actual: bytes) -> None:
        path = GOLDEN / name
        if request.config.getoption("--rewrite-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
        assert path.is_file(), f"{name} is not there yet: make golden"
        assert actual.decode() == path.read_bytes().decode()

    return compare

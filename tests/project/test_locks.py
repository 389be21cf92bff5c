"""The lock files pin every requirement of the project, with hashes, extras and without a host."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# The dependency group that a lock adds to the dependencies of the project.
LOCKS = {
    "requirements.txt": "",
    "requirements-bench.txt": "bench",
    "requirements-build.txt": "build",
    "requirements-fuzz.txt": "fuzz",
    "requirements-test.txt": "test",
}
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
ENVIRONMENTS: list[dict[str, str]] = [
    {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": os_name,
    }
    for version, (platform, system, os_name) in product(VERSIONS, SYSTEMS)
]

Requirers = dict[str, list[Requirement]]
"""Map the canonical name of each package to its requirements."""


def read_pins(name: str) -> dict[str, str]:
    """Map each locked requirement, with the marker, to the hashes."""
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    return {pin: " ".join(hashes.split()) for pin, _, hashes in (block.partition(" \\\n") for block in blocks)}


def read_group(name: str) -> Iterator[str]:
    """Yield the requirements of a dependency group and of the included groups."""
    for each in PYPROJECT["dependency-groups"][name]:
        if isinstance(each, str):
            yield each
        else:
            yield from read_group(each["include-group"])


def list_requirers(lock: str) -> Requirers:
    """Map the project and each installed package to the requirements."""
    group = LOCKS[lock]
    dependencies = [] if group == "build" else PYPROJECT["project"]["dependencies"]
    direct = [*dependencies, *(read_group(group) if group else ())]
    installed = {each.name: each.requires or () for each in metadata.distributions()}
    return {
        canonicalize_name(name): list(map(Requirement, requires))
        for name, requires in {**installed, "topic-feeds": direct}.items()
    }


def applies(requirement: Requirement, environment: dict[str, str], extras: Iterable[str] = ()) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in {"", *extras})


def canonicalize_extras(requirement: Requirement) -> set[str]:
    return set(map(canonicalize_name, requirement.extras))


def find_gaps(pins: Iterable[str], requirers: Requirers) -> set[str]:
    """List the requirements without a pin, or without an extra in the pin, in any of the environments."""
    gaps = set()
    locked = list(map(Requirement, pins))
    for environment in ENVIRONMENTS:
        pinned: dict[str, set[str]] = {"topic-feeds": set()}
        for pin in locked:
            if applies(pin, environment):
                pinned[canonicalize_name(pin.name)] = canonicalize_extras(pin)
        for package, extras in pinned.items():
            for requirement in requirers.get(package, ()):
                wanted = pinned.get(canonicalize_name(requirement.name))
                missing = wanted is None or canonicalize_extras(requirement) - wanted
                if missing and applies(requirement, environment, extras):
                    gaps.add(f"{package}: {requirement}")
    return gaps


@pytest.mark.parametrize("lock", LOCKS)
def test_pins_have_hashes_and_name_no_host(lock: str) -> None:
    pins = read_pins(lock)
    assert [pin for pin, hashes in pins.items() if "==" not in pin or "--hash=sha256:" not in hashes] == []
    assert re.search(r"://|--index-url|--extra-index-url|--find-links|@ ", (ROOT / lock).read_text()) is None


def read_versions(lock: str) -> set[tuple[str, str]]:
    """Return the pins with their hashes, but without markers: a test may need a package on more platforms."""
    return {(pin.partition(" ;")[0], hashes) for pin, hashes in read_pins(lock).items()}


def test_tests_run_with_the_versions_of_production() -> None:
    assert read_versions("requirements-test.txt") >= read_versions("requirements.txt")
    assert read_versions("requirements-test.txt") >= read_versions("requirements-build.txt")


def test_benchmarks_measure_the_versions_of_production() -> None:
    assert read_versions("requirements-bench.txt") >= read_versions("requirements.txt")


# pip before 24 refuses `name[extra]` in a dependency when the lock pins `name` alone.
@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_its_extras(lock: str) -> None:
    assert find_gaps(read_pins(lock), list_requirers(lock)) == set()


@pytest.mark.parametrize(
    ("lock", "pin"), [(lock, pin) for lock in LOCKS for pin in read_pins(lock) if Requirement(pin).extras]
)
def test_a_lost_extra_is_found(lock: str, pin: str) -> None:
    pins = {re.sub(r"\[.*\]", "", each) if each == pin else each for each in read_pins(lock)}
    assert any(Requirement(pin).name in gap for gap in find_gaps(pins, list_requirers(lock)))


@pytest.mark.parametrize("lock", LOCKS)
def test_lost_pins_of_direct_requirements_are_found(lock: str) -> None:
    requirers = list_requirers(lock)
    direct = {canonicalize_name(requirement.name) for requirement in requirers["topic-feeds"]}
    pins = {pin for pin in read_pins(lock) if canonicalize_name(Requirement(pin).name) not in direct}
    assert find_gaps(pins, requirers) >= {f"topic-feeds: {requirement}" for requirement in requirers["topic-feeds"]}


@pytest.mark.parametrize(
    ("requirement", "pin", "found"),
    [
        ("psycopg[binary]>=3", "psycopg[binary]==3.3", False),
        ("psycopg[binary]>=3", "psycopg==3.3", True),
        ("psycopg[binary,pool]>=3", "psycopg[binary]==3.3", True),
        ("Some.Package[Fast_IO]", "some-package[fast-io]==1", False),
        ("Some.Package[Fast_IO]", "some_package==1", True),
        ("tool[cli]; python_version < '3.12'", "tool==1", True),
        ("tool[cli]; python_version < '3.11'", "tool==1", False),
        ("tool[cli]; sys_platform == 'win32'", "tool==1", True),
        ("tool[cli]; python_version >= '3.12'", "tool[cli]==1; python_version >= '3.12'", False),
        ("tool[cli]", "tool[cli]==1; python_version >= '3.12'", True),
        ("tool[cli]; extra == 'docs'", "tool==1", False),
        ("tool", "other==1", True),
    ],
)
def test_gaps_are_found_whatever_the_spelling_or_marker(requirement: str, pin: str, found: bool) -> None:  # noqa: FBT001 a parameter of the test
    assert bool(find_gaps([pin], {"topic-feeds": [Requirement(requirement)]})) is found


def test_the_requirements_of_enabled_extras_are_pinned() -> None:
    requirers = {
        "topic-feeds": [Requirement("tool[Web_UI]")],
        "tool": [Requirement("server[async]; extra == 'web-ui'"), Requirement("sphinx; extra == 'docs'")],
    }
    assert find_gaps(["tool[web-ui]==1", "server[async]==1"], requirers) == set()
    assert find_gaps(["tool[web-ui]==1", "server==1"], requirers) == {'tool: server[async]; extra == "web-ui"'}

"""The checkout holds what people and platforms look for, and nothing that only this or that machine knows."""

import hashlib
import re
import shutil
import subprocess
import tomllib
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import feeds

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-bench.txt", "requirements-build.txt", "requirements-test.txt")
SEEDS = {
    "2020-12-12-mass-gov-refuses-to-back-facial-recognition-tech-ban.md": "11337ea67633a44e",
    "2020-12-22-massachusetts-passes-bill-with-facial-recognition-rules.md": "0099164e8431c5be",
}
# The brackets keep these lines from finding themselves.
MACHINE = re.compile(
    rb"(?<![\w.\-])/(?:[w]ork|[t]mp|[r]oot|[o]pt)/|py[p]i\.org|python[h]osted|npm[j]s\.org|[d]eb\.debian"
)


def list_project_files() -> list[Path]:
    """List the files that git knows; outside a clone, all but hidden folders."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.glob("[!.]*/**/*") if path.is_file()]


def read_pins(name: str) -> dict[str, str]:
    """Map each locked requirement, its marker included, to its hashes."""
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    return {pin: " ".join(hashes.split()) for pin, _, hashes in (block.partition(" \\\n") for block in blocks)}


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_there_byte_for_byte(name: str) -> None:
    assert hashlib.blake2b((ROOT / "seeds" / name).read_bytes(), digest_size=8).hexdigest() == SEEDS[name]


@pytest.mark.parametrize("name", LOCKS)
def test_locked_requirements_are_pinned_hashed_and_name_no_host(name: str) -> None:
    pins = read_pins(name)
    assert [pin for pin, hashes in pins.items() if "==" not in pin or "--hash=sha256:" not in hashes] == []
    assert re.search(r"://|--index-url|--extra-index-url|--find-links|@ ", (ROOT / name).read_text()) is None


def test_tests_run_with_what_runs() -> None:
    assert read_pins("requirements-test.txt").items() >= read_pins("requirements.txt").items()
    assert read_pins("requirements-test.txt").items() >= read_pins("requirements-build.txt").items()


def test_benchmarks_measure_what_runs() -> None:
    assert read_pins("requirements-bench.txt").items() >= read_pins("requirements.txt").items()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=,]", requirement)[0].lower() for requirement in project["dependencies"]}
    assert wanted <= {re.split(r"[\[=]", pin)[0] for pin in read_pins("requirements.txt")}


def list_required_extras(distribution: metadata.Distribution, *, enabled: set[str]) -> dict[str, set[str]]:
    """Map each package that a distribution requires in this environment to the extras it asks for."""
    required: defaultdict[str, set[str]] = defaultdict(set)
    for requirement in map(Requirement, distribution.requires or ()):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in enabled | {""}):
            required[requirement.name.lower()] |= requirement.extras
    return required


# pip before 24 refuses `name[extra]` in a dependency when the lock pins `name` alone.
@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_the_extras_of_every_installed_requirement(name: str) -> None:
    locked = {pin.name.lower(): pin.extras for pin in map(Requirement, read_pins(name))}
    installed = {each.name.lower(): each for each in metadata.distributions() if each.name.lower() in locked}
    missing = [
        f"{package} requires {required}[{','.join(sorted(extras - locked[required]))}]"
        for package, distribution in installed.items()
        for required, extras in list_required_extras(distribution, enabled=locked[package]).items()
        if required in locked and not extras <= locked[required]
    ]
    assert missing == []


def test_procfile_has_the_three_processes() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert {line.split(": ")[0] for line in lines} == {"release", "web", "worker"}


def test_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "## Unreleased" in changelog or f"## {feeds.__version__}" in changelog


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [path.relative_to(ROOT) for path in list_project_files() if MACHINE.search(path.read_bytes())]
    assert found == []

"""The checkout is complete, and no file depends on a machine."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import feeds

ROOT = Path(__file__).parents[2]
SEEDS = {
    "2020-12-12-mass-gov-refuses-to-back-facial-recognition-tech-ban.md": "11337ea67633a44e",
    "2020-12-22-massachusetts-passes-bill-with-facial-recognition-rules.md": "0099164e8431c5be",
}
# The brackets keep the pattern from matching itself.
MACHINE = re.compile(
    rb"(?<![\w.\-])/(?:[w]ork|[t]mp|[r]oot|[o]pt)/|py[p]i\.org|python[h]osted|npm[j]s\.org|[d]eb\.debian"
)


def list_project_files() -> list[Path]:
    """List git's files; outside a clone, all files except in hidden folders."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.glob("[!.]*/**/*") if path.is_file()]


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_are_unchanged(name: str) -> None:
    assert hashlib.blake2b((ROOT / "seeds" / name).read_bytes(), digest_size=8).hexdigest() == SEEDS[name]


def test_procfile_has_the_three_processes() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert {line.split(": ")[0] for line in lines} == {"release", "web", "worker"}


def test_the_changelog_begins_with_the_version() -> None:
    headings = re.findall(r"(?m)^## (.+)$", (ROOT / "CHANGELOG.md").read_text())
    assert re.fullmatch(rf"{re.escape(feeds.__version__)} - (unreleased|\d{{4}}-\d\d-\d\d)", headings[0])


@pytest.mark.program
def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [path.relative_to(ROOT) for path in list_project_files() if MACHINE.search(path.read_bytes())]
    assert found == []

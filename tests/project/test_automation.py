"""The workflow, the hooks and the CI script call existing targets, scripts and tools."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from feeds.cli import main
from tests.project.test_locks import PYPROJECT, read_pins
from tests.support import environment
from tests.support.paths import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"(?m)^([a-z]+):.*##", MAKEFILE))
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
(PUBLISHED_HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def list_steps() -> Iterator[dict[str, Any]]:
    for job in WORKFLOW["jobs"].values():
        yield from job["steps"]


def list_commands() -> list[str]:
    """List the shell lines of the workflow and of the CI script."""
    steps = [line for step in list_steps() for line in step.get("run", "").splitlines()]
    return steps + (ROOT / ".ci" / "run").read_text().splitlines()


def list_pythons() -> list[str]:
    matrix = WORKFLOW["jobs"]["test"]["strategy"]["matrix"]
    return [*matrix["python"], *(each["python"] for each in matrix["include"])]


def test_every_called_target_of_make_exists() -> None:
    called = {match[1] for line in list_commands() if (match := re.search(r"\bmake ([a-z]+)", line))}
    assert called == {"check", "coverage", "test", "thorough"}
    assert called <= TARGETS


def test_every_target_is_phony() -> None:
    (phony,) = re.findall(r"(?m)^\.PHONY: (.*)$", MAKEFILE)
    assert set(phony.split()) == TARGETS


def test_every_target_is_documented() -> None:
    rows = re.findall(r"(?m)^\| `make ([a-z]+)\b", (ROOT / "CONTRIBUTING.md").read_text())
    assert set(rows) == TARGETS - {"help"}


def test_every_called_script_can_be_run() -> None:
    scripts = [ROOT / line.split()[0] for line in list_commands() if line.startswith("scripts/")]
    assert len(scripts) == 2
    assert [path for path in scripts if not os.access(path, os.X_OK)] == []


def test_the_workflow_tests_every_supported_python() -> None:
    supported = SpecifierSet(PYPROJECT["project"]["requires-python"])
    pythons = list_pythons()
    assert pythons == sorted(set(pythons), key=lambda version: int(version.split(".")[1]))
    assert [version for version in pythons if version not in supported] == []
    major, minor = pythons[0].split(".")
    assert f"{major}.{int(minor) - 1}" not in supported
    assert (ROOT / ".python-version").read_text().strip() == pythons[0]


def test_the_workflow_may_only_read() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [job for job in WORKFLOW["jobs"].values() if "permissions" in job] == []
    assert "group" in WORKFLOW["concurrency"]


def test_actions_are_pinned_to_a_major_version() -> None:
    used = [step["uses"] for step in list_steps() if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", action)] == []


def test_the_workflow_gives_tests_a_database() -> None:
    job = WORKFLOW["jobs"]["test"]
    (name,) = job["env"]
    assert f'"{name}"' in Path(environment.__file__).read_text()
    (service,) = job["services"]
    assert f"@{service}:" in job["env"][name]


@pytest.mark.parametrize("hook", HOOKS["repos"][0]["hooks"], ids=lambda hook: hook["id"])
def test_hooks_run_the_locked_tools_as_make_does(hook: dict[str, Any]) -> None:
    match = re.match(r"\.venv/bin/python -m ((\w+)( format| check)?)\b", hook["entry"])
    assert match, hook["entry"]
    assert f"$(python) -m {match[1]}" in MAKEFILE
    assert match[2] in {Requirement(pin).name for pin in read_pins("requirements-test.txt")}
    assert (hook["language"], len(HOOKS["repos"])) == ("system", 1)


def test_the_published_hook_checks_the_articles_of_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PUBLISHED_HOOK.keys() >= {"id", "name", "entry", "language", "files"}  # pre-commit requires all but `files`
    assert PUBLISHED_HOOK["language"] == "python"
    program, *arguments = shlex.split(PUBLISHED_HOOK["entry"])
    assert program in PYPROJECT["project"]["scripts"]
    monkeypatch.chdir(tmp_path)
    for name in ("README.md", "news/a.md", "news/b.markdown", "news/topics/ai.yaml", "feeds.toml", ".github/issue.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "news" / "topics" / "ai.yaml").write_text("name: AI\nmerged_into: Robotics\n")
    paths = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    committed = [path for path in paths if re.search(PUBLISHED_HOOK["files"], path)]
    assert set(paths) - set(committed) == {"feeds.toml"}
    found = CliRunner().invoke(main, [*arguments, *committed])
    assert [line.partition(":")[0] for line in found.stdout.splitlines()] == ["news/a.md", "news/b.markdown"]
    assert "\n2 articles, 1 topic file, 2 problems (2 errors, 0 warnings), " in found.stderr
    assert found.exit_code == 1

"""The GitHub action's steps publish a folder of articles, and the documented workflow uses the action."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.articles import write_article
from tests.support.comparison import commit_all, git
from tests.support.paths import ROOT

TEXT = (ROOT / "action.yml").read_text()
ACTION = yaml.safe_load(TEXT)
STEPS = ACTION["runs"]["steps"]
GUIDE = (ROOT / "docs" / "content-repository.md").read_text()
PAGES = "https://user.example/harbour"


def evaluate(expression: str, context: Mapping[str, str]) -> str:
    """Evaluate names with `||` between them."""
    return next(filter(None, (context[name.strip()] for name in expression.split("||"))), "")


def is_met(condition: str, context: Mapping[str, str]) -> bool:
    """Evaluate comparisons with `&&` between them."""
    return all(
        (context[left.strip()] == right.strip().strip("'")) is (sign == "==")
        for left, sign, right in (re.split("(==|!=)", part) for part in condition.split("&&"))
    )


def substitute(value: str, context: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{(.+?)\}\}", lambda found: evaluate(found[1], context), value)


def run_steps(folder: Path, *, event: str = "push", **inputs: str) -> list[subprocess.CompletedProcess[str]]:
    """Run the shell steps in a folder as GitHub does, except the installation, until a step fails."""
    given = {name: str(each["default"]) for name, each in ACTION["inputs"].items()} | inputs
    context = {f"inputs.{name}": value for name, value in given.items()} | {
        "steps.pages.outputs.base_url": PAGES,
        "github.event_name": event,
        "github.sha": git(folder, "rev-parse", "HEAD") if event == "pull_request" else "",
    }
    command = folder.parent / "bin" / "feeds"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m feeds "$@"\n')
    command.chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(folder.parent / "summary.md"),
    }
    finished: list[subprocess.CompletedProcess[str]] = []
    for step in STEPS:
        if "run" in step and "pip" not in step["run"] and ("if" not in step or is_met(step["if"], context)):
            own = {name: substitute(value, context) for name, value in step["env"].items()}
            script = folder.parent / "step.sh"
            script.write_text(step["run"])
            shell = [step["shell"], "--noprofile", "--norc", "-eo", "pipefail", str(script)]
            finished.append(
                subprocess.run(
                    shell, cwd=folder, env=environ | own, capture_output=True, check=False, text=True, timeout=100
                )
            )
            if finished[-1].returncode:
                break
    return finished


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "2021").mkdir(parents=True)
    write_article(folder / "2021", "terns", title="Terns are back")
    write_article(folder, "gulls", title="Gulls are louder")
    (folder / "README.md").write_text("# Harbour News\n")
    (folder / "feeds.toml").write_text('title = "Harbour News"\n')
    return folder


@pytest.mark.program
def test_a_repository_of_articles_becomes_a_site(repository: Path) -> None:
    finished = run_steps(repository)
    assert [each.returncode for each in finished] == [0, 0], finished[-1].stderr
    site = repository / "_site"
    feed = (site / "feed.atom").read_text()
    assert "Terns are back" in feed
    assert "Gulls are louder" in feed
    assert f'href="{PAGES}/feed.atom" rel="self"' in feed
    assert "Harbour News" in (site / "index.html").read_text()
    git(repository, "init", "--quiet")
    assert ".feeds" not in git(repository, "status", "--porcelain")


@pytest.fixture
def pull_request(repository: Path) -> Path:
    """Make a shallow clone of a merge, in which one story gets another URL and a new story comes."""
    git(repository, "init", "--quiet", "--initial-branch", "main")
    commit_all(repository)
    git(repository, "checkout", "--quiet", "-b", "edit")
    write_article(repository / "2021", "terns", title="Terns are back", webUrl="https://gazette.example/terns-again")
    write_article(repository, "waves", title="Waves are higher")
    commit_all(repository)
    git(repository, "checkout", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message", "Merge", "edit")
    clone = repository.with_name("clone")
    git(repository.parent, "clone", "--quiet", "--depth", "1", repository.as_uri(), str(clone))
    return clone


@pytest.mark.program
def test_a_pull_request_that_doubles_a_story_fails_beside_its_file(pull_request: Path) -> None:
    checked, compared = run_steps(pull_request, event="pull_request")
    assert (checked.returncode, compared.returncode) == (0, 1), compared.stderr
    assert compared.stdout.startswith("::error file=2021/terns.md,line=1,col=1,title=doubled-entry::Subscribers get")
    assert compared.stderr == "2 new, 1 withdrawn, 1 doubled; in 3 feeds.\n"
    summary = (pull_request.parent / "summary.md").read_text()
    assert summary.startswith("### What subscribers see\n\n```text\n2 new, 1 withdrawn, 1 doubled; in 3 feeds.\n")
    assert not (pull_request / "_site").exists()


@pytest.mark.program
def test_a_pull_request_may_leave_out_the_comparison(pull_request: Path) -> None:
    assert len(run_steps(pull_request, event="pull_request", compare="false")) == 1


@pytest.mark.program
def test_an_article_with_errors_fails_the_run_beside_its_line(repository: Path) -> None:
    (repository / "2021" / "bad.md").write_text("---\ntitle: [\n---\n")
    (finished,) = run_steps(repository, articles="2021", output="public", url="https://harbour.example")
    assert finished.returncode == 1
    assert finished.stdout.startswith("::error file=2021/bad.md,line=")
    assert not (repository / "public").exists()


def test_steps_are_pinned_and_complete() -> None:
    used = re.findall(r"(?m)^ +uses: (\S+)(.*)$", TEXT)
    assert len(used) == 3
    for name, comment in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    assert all(step["shell"] == "bash" and step["name"] for step in STEPS if "run" in step)
    # Inputs reach scripts as variables: in the text of a script, an input could be a command.
    assert [step["name"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_the_installation_names_existing_files() -> None:
    (script,) = [step["run"] for step in STEPS if "pip" in step.get("run", "")]
    files = re.findall(r"\$SOURCE/([\w.-]+)", script)
    assert files == ["requirements.txt", "requirements-build.txt"]
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_input_is_documented_with_its_default() -> None:
    for name, each in ACTION["inputs"].items():
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{name}` |"))
        assert not each["default"] or f"`{each['default']}`" in row


def test_the_documented_workflow_has_ten_lines_and_uses_the_action() -> None:
    blocks = re.findall(r"(?ms)^```yaml\n(.*?)^```", GUIDE.partition("## On GitHub Pages")[2])
    assert len(blocks[0].splitlines()) == 10
    workflow: dict[Any, Any] = yaml.safe_load(blocks[0])
    assert workflow[True].keys() == {"push", "schedule"}  # YAML 1.1 reads `on` as true
    (job,) = workflow["jobs"].values()
    assert [step["uses"].partition("@")[0] for step in job["steps"]] == [
        "actions/checkout",
        "OWNER/topic-feeds",
        "actions/deploy-pages",
    ]
    assert yaml.safe_load(blocks[1])[0]["with"]["path"] == ".feeds"
    assert set(yaml.safe_load(blocks[2])[True]) == {"pull_request"}

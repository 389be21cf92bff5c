"""The README documents everything, and everything in the README exists."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from feeds.cli import main
from feeds.model.query import PARAMETERS
from feeds.settings import SETTINGS, Setting
from feeds.site.url_parser import parse_address

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md")))
IN_BACKTICKS = set(re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", README)))
VIEWS = {"/healthz", "/metrics", "/stats", "/publisher"}
PATHS = (
    *("/", "/feed.atom", "/feed.rss", "/feed.json", "/feeds.opml", "/healthz"),
    *("/feed.xml", "/atom.xml", "/index.xml", "/rss.xml", "/feed/"),
    *("/topics/<slug>", "/topics/<slug>.atom", "/providers/<domain>", "/providers/<domain>.atom"),
    *("/topics/<slug>/archive/<n>.atom", "/topics/<slug>/archive/<n>", "/topics/<expr>.atom", "/topics/<expr>"),
    *("/latest", "/compose", "/sitemap.xml", "/robots.txt"),
)
ENDLESS = re.compile(r"\bfeeds serve\b|--watch\b")  # commands that run until stopped


def list_commands() -> Iterator[tuple[str, click.Command]]:
    assert isinstance(main, click.Group)
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield name, command


def list_options() -> list[str]:
    options = [parameter for _, command in list_commands() for parameter in command.params]
    return sorted({name for option in options if isinstance(option, click.Option) for name in option.opts})


def list_shell_lines() -> list[str]:
    """Return the lines of the documents' `sh` blocks, without comments, with continued lines joined."""
    blocks = [block for path in DOCUMENTS for block in re.findall(r"(?ms)^```sh\n(.*?)^```", path.read_text())]
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines) if line]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default(setting: Setting) -> None:
    row = next((line for line in README.splitlines() if line.startswith(f"| `{setting.name}` |")), "")
    assert row, f"{setting.name} has no row"
    assert not setting.default or f"`{setting.default}`" in row


@pytest.mark.parametrize("name", [name for name, _ in list_commands()])
def test_every_command_is_documented(name: str) -> None:
    assert any(re.match(rf"feeds {name}\b", code) for code in IN_BACKTICKS)


@pytest.mark.parametrize("option", list_options())
def test_every_option_is_documented(option: str) -> None:
    assert any(option in code.split() for code in IN_BACKTICKS)


@pytest.mark.parametrize("path", PATHS)
def test_every_url_is_documented(path: str) -> None:
    assert path in IN_BACKTICKS


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_parameter_is_documented(parameter: str) -> None:
    assert f"?{parameter}=" in IN_BACKTICKS
    assert f"| `{parameter}=" in (ROOT / "docs" / "feeds.md").read_text()


def test_every_documented_path_is_valid() -> None:
    documented = {code for code in IN_BACKTICKS if re.fullmatch(r"/[\w./<>-]*", code)} - VIEWS
    assert documented >= set(PATHS) - VIEWS
    for path in documented:
        parse_address(path.replace("<slug>", "ai").replace("<domain>", "news.example").replace("<n>", "1"))


def test_every_documented_command_and_setting_exists() -> None:
    commands = {match[1] for code in IN_BACKTICKS if (match := re.match(r"feeds ([a-z]+)", code))}
    assert commands == {name for name, _ in list_commands()}
    settings = {code for code in IN_BACKTICKS if re.fullmatch(r"FEEDS_[A-Z_]+", code) and code != "FEEDS_"}
    assert settings <= {setting.name for setting in SETTINGS}


@pytest.mark.program
def test_documented_commands_run(tmp_path: Path) -> None:
    lines = [line for line in list_shell_lines() if re.match(r"([A-Z_]+=\S+ )*feeds ", line)]
    ending = list(dict.fromkeys(line for line in lines if not ENDLESS.search(line)))
    assert len(ending) >= 4
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    command = tmp_path / "bin" / "feeds"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m feeds "$@"\n')
    command.chmod(0o755)
    environ = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    for line in ending:
        finished = subprocess.run(
            ["/bin/sh", "-c", line], cwd=tmp_path, env=environ, capture_output=True, check=False, timeout=60
        )
        assert finished.returncode == 0, f"{line}\n{finished.stderr.decode()}"


def test_documented_targets_of_make_exist(program: Callable[[str], str]) -> None:
    targets = {
        target
        for line in list_shell_lines()
        if (match := re.match(r"make ([a-z ]+)", line))
        for target in match[1].split()
    }
    assert targets >= {"serve", "test"}
    subprocess.run([program("make"), "--dry-run", *sorted(targets)], cwd=ROOT, check=True, capture_output=True)

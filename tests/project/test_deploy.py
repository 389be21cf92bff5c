"""The files in `deploy` build, start and stop the program, and `app.json` starts a worker only where it is needed."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from feeds.settings import SETTINGS
from tests.support.paths import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
APP = json.loads((ROOT / "app.json").read_text())
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
UNITS = {"web": "topic-feeds.service", "worker": "topic-feeds-collect.service"}
PROGRAMS = "/usr/local/lib/topic-feeds/bin/"
MAX_EXPOSURE = 20  # in tenths; the page says 1.4, and other versions of systemd count differently


def read_unit(name: str) -> dict[str, list[str]]:
    """Return the values of each option of a unit."""
    values: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text().splitlines():
        if match := re.fullmatch(r"(\w+)=(.*)", line):
            values.setdefault(match[1], []).append(match[2])
    return values


@pytest.mark.program
def test_compose_follows_the_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run([*command, str(DEPLOY / "compose.yaml")], check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_compose_runs_the_processes_of_the_procfile() -> None:
    services = COMPOSE["services"]
    assert services.keys() == {"database", "web", "worker"}
    assert {name: services[name]["command"] for name in UNITS} == {name: shlex.split(PROCFILE[name]) for name in UNITS}
    assert all(services[name]["restart"] == "unless-stopped" for name in services)
    assert [name for name in services if "ports" in services[name]] == ["web"]
    assert services["database"]["volumes"][0].partition(":")[0] in COMPOSE["volumes"]


@pytest.mark.parametrize("name", UNITS)
def test_containers_of_compose_can_change_nothing_but_the_database(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert [volume.rpartition(":")[2] for volume in service["volumes"]] == ["ro"]
    assert service["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_compose_passes_on_every_setting() -> None:
    own = {"DATABASE_URL", "FEEDS_CONTENT", "FEEDS_HOST", "PORT"}
    passed = COMPOSE["services"]["web"]["environment"].keys() - {"DATABASE_URL", "PGPASSWORD"}
    assert passed == {setting.name for setting in SETTINGS} - own


def test_compose_has_no_password_and_its_values_are_documented() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    guide = (ROOT / "docs" / "deploy-container.md").read_text()
    variables = dict(re.findall(r"\$\{(\w+)(:[?-])", text))
    assert variables == {"POSTGRES_PASSWORD": ":?", "FEEDS_SITE_URL": ":?", "ARTICLES": ":?", "PUBLISH": ":-"}
    assert [name for name in variables if f"{name}=" not in guide] == []
    assert len(re.findall(r"(?m)^ +\w*PASSWORD: ", text)) == len(
        re.findall(r"PASSWORD: \$\{POSTGRES_PASSWORD:\?", text)
    )


def test_units_are_correct_and_confined(program: Callable[[str], str], tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    for name in UNITS.values():
        text = (DEPLOY / name).read_text()
        assert text.count(PROGRAMS) == 1
        (tmp_path / name).write_text(text.replace(PROGRAMS, f"{Path(sys.executable).parent}/"))
    paths = [str(tmp_path / name) for name in UNITS.values()]
    verified = subprocess.run([analyze, "verify", *paths], check=False, capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    command = [analyze, "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", "--no-pager"]
    rated = subprocess.run([*command, *paths], check=False, capture_output=True, text=True)
    assert rated.returncode == 0, rated.stdout + rated.stderr


@pytest.mark.parametrize("name", UNITS)
def test_units_run_the_processes_of_the_procfile(name: str) -> None:
    (command,) = read_unit(UNITS[name])["ExecStart"]
    assert command.removeprefix(PROGRAMS) == PROCFILE[name].removeprefix("python -m ")


def test_units_differ_in_their_commands_only() -> None:
    own = {"Description", "Type", "ExecStart", "ExecReload", "MemoryMax"}
    web, worker = ({key: value for key, value in read_unit(unit).items() if key not in own} for unit in UNITS.values())
    assert web == worker


def list_quantities(part: Mapping[str, Any]) -> tuple[int, bool]:
    """Return the number of workers in a part of `app.json`, and whether there is a database."""
    has_database = any(addon.startswith("heroku-postgresql:") for addon in part["addons"])
    return part["formation"]["worker"]["quantity"], has_database


@pytest.mark.parametrize("part", [APP, *APP["environments"].values()], ids=["app", *APP["environments"]])
def test_a_paid_worker_starts_only_where_web_processes_do_not_collect(part: Mapping[str, Any]) -> None:
    """Web processes collect every hour if the catalog is their own SQLite file."""
    workers, has_database = list_quantities(part)
    assert workers == has_database
    assert part["formation"]["web"]["quantity"] == 1

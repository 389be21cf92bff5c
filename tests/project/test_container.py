"""The steps of the Dockerfile, run without Docker in an empty folder, give a server that is healthy and stops."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from tests.support.articles import write_article
from tests.support.environment import SOAK
from tests.support.locked_packages import link_locked_packages
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.site import fetch, stopping
from tests.support.waiting import wait_for_answer

FILE = DockerfileParser(path=str(ROOT / "deploy" / "Dockerfile"), cache_content=True)
STEPS = [(step["instruction"], step["value"]) for step in FILE.structure if step["instruction"] != "COMMENT"]
FIRST, LAST = (index for index, (name, _) in enumerate(STEPS) if name == "FROM")
BUILD_STAGE, LAST_STAGE = STEPS[:LAST], STEPS[LAST:]
FOLDERS = re.compile(r"(?<![\w.])/(app|articles|data|src|wheels)\b")
READY_SECONDS = 20


@dataclass(frozen=True)
class Container:
    """A folder in the place of the file system of the image and its container."""

    root: Path

    def translate(self, text: str) -> str:
        """Replace the image's folders by ours."""
        return FOLDERS.sub(lambda match: f"{self.root}{match[0]}", text)

    def build(self) -> None:
        """Run the steps of the first stage; the later stage copies the result."""
        folder = self.root
        for name, value in BUILD_STAGE[1:]:
            if name == "WORKDIR":
                folder = Path(self.translate(value))
                folder.mkdir()
            elif name == "COPY":
                copy_context(value.split(), folder)
            elif name == "RUN":
                environ = {**os.environ, "PATH": f"{self.write_python()}:/usr/bin:/bin"}
                command = ["/bin/sh", "-ec", self.translate(value)]
                run = subprocess.run(command, cwd=folder, env=environ, check=False, capture_output=True, text=True)
                assert run.returncode == 0, run.stderr
                if "-r requirements.txt" in value and not SOAK:
                    link_locked_packages(self.root / "app")
            else:
                pytest.fail(f"no test runs {name}")
        for name in ("articles", "data"):
            (self.root / name).mkdir()

    def write_python(self) -> Path:
        """Write the image's `python`, which downloads no packages, and return its folder."""
        script = self.root / "usr" / "python"
        script.parent.mkdir(exist_ok=True)
        skipped = "" if SOAK else 'case "$*" in *--require-hashes*) exit;; esac\n'
        script.write_text(f'#!/bin/sh\n{skipped}exec {sys.executable} "$@"\n')
        script.chmod(0o755)
        return script.parent

    def list_variables(self, port: int) -> dict[str, str]:
        """Return the variables of the image, with a free port."""
        variables = {name: self.translate(value) for name, value in FILE.envs.items()}
        variables["PATH"] = f"{variables['PATH']}/usr/bin:/bin"
        return {**variables, "PORT": str(port), "WEB_CONCURRENCY": "1"}

    def list_files(self) -> dict[str, int]:
        """Return the files outside the volume, with their times."""
        files = [path for path in self.root.rglob("*") if path.is_file() and path.parent.name != "data"]
        return {str(path): path.stat().st_mtime_ns for path in files}


def copy_context(names: list[str], folder: Path) -> None:
    """Copy files of the checkout that the image may see, as COPY does."""
    *sources, target = names
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in sources:
        assert source in allowed
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, folder / target)


def read_command(text: str) -> list[str]:
    """Read a command in exec form, which no shell runs, so that signals arrive."""
    command: list[str] = json.loads(text)
    return command


def receive_readiness(listener: socket.socket) -> bytes:
    """Return what a server tells systemd when it is ready."""
    listener.settimeout(READY_SECONDS)
    return listener.recv(4096)


@pytest.mark.program
def test_the_steps_of_the_dockerfile_give_a_healthy_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    container = Container(tmp_path / "root")
    container.root.mkdir()
    container.build()
    write_article(container.root / "articles", "terns", title="Terns are back")
    port = find_free_port()
    environ = container.list_variables(port)
    health = dict(LAST_STAGE)["HEALTHCHECK"].partition(" CMD ")[2]
    before = container.list_files()

    def is_healthy() -> bool:
        return subprocess.run(read_command(health), env=environ, check=False, capture_output=True).returncode == 0

    assert not is_healthy()
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, (tmp_path / "log").open("wb") as log:
        listener.bind("ready")
        environ["NOTIFY_SOCKET"] = str(tmp_path / "ready")
        command = read_command(dict(LAST_STAGE)["CMD"])
        server = subprocess.Popen(command, cwd=container.root / "data", env=environ, stdout=log, stderr=log)
        with stopping(server):
            wait_for_answer(f"http://127.0.0.1:{port}/healthz", server)
            assert is_healthy()
            assert receive_readiness(listener).startswith(b"READY=1")
            assert b"Terns are back" in fetch(f"http://127.0.0.1:{port}/topics/tides.atom").body
    text = (tmp_path / "log").read_text()
    assert (server.returncode, "Traceback" in text) == (0, False), text
    assert container.list_files() == before
    assert (container.root / "data" / "catalog.sqlite3").exists()


def test_the_image_is_built_from_the_locks_and_the_package_only() -> None:
    copied = {name for step, value in BUILD_STAGE if step == "COPY" for name in value.split()[:-1]}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert copied == allowed
    assert lines.index("*") < min(index for index, line in enumerate(lines) if line.startswith("!"))
    assert any(fnmatch("feeds/model/__pycache__", line) for line in lines[lines.index("*") + 1 :])


def test_the_image_runs_as_a_user_without_rights_and_keeps_data_in_a_volume() -> None:
    last = dict(LAST_STAGE)
    user, group = last["USER"].split(":")
    assert user.isdecimal()
    assert group.isdecimal()
    assert int(user) >= 1000
    assert f"--owner={user} --group={group}" in last["RUN"]
    assert last["VOLUME"] == last["WORKDIR"] == "/data"
    assert FILE.envs["DATABASE_URL"].startswith("sqlite:////data/")
    assert last["EXPOSE"] == FILE.envs["PORT"]
    assert [value for step, value in STEPS if step == "FROM"] == [f"{FILE.parent_images[0]} AS build", FILE.baseimage]

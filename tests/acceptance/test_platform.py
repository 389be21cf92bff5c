"""The Procfile runs as on a Heroku-style platform: with just locked dependencies, an empty disk and a port."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from venv import create

import feedparser
import pytest

from tests.support.locked_packages import link_locked_packages
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.site import Response, fetch, stopping
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.program

APP_NAME = "harbour-news"
SITE_URL = f"https://{APP_NAME}.herokuapp.com"
SLUG = ("feeds", "seeds", "Procfile", "requirements.txt", ".python-version")


@dataclass(frozen=True)
class Dyno:
    """A platform's machine: the checkout in `folder`, an environment with the locked requirements, and a port."""

    folder: Path
    venv: Path
    port: int

    @property
    def environ(self) -> dict[str, str]:
        path = f"{self.venv / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        return {"PATH": path, "HOME": str(self.folder), "PORT": str(self.port), "HEROKU_APP_NAME": APP_NAME}

    @property
    def log(self) -> Path:
        return self.folder.parent / "log"

    def start(self, *names: str) -> list[str]:
        """Return the command that runs processes of the Procfile until all have ended or any has failed."""
        return [sys.executable, "-m", "honcho", "--app-root", str(self.folder), "start", *names]

    @contextmanager
    def running(self, *names: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run processes of the Procfile until the block ends."""
        with self.log.open("wb") as output:
            process = subprocess.Popen(
                self.start(*names), cwd=self.folder, env=self.environ, stdout=output, stderr=subprocess.STDOUT
            )
            with stopping(process):
                yield process

    def request(self, path: str, process: subprocess.Popen[bytes]) -> Response:
        """Request a path as soon as a server has feeds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(ConnectionError):
                response = fetch(f"http://localhost:{self.port}{path}")
                if response.status != 503:
                    return response
            time.sleep(0.1)
        raise AssertionError(f"no server has feeds:\n{self.log.read_text()}")


@pytest.fixture(scope="session")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the locked requirements and nothing else, as the platform's build does.

    The packages are links to those of the running environment: to install them again takes seconds and a network.
    """
    folder = tmp_path_factory.mktemp("platform") / "venv"
    create(folder, symlinks=True)
    link_locked_packages(folder)
    return folder


@pytest.fixture
def dyno(venv: Path, tmp_path: Path) -> Dyno:
    folder = tmp_path / "app"
    folder.mkdir()
    for name in SLUG:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)
    return Dyno(folder, venv, find_free_port())


def assert_serves(dyno: Dyno, process: subprocess.Popen[bytes]) -> None:
    home = dyno.request("/", process)
    feed = dyno.request("/topics/ai.atom", process)
    assert (home.status, feed.status) == (200, 200)
    assert f'href="{SITE_URL}/feed.atom"'.encode() in home.body
    read = feedparser.parse(feed.body)
    assert len(read.entries) == 3
    assert [link.href for link in read.feed.links if link.rel == "self"] == [f"{SITE_URL}/topics/ai.atom"]
    assert b"localhost" not in home.body + feed.body


def test_release_collects(dyno: Dyno) -> None:
    released = subprocess.run(
        dyno.start("release"), cwd=dyno.folder, env=dyno.environ, capture_output=True, check=False, timeout=60
    )
    assert released.returncode == 0, released.stdout.decode()
    assert b"3 added" in released.stdout
    assert b"Traceback" not in released.stdout + released.stderr


def test_web_starts_with_an_empty_disk(dyno: Dyno) -> None:
    with dyno.running("web") as process:
        assert_serves(dyno, process)
        assert process.poll() is None
    assert_stopped_cleanly(dyno)


def test_web_and_worker_run_side_by_side(dyno: Dyno) -> None:
    with dyno.running("web", "worker") as process:
        assert_serves(dyno, process)
        time.sleep(2)  # honcho ends all processes as soon as any process ends
        assert process.poll() is None, dyno.log.read_text()
        assert_serves(dyno, process)
    assert_stopped_cleanly(dyno)


def assert_stopped_cleanly(dyno: Dyno) -> None:
    log = dyno.log.read_text()
    assert "Traceback" not in log
    assert "SIGKILL" not in log
    with pytest.raises(ConnectionError):
        fetch(f"http://localhost:{dyno.port}/")

"""The wheel and the source archive are complete and equal at each build, and the wheel works alone."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

import feeds
from tests.support.articles import write_article
from tests.support.paths import ROOT
from tests.support.servers import find_free_port
from tests.support.waiting import PATIENCE_SECONDS, wait_for_answer, wait_until

pytestmark = pytest.mark.program

WHEEL = f"topic_feeds-{feeds.__version__}-py3-none-any.whl"
SDIST = f"topic_feeds-{feeds.__version__}.tar.gz"
MARK = "from the installed package"


def build(folder: Path, *, umask: int, **environ: str) -> Path:
    """Build both archives into a folder, and return the folder."""
    command = ["/bin/sh", str(ROOT / "scripts" / "build-dist"), sys.executable, str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd="/", env={**os.environ, **environ}, umask=umask)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with both archives."""
    return build(tmp_path_factory.mktemp("built"), umask=0o022)


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a virtual environment with nothing but the wheel, and with the dependencies of the running environment.

    Python ignores the `.pth` files of a folder in a `.pth` file, and with them the `feeds` of the checkout.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    python = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", built / WHEEL], check=True, capture_output=True)
    purelib = ask_python(folder, "import sysconfig; print(sysconfig.get_path('purelib'))")
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(purelib) / "dependencies.pth").write_text("\n".join(borrowed))
    return folder


def ask_python(environment: Path, program: str) -> str:
    """Run a program in a virtual environment, and return the output."""
    command = [str(environment / "bin" / "python"), "-c", program]
    return subprocess.run(command, check=True, capture_output=True, cwd="/", env={}, text=True).stdout.strip()


def list_files(*options: str) -> set[str]:
    """List git's files."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a clone")
    command = [git, "ls-files", "-z", *options]
    listed = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, text=True).stdout
    return {name for name in listed.split("\0") if (ROOT / name).is_file()}


def read_wheel(path: Path) -> set[str]:
    with ZipFile(path) as wheel:
        return set(wheel.namelist())


def read_sdist(path: Path) -> set[str]:
    with tarfile.open(path) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def test_two_builds_are_equal_byte_for_byte(built: Path, tmp_path: Path) -> None:
    again = build(tmp_path / "again", umask=0o077, TZ="Asia/Tokyo")
    assert sorted(path.name for path in built.iterdir()) == sorted(path.name for path in again.iterdir())
    for name in (WHEEL, SDIST):
        assert (built / name).read_bytes() == (again / name).read_bytes(), name


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    names = {name for name in read_wheel(built / WHEEL) if ".dist-info/" not in name}
    tracked = {name for name in list_files() if name.startswith("feeds/")}
    assert "feeds/py.typed" in tracked
    assert tracked <= names <= tracked | list_files("--others", "--exclude-standard")


def test_the_source_archive_holds_every_file_of_the_repository(built: Path) -> None:
    names = read_sdist(built / SDIST) - {"PKG-INFO"}
    tracked = list_files()
    assert tracked <= names <= tracked | list_files("--others", "--exclude-standard")


@contextmanager
def serving(environment: Path, folder: Path) -> Iterator[str]:
    """Run `feeds serve` of a virtual environment in a folder of articles, and give the URL."""
    port = find_free_port()
    environ = {"PATH": os.environ["PATH"], "WEB_CONCURRENCY": "1"}
    with (folder / "log").open("wb") as log:
        command = [str(environment / "bin" / "feeds"), "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            wait_for_answer(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE_SECONDS)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 it is our own server's
        text: str = response.read().decode()
        return text


def test_the_installed_wheel_serves_a_folder_of_articles_and_its_changes(installed: Path, tmp_path: Path) -> None:
    package = Path(ask_python(installed, "import feeds; print(feeds.__file__)")).parent
    assert package.is_relative_to(installed)
    stylesheet = package / "site" / "pages" / "static" / "style.css"
    template = package / "site" / "pages" / "templates" / "base.html"
    stylesheet.write_text(f"/* {MARK} */\n{stylesheet.read_text()}")
    template.write_text(template.read_text().replace("</body>", f"<p>{MARK}</p></body>"))
    write_article(tmp_path, "terns", title="Terns are back")
    write_article(tmp_path, "gulls", title="Gulls are louder")
    (tmp_path / "README.md").write_text("# Harbour News\n")
    (tmp_path / "feeds.toml").write_text('title = "Harbour News"\nlanguage = "de"\n')
    with serving(installed, tmp_path) as url:
        home = fetch(f"{url}/")
        link = re.search(r'<link rel="stylesheet" href="([^"]+)"', home)
        assert link, home
        assert MARK in home
        assert MARK in fetch(f"{url}{link[1]}")
        feed = fetch(f"{url}/feed.atom")
        assert all(text in feed for text in ("Harbour News", "Terns are back", "Weiterlesen bei", "Gulls are louder"))
        write_article(tmp_path, "gulls", title="Gulls are silent")
        wait_until(lambda: "Gulls are silent" in fetch(f"{url}/feed.atom"))
    assert {path.name for path in tmp_path.iterdir()} == {
        *("terns.md", "gulls.md", "README.md", "feeds.toml", "log"),
        ".feeds",
    }
    assert (tmp_path / "log").read_text().count("rejected") == (tmp_path / "log").read_text().count("0 rejected")

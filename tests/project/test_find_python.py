"""Set-up finds a suitable Python in spite of pyenv and .python-version, or prints what to do."""

import os
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.program

SCRIPT = Path(__file__).parents[2] / "scripts" / "find-python"
NO_PYTHON = {"PATH": "/nonexistent", "HOME": "/nonexistent"}


def find_python(*args: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", SCRIPT, *args], cwd=cwd, env=env, capture_output=True, text=True, check=False)


def write_python(folder: Path, script: str) -> Path:
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_version_missing_in_pyenv_is_skipped(tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.999\n")
    found = find_python(cwd=tmp_path, env=dict(os.environ))
    assert Path(found.stdout.strip()).is_file()
    assert (found.returncode, found.stderr) == (0, "")


def test_a_missing_python_is_reported(tmp_path: Path) -> None:
    found = find_python(cwd=tmp_path, env=NO_PYTHON)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("Python 3.11 or newer not found.")


def test_a_named_python_that_is_too_old_is_reported(tmp_path: Path) -> None:
    old = write_python(tmp_path, "exit 1")
    found = find_python(str(old), cwd=tmp_path, env=NO_PYTHON)
    assert found.returncode == 1
    assert found.stderr == f"{old} is not a working Python 3.11 or newer.\n"


def test_a_python_without_ensurepip_is_reported(tmp_path: Path) -> None:
    bare = write_python(tmp_path, f'case "$2" in *ensurepip*) exit 1;; *) echo {tmp_path}/python3;; esac')
    found = find_python(str(bare), cwd=tmp_path, env=NO_PYTHON)
    assert found.returncode == 1
    assert "ensurepip module is missing" in found.stderr

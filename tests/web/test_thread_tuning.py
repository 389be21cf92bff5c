"""The app tunes its process under any server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.web.thread_tuning import SWITCH_SECONDS, tune_threads
from tests.support.paths import ROOT


def test_threads_take_short_turns() -> None:
    before = sys.getswitchinterval()
    try:
        tune_threads()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    finally:
        sys.setswitchinterval(before)


@pytest.mark.program
def test_the_app_tunes_its_process(tmp_path: Path) -> None:
    code = "import sys, feeds.wsgi; print(sys.getswitchinterval())"
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    printed = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, check=True)
    assert float(printed.stdout) == pytest.approx(SWITCH_SECONDS)

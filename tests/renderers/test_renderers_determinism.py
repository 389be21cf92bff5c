"""The same feed gives the same bytes in every process and environment."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from feeds.model.feed import Format
from feeds.renderers.feed import render
from tests.support.sample_feeds import make_full_feed

ROOT = Path(__file__).parents[2]
PROGRAM = """
import locale
from hashlib import sha256
from feeds.model.feed import Format
from feeds.renderers.feed import render
from tests.support.sample_feeds import make_full_feed
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    pass
print(*(sha256(render(make_full_feed(), format)).hexdigest() for format in Format))
"""
ENVIRONMENTS = (
    {"TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0"},
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "3"},
)


@pytest.mark.program
@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda environment: environment["TZ"])
def test_bytes_do_not_depend_on_the_process(environment: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=os.environ | environment, capture_output=True, check=True
    )
    expected = [sha256(render(make_full_feed(), format)).hexdigest() for format in Format]
    assert result.stdout.decode().split() == expected

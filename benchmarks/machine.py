"""Describe the machine behind the figures, without its name."""

import os
import platform
import re
import sqlite3
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("SQLAlchemy", "feedgen", "gunicorn", "msgspec", "PyYAML")


def describe_machine() -> dict[str, str]:
    """Return the processor, cores, memory, and the versions of the packages that affect the figures most."""
    return {
        "processor": _read_processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }


def _read_processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"(?m)^model name\s*: (.*)$", info.read_text(encoding="utf-8")) if info.exists() else None
    return found[1] if found else platform.machine()

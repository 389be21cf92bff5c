"""Fuzz one target with atheris until a failure or the end of the time: `python -m tests.fuzz.worker NAME OPTIONS`."""

import sys

import atheris  # type: ignore[import-untyped]

with atheris.instrument_imports(include=["feeds"]):
    from tests.fuzz.targets import TARGETS

_name, *_options = sys.argv[1:]
atheris.Setup([sys.argv[0], *_options], TARGETS[_name])
atheris.Fuzz()

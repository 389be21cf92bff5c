"""Fixtures and hooks shared with the tests of the package."""

from tests.conftest import clean_environment, program
from tests.support.programs import pytest_collection_modifyitems, pytest_runtest_protocol

__all__ = [
    "clean_environment",
    "program",
    "pytest_collection_modifyitems",
    "pytest_runtest_protocol",
]

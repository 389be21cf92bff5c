"""Fixtures shared with the tests of the package."""

from tests.conftest import clean_environment, program, without_coverage

__all__ = ["clean_environment", "program", "without_coverage"]

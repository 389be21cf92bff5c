"""Test the package, one module here for each there."""

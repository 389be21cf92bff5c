"""Tests of the package, with a folder for each package and modules named after the tested modules."""

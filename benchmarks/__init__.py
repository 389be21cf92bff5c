"""Measure speed and memory against targets, and against other programs on the same machine."""

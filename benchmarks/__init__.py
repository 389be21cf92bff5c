"""Measure the package beside what people use today, in one run."""

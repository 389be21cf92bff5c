"""Measure how many of the stories that readers expect are found by searches."""

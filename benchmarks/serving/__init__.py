"""Measure how many requests a second are answered, side by side with other ways to serve the same bytes."""

"""Measure requests per second, compared with other ways to serve the same bytes."""

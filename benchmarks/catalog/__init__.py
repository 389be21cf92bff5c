"""Measure collecting, watching, rendering and starting at growing numbers of articles."""

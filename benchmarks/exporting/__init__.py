"""Measure collecting and exporting beside builds by Hugo and beside an earlier version."""

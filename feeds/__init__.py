"""Publish a folder of Markdown articles as RSS, Atom and JSON feeds, one per topic."""

__version__ = "0.1.0"

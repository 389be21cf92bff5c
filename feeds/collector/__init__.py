"""Collect articles into the catalog: read changed files and publish visible changes, all or nothing."""

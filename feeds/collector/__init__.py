"""Collect articles into the catalog: read what changed, publish what a subscriber sees otherwise, all or nothing."""

"""Collect articles into the catalog: read what changed, publish what a subscriber sees otherwise, all or nothing."""

from feeds.collector.collect import Collector, CollectResult

__all__ = ["CollectResult", "Collector"]

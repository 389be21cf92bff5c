"""Turn a repository of news articles into per-topic feeds, and serve them to feed readers."""

__version__ = "0.1.0"

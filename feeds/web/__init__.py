"""Answer HTTP requests with what addresses name."""

from feeds.web.app import create_app

__all__ = ["create_app"]

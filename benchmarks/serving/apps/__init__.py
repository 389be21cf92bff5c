"""WSGI apps of other frameworks that serve the same feed."""

"""Serve the site over HTTP."""

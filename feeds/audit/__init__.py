"""Audit a running server: whether feed readers can trust its validators, and what else they need of it."""

from feeds.audit.site_audit import Finding, audit_site

__all__ = ["Finding", "audit_site"]

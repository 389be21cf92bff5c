"""Audit a running server: its validators, and everything else in HTTP on which feed readers depend."""

from feeds.audit.site_audit import Finding, audit_site

__all__ = ["Finding", "audit_site"]

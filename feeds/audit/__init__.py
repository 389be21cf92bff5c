"""Audit a running server: its validators, and everything else in HTTP on which feed readers depend."""

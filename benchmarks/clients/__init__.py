"""Measure how slow clients and restarts delay normal clients."""

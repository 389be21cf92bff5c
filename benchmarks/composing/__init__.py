"""Measure composed feeds, digests and searches, alone and in a flood of requests."""

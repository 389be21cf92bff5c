"""Tests of the comparison of two states of a site."""

"""Tests of feeds.articles.dialects."""

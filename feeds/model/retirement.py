"""Define how long the feed of a retired topic stays available."""

from datetime import timedelta

CLOSING_DELAY = timedelta(days=30)
"""How long a retired topic's feed stays readable, to show subscribers the retirement notice."""

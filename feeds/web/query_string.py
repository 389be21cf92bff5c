"""Read the query string of a request."""

from flask import request


def read_query_string() -> str:
    """Return the encoded query string of the request; bytes that are not UTF-8 become U+FFFD."""
    return request.query_string.decode(errors="replace")

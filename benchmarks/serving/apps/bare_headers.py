"""A bare WSGI callable that answers with the same bytes and as many headers."""

from collections.abc import Callable, Iterable

from benchmarks.serving.feed_files import MEDIA_TYPE, read_body

_BODY = read_body()
_HEADERS = [
    ("Content-Type", MEDIA_TYPE),
    ("Content-Length", str(len(_BODY))),
    ("ETag", '"0123456789abcdef0123456789abcdef"'),
    ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("Cache-Control", "public, max-age=900"),
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Last-Modified, Link, Retry-After"),
    ("X-Content-Type-Options", "nosniff"),
]


def app(_environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answer every request with the feed (PEP 3333)."""
    start_response("200 OK", _HEADERS)
    return [_BODY]

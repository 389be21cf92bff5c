"""A bare WSGI callable that answers with the same bytes."""

from collections.abc import Callable, Iterable

from benchmarks.serving.feed_files import MEDIA_TYPE, read_body

_BODY = read_body()
_HEADERS = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(_BODY)))]


def app(_environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answer every request with the feed (PEP 3333)."""
    start_response("200 OK", _HEADERS)
    return [_BODY]

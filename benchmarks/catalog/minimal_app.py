"""The smallest WSGI app, to measure the start of gunicorn alone."""

from collections.abc import Callable, Iterable

_BODY = b"ok\n"
_HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(_BODY)))]


def app(_environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answer every request with the same three bytes (PEP 3333)."""
    start_response("200 OK", _HEADERS)
    return [_BODY]

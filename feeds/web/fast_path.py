"""Answer requests for cached documents without the app."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from feeds.web.cache import DocumentCache
from feeds.web.request_log import MAX_PENDING, MAX_USER_AGENT, RequestLog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_METHODS = frozenset({"GET", "HEAD"})


class FastPath:
    """WSGI middleware around `app` that answers requests for canonical URLs from `cache`; `log` observes them."""

    def __init__(self, app: "WSGIApplication", cache: DocumentCache, *, log: RequestLog | None = None) -> None:
        self.app = app
        self.cache = cache
        self.log = log

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request from the cache, or pass the request to the app."""
        method = environ["REQUEST_METHOD"]
        path = environ.get("PATH_INFO", "")
        # The arguments of `CacheKey`; a plain tuple takes less time.
        key = path if path.isascii() else _decode_path(path), environ.get("QUERY_STRING", "")
        cached = self.cache.find(key) if method in _METHODS else None
        if cached is None:
            # An absolute request target may have no path (RFC 9112 section 3.2.2). Flask would redirect to its host.
            return self.app({**environ, "PATH_INFO": environ.get("PATH_INFO") or "/"}, start_response)
        response = cached.respond(environ)
        log = self.log
        if log is not None:
            # As `RequestLog.add` does, without calls: a call takes as long as all of this.
            if len(log.pending) < MAX_PENDING:
                log.pending.append(
                    (
                        cached.key,
                        response.code,
                        0 if method == "HEAD" else response.size,
                        method,
                        environ.get("HTTP_USER_AGENT", "")[:MAX_USER_AGENT],
                        "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ,
                        environ.get("REMOTE_ADDR", ""),
                        None,
                        "",
                    )
                )
            else:
                log.dropped += 1
        start_response(response.status, list(response.headers))  # a server may change the list (PEP 3333)
        return [] if method == "HEAD" else response.body


def _decode_path(path_info: str) -> str:
    # WSGI passes the path's UTF-8 bytes with one character per byte (PEP 3333).
    return path_info.encode("latin-1").decode(errors="replace")

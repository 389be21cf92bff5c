"""Observe the requests that the app answers; `feeds.web.fast_path` observes the others."""

import time

from flask import Flask, Response, g, request

from feeds.web.query_string import read_query_string
from feeds.web.request_log import MAX_USER_AGENT, AnsweredRequest, RequestLog


def observe_requests(app: Flask, log: RequestLog) -> None:
    """Add every answer of the app to `log`, under `g.key` if a view sets the key of a document."""

    @app.before_request
    def begin() -> None:
        log.start()
        g.started = time.perf_counter()

    @app.after_request
    def observe(response: Response) -> Response:
        headers = request.headers
        requested = request.path, read_query_string()
        key = g.get("key") or (request.path, "")
        log.add(
            AnsweredRequest(
                key,
                response.status_code,
                size=0 if request.method == "HEAD" else response.calculate_content_length() or 0,
                method=request.method,
                user_agent=headers.get("User-Agent", "")[:MAX_USER_AGENT],
                is_conditional="If-None-Match" in headers or "If-Modified-Since" in headers,
                address=request.remote_addr or "",
                seconds=time.perf_counter() - g.started,
                requested="" if requested == key else "?".join(requested),
            )
        )
        return response

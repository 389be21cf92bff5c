"""Let only the publisher see the publisher's pages: HTTP Basic with the token as the password (RFC 7617)."""

from collections.abc import Callable
from functools import wraps
from hmac import compare_digest

from flask import Response, g, request

from feeds.web.responses import make_text_response

_PRIVATE_HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow"}


def require_token(token: str) -> Callable[[Callable[[], Response]], Callable[[], Response]]:
    """Return a decorator for views: without the right password the answer is 401, with any user name."""

    def protect(view: Callable[[], Response]) -> Callable[[], Response]:
        @wraps(view)
        def answer() -> Response:
            g.is_private = True
            response = view() if _has_token(token) else _ask_for_token()
            response.headers.update(_PRIVATE_HEADERS)
            return response

        return answer

    return protect


def _has_token(token: str) -> bool:
    try:
        given = request.authorization
    except ValueError:  # Werkzeug fails to decode a value beyond ASCII
        return False
    password = given.password if given and given.type == "basic" else None
    return compare_digest((password or "").encode(), token.encode())


def _ask_for_token() -> Response:
    response = make_text_response(401, "Enter the token in FEEDS_TOKEN as the password, with any user name.")
    response.headers["WWW-Authenticate"] = 'Basic realm="topic-feeds", charset="UTF-8"'
    return response

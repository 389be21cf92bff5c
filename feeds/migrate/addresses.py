"""Compare the URLs of articles without what often changes when a site moves."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

_PORTS = {"http": 80, "https": 443}
_INDEX_FILE = re.compile(r"/index\.(?:html?|php)$")
_EXTENSION = re.compile(r"\.html?$")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref|source", re.IGNORECASE)


@lru_cache(maxsize=4_096)
def normalize_address(url: str) -> str:
    """Return a text that is equal for URLs that very likely lead to the same article; empty if the text is not a URL.

    The scheme, `www.`, capitals in the host, the default port, `index.html`, `.html`, a slash at the end,
    percent-encoding, the order of parameters, parameters for tracking, and the fragment make no difference.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:  # an open bracket, a bad port
        return ""
    if parts.scheme not in _PORTS or not host:
        return ""
    path = _EXTENSION.sub("", _INDEX_FILE.sub("/", unquote(parts.path))).rstrip("/")
    query = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0]))
    place = host if port in {None, _PORTS[parts.scheme]} else f"{host}:{port}"
    return f"{place}{path}?{urlencode(query)}" if query else f"{place}{path}"

"""Recognise URLs and ids, and encode URLs as URIs (RFC 3986) and ids as IRIs (RFC 3987)."""

import re
from urllib.parse import quote, urlsplit

from feeds.model.hosts import NAMES_PATTERN, encode_host, is_host

# The ASCII characters of both, without `#`, which starts the fragment, and `%`. Brackets belong to IPv6 hosts only.
_ASCII = r"!$&'()*+,\-./0-9:;=?@A-Z_a-z~"
_UCSCHAR = "\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U000e1000-\U000efffd" + "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14)
)
_IPRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_BARE_PERCENT = "%(?![0-9A-Fa-f]{2})"
_NOT_IN_URI = re.compile(rf"[^%{_ASCII}]|{_BARE_PERCENT}")
_NOT_IN_IRI = re.compile(rf"[^%{_ASCII}{_UCSCHAR}]|{_BARE_PERCENT}")
_NOT_IN_IRI_QUERY = re.compile(rf"[^%{_ASCII}{_UCSCHAR}{_IPRIVATE}]|{_BARE_PERCENT}")
_VALID = rf"(?:[{_ASCII}]++|%[0-9A-Fa-f]{{2}})*+"
_URI = re.compile(f"{_VALID}(?:#{_VALID})?")
# RFC 3986 appendix B: scheme, authority, path, query, fragment.
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?(//[^/?#]*)?([^?#]*)(\?[^#]*)?(?:#(.*))?", re.DOTALL)
_IP_LITERAL = re.compile(r"//(?:[^@\[\]]*@)?\[[0-9A-Za-z.:]+\](?::[0-9]*)?")
# All characters but control characters and those that no text has.
_ANY = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
# Passwords are excluded.
_HTTP_URI = re.compile(
    rf"https?://[0-9A-Z_a-z][-.0-9A-Z_a-z]{{0,252}}(?::[0-9]{{1,5}})?(?:[/?]{_VALID})?(?:#{_VALID})?"
)
_HTTP_URL = re.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://({NAMES_PATTERN})(?::[0-9]{{1,5}})?(?:[/?#]{_ANY}*)?")
_SERVER_URL = re.compile(r"[!#-;=?-\[\]^_a-z~]+")  # no spaces, quotes, angle brackets, or letters beyond ASCII
_IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_ANY}+")


def is_http_uri(text: str) -> bool:
    """Return whether the text is an absolute http(s) URL and a URI already, as most URLs are; this check is fast."""
    return _HTTP_URI.fullmatch(text) is not None


def read_url_host(text: str) -> str:
    """Return the host of an absolute http(s) URL as written, without the port; empty if the text is not a URL.

    Any character after the host is allowed, except control characters: others can be percent-encoded.
    """
    match = _HTTP_URL.fullmatch(text)
    return match[1] if match and is_host(match[1]) else ""


def is_server_url(text: str) -> bool:
    """Return whether the text is an absolute http(s) URL in ASCII with a host, and a port that a server can have."""
    if not _SERVER_URL.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # from bad brackets or a bad port
        return False


def is_iri(text: str) -> bool:
    """Return whether the text, once encoded, is an absolute IRI: a scheme, a colon, no controls (RFC 3987)."""
    return _IRI.fullmatch(text) is not None


def encode_uri(url: str) -> str:
    """Return an absolute URL as a URI, with an ASCII host; a URI stays as written."""
    if _URI.fullmatch(url):
        return url
    scheme, authority, path, query, fragment = _split(url)
    if not authority.isascii():
        host, colon, port = authority[2:].partition(":")
        authority = f"//{encode_host(host)}{colon}{port}"
    if not _IP_LITERAL.fullmatch(authority):
        authority = _encode(authority, _NOT_IN_URI)
    return scheme + authority + _encode(path + query, _NOT_IN_URI) + _encode_fragment(fragment, _NOT_IN_URI)


def encode_iri(iri: str) -> str:
    """Encode the characters that no IRI can contain (RFC 3987 section 2.2); an IRI stays as written."""
    if _URI.fullmatch(iri):
        return iri
    scheme, authority, path, query, fragment = _split(iri)
    if not _IP_LITERAL.fullmatch(authority):
        authority = _encode(authority, _NOT_IN_IRI)
    query = _encode(query, _NOT_IN_IRI_QUERY)
    return scheme + authority + _encode(path, _NOT_IN_IRI) + query + _encode_fragment(fragment, _NOT_IN_IRI)


def _split(text: str) -> tuple[str, str, str, str, str | None]:
    match = _PARTS.fullmatch(text)
    # The pattern matches every text.
    scheme, authority, path, query, fragment = match.groups() if match else (None, None, text, None, None)
    return scheme or "", authority or "", path, query or "", fragment


def _encode(text: str, forbidden: re.Pattern[str]) -> str:
    return forbidden.sub(_percent_encode, text)


def _encode_fragment(fragment: str | None, forbidden: re.Pattern[str]) -> str:
    return "" if fragment is None else f"#{_encode(fragment, forbidden)}"


def _percent_encode(character: re.Match[str]) -> str:
    return quote(character[0], safe="", errors="replace")

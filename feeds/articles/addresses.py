"""Make the addresses in article bodies absolute (https://url.spec.whatwg.org/)."""

import re
from urllib.parse import urljoin

from feeds.model.text import strip_controls
from feeds.model.uri import encode_uri, is_iri, read_url_host

MAX_ADDRESS_CHARACTERS = 8_000
"""A longer address is dropped: servers refuse it, and a picture inside its own address is no address."""

_LINE_BREAKS = re.compile("[\t\n\r]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTACT_SCHEMES = ("mailto:", "sms:", "tel:")


def resolve_address(address: str, base_url: str) -> str:
    """Return an address as an absolute http(s) URI; empty if it has another scheme or no host.

    Blanks and other characters that no URI can contain are percent-encoded, as a browser does when it loads the page.
    """
    text = _LINE_BREAKS.sub("", address).strip()
    if not 0 < len(text) <= MAX_ADDRESS_CHARACTERS:
        return ""
    try:
        url = urljoin(base_url, _replace_backslashes(strip_controls(text)))
    except ValueError:  # a host in brackets that is not IPv6
        return ""
    return encode_uri(url) if read_url_host(url) else ""


def resolve_link(address: str, base_url: str) -> str:
    """Return the address of a link as an absolute URI: http(s), mailto, sms or tel; empty for any other."""
    text = strip_controls(_LINE_BREAKS.sub("", address)).strip()
    if text.lower().startswith(_CONTACT_SCHEMES):
        return encode_uri(text) if is_iri(text) and len(text) <= MAX_ADDRESS_CHARACTERS else ""
    return resolve_address(text, base_url)


def _replace_backslashes(address: str) -> str:
    """Write a backslash in the host or path as a slash, as browsers read it."""
    scheme = _SCHEME.match(address)
    if "\\" not in address or (scheme and scheme[0].lower() not in {"http:", "https:"}):
        return address
    end = min((position for position in map(address.find, "?#") if position >= 0), default=len(address))
    return address[:end].replace("\\", "/") + address[end:]

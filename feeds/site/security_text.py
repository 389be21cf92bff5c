"""Write `security.txt`, which says where to report security problems (RFC 9116)."""

from collections.abc import Iterator

from feeds.settings import Settings
from feeds.site.file_urls import SecurityAddress


def write_security(settings: Settings) -> bytes:
    """Write the file; empty without a contact. The date is the publisher's, so the bytes do not depend on the clock."""
    return "".join(f"{line}\n" for line in _list_lines(settings)).encode()


def _list_lines(settings: Settings) -> Iterator[str]:
    if not settings.security_contacts:
        return
    yield from (f"Contact: {contact}" for contact in settings.security_contacts)
    yield f"Expires: {settings.security_expires}"
    yield f"Preferred-Languages: {settings.language}"
    yield f"Canonical: {settings.site_url}{SecurityAddress().path}"

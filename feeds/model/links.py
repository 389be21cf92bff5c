"""Link entries and publishers by URIs."""

import msgspec

from feeds.model.entry import Entry, Provider, Reference
from feeds.model.hosts import encode_host
from feeds.model.uri import encode_uri


def link_by_uri(entry: Entry) -> Entry:
    """Return the entry with URIs instead of the IRIs by which stories are compared."""
    if entry.url.isascii() and all(story.url.isascii() for story in (*entry.coverage, *entry.leads)):
        return entry  # an IRI in ASCII is a URI
    return msgspec.structs.replace(
        entry,
        url=encode_uri(entry.url),
        coverage=tuple(_refer_by_uri(story) for story in entry.coverage),
        leads=tuple(_refer_by_uri(story) for story in entry.leads),
    )


def _refer_by_uri(reference: Reference) -> Reference:
    return msgspec.structs.replace(reference, url=encode_uri(reference.url))


def write_provider_url(provider: Provider) -> str:
    """Return the URI of a publisher's site; empty for this site itself."""
    return f"https://{encode_host(provider.domain)}/" if provider.domain else ""

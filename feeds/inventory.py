"""List every address there is: what a crawler would find, without asking."""

from collections.abc import Iterator

from feeds.address import EVERYTHING, Address, AssetAddress, FeedAddress, OpmlAddress, PageAddress, Subject
from feeds.catalog.reader import CatalogReader
from feeds.feed import Format
from feeds.pages import list_assets


def list_addresses(reader: CatalogReader) -> Iterator[Address]:
    """Give every canonical address, each once; what others lead to comes before them, the home page last."""
    yield from (AssetAddress(name) for name in list_assets())
    for subject in list_subjects(reader):
        yield from (FeedAddress(subject, format) for format in Format)
        if subject != EVERYTHING:
            yield PageAddress(subject)
    yield OpmlAddress()
    yield PageAddress()


def list_subjects(reader: CatalogReader) -> Iterator[Subject]:
    """Give everything, every topic by name, and every provider by domain, those without entries included."""
    yield EVERYTHING
    yield from (Subject.of_topic(topic.slug) for topic in reader.topics())
    yield from (Subject.of_provider(domain) for domain in reader.domains())

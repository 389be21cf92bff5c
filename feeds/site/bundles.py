"""Write bundles: OPML lists of chosen feeds, which follow their topics."""

from datetime import datetime

from feeds.catalog.reader import CatalogReader
from feeds.model.errors import GoneError, NotFoundError
from feeds.model.translation.texts import Texts, find_texts
from feeds.renderers.opml import Outline, render_opml
from feeds.settings import Settings
from feeds.site.feeds import read_heading
from feeds.site.resolve import resolve
from feeds.site.titles import name_digest
from feeds.site.urls import (
    BundleAddress,
    DigestAddress,
    DigestPageAddress,
    FeedAddress,
    page_of,
    write_reference,
)


def write_bundle(bundle: BundleAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> bytes:
    """Write a resolved bundle as OPML 2.0; a comment says for people which feeds are missing, and why.

    There are no dates: the bytes depend only on names, descriptions and URLs.
    """
    texts = find_texts(settings.language)
    title, address = texts.gettext("Selected feeds"), f"{settings.site_url}{write_reference(bundle)}"
    return render_opml(
        f"{title} — {settings.site_title}",
        [_outline(feed, reader, settings=settings, now=now) for feed in bundle.feeds],
        comment=(
            texts.gettext("This is a list of feeds, for feed readers that subscribe to OPML or import it."),
            texts.gettext("Its address: %(address)s", address=address),
            *(_explain(feed, reader, texts=texts, now=now) for feed in bundle.missing),
        ),
    )


def list_scopes(bundle: BundleAddress) -> tuple[str, ...]:
    """Return the scopes on which a resolved bundle depends; () for the whole catalog, where a missing feed may appear.

    The scopes of a topic move with its name, description and URL.
    """
    if bundle.missing:
        return ()
    return tuple(dict.fromkeys(scope for feed in bundle.feeds for scope in feed.query.scopes))


def _outline(feed: FeedAddress | DigestAddress, reader: CatalogReader, *, settings: Settings, now: datetime) -> Outline:
    texts = find_texts(settings.language)
    heading = read_heading(feed.query, reader, texts=texts, now=now)
    name, page = heading.name, write_reference(page_of(feed.query))
    if isinstance(feed, DigestAddress):
        name = name_digest(name, feed.cycle, texts=texts)
        page = write_reference(DigestPageAddress(feed.query, feed.cycle))
    return Outline(
        text=name or settings.site_title,
        xml_url=f"{settings.site_url}{write_reference(feed)}",
        html_url=f"{settings.site_url}{page}",
        description=heading.description,
    )


def _explain(feed: FeedAddress | DigestAddress, reader: CatalogReader, *, texts: Texts, now: datetime) -> str:
    reference = write_reference(feed)
    try:
        resolve(feed.query, reader, now=now)
    except GoneError as error:
        return texts.gettext("Left out: %(feed)s. %(reason)s", feed=reference, reason=str(error))
    except NotFoundError:
        pass
    return texts.gettext("Left out: %(feed)s. There is no such feed.", feed=reference)

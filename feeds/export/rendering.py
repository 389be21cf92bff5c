"""Render the files of an address: the document, with pages for a static host, and its compressed forms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import unquote

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.export.folder import check_name
from feeds.model.document import Document
from feeds.model.errors import ExportError
from feeds.settings import Settings
from feeds.site.compression import Encoding, encode
from feeds.site.documents import make_document, make_static_issues
from feeds.site.feeds import ARCHIVE_MAX_AGE_SECONDS
from feeds.site.file_urls import AssetAddress, NotFoundAddress
from feeds.site.urls import Address, ArchiveAddress, DigestPageAddress, DirectoryPageAddress, IssueAddress, PageAddress

# The names that static file servers look for (nginx's gzip_static and brotli_static).
_SUFFIXES = {Encoding.IDENTITY: "", Encoding.GZIP: ".gz", Encoding.BROTLI: ".br"}

_PAGES = PageAddress | DigestPageAddress | IssueAddress | DirectoryPageAddress | NotFoundAddress

# An empty file that marks an archive document with the max-age of a feed; the URL does not show the difference.
_GROWING = ".growing"


class RenderPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How to render: the catalog at `now` with these settings, and with or without compressed forms."""

    settings: Settings
    now: datetime
    compress: bool


class RenderedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files of an address, by name, with the last change of the content and the scopes behind it.

    `times` are those of the files that change at other times.
    """

    path: str
    bodies: dict[str, bytes]
    modified: datetime | None
    scopes: tuple[str, ...]
    times: Mapping[str, datetime | None] = {}

    def find_time(self, name: str) -> datetime | None:
        """Return the time of the last change of a file."""
        return self.times.get(name, self.modified)


Render: TypeAlias = Callable[[Sequence[Address], RenderPlan, CatalogReader], Iterator[RenderedFiles]]
"""A function that renders addresses in the given order."""


def render_all(addresses: Sequence[Address], plan: RenderPlan, reader: CatalogReader) -> Iterator[RenderedFiles]:
    """Render addresses in the given order."""
    for address in addresses:
        document = make_document(address, reader, settings=plan.settings, now=plan.now, is_static=True)
        forms = name_forms(address, compress=plan.compress)
        bodies = {name: encode(document.body, encoding) for name, encoding in forms.items()}
        if _is_growing(address, document):
            bodies[name_file(address) + _GROWING] = b""
        times: dict[str, datetime | None] = {}
        for name, issue in _render_issues(address, plan, reader):
            bodies[name], times[name] = issue.body, issue.last_modified
        yield RenderedFiles(
            path=address.path, bodies=bodies, modified=document.last_modified, scopes=document.scopes, times=times
        )


def _render_issues(address: Address, plan: RenderPlan, reader: CatalogReader) -> Iterator[tuple[str, Document]]:
    """Render the issues that the page of a digest shows; without compressed forms, because few people read them."""
    if isinstance(address, DigestPageAddress):
        for issue, document in make_static_issues(address, reader, settings=plan.settings, now=plan.now):
            yield name_file(issue), document


def name_file(address: Address) -> str:
    """Return the name of an address's file, relative to the folder.

    Raises:
        ExportError: the address does not give a valid file name.
    """
    name = "/".join(_decode(part) for part in address.path.removeprefix("/").split("/"))
    if isinstance(address, _PAGES):
        name = f"{name or 'index'}.html"
    check_name(name)
    return name


def _decode(part: str) -> str:
    decoded = unquote(part)
    if "/" in decoded:
        raise ExportError(f"{decoded!r} is not a valid file name")
    return decoded


def name_forms(address: Address, *, compress: bool) -> dict[str, Encoding]:
    """Return the names of the files to write for an address, with their codings; assets are not compressed."""
    name = name_file(address)
    is_compressed = compress and not isinstance(address, AssetAddress)
    return {name + _SUFFIXES[each]: each for each in (list(Encoding) if is_compressed else [Encoding.IDENTITY])}


def name_all(address: Address) -> list[str]:
    """Return the names of all possible files of an address."""
    markers = [name_file(address) + _GROWING] if isinstance(address, ArchiveAddress) else []
    return [*name_forms(address, compress=True), *markers]


def _is_growing(address: Address, document: Document) -> bool:
    return isinstance(address, ArchiveAddress) and document.max_age_seconds < ARCHIVE_MAX_AGE_SECONDS

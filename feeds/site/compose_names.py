"""Look up the names of topics, publishers and feeds for the compose form."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from feeds.catalog.reader import CatalogReader
from feeds.model.errors import BadRequestError, GoneError, NotFoundError
from feeds.model.feed import Format
from feeds.model.query import Query
from feeds.model.topics import topic_key
from feeds.model.translation.texts import Texts
from feeds.settings import Settings
from feeds.site.compose_combination import Chosen
from feeds.site.compose_form_view import ChosenRow, FieldReason, Option
from feeds.site.compose_query import Picker
from feeds.site.feeds import read_heading
from feeds.site.nearest import Name, NameIndex, Names
from feeds.site.resolve import resolve, resolve_bundle
from feeds.site.titles import name_digest
from feeds.site.url_parser import parse_address, parse_feed
from feeds.site.urls import BundleAddress, DigestAddress, FeedAddress, OpmlAddress, write_reference

MAX_MATCHES = 10
"""The number of names that the form offers for what somebody typed."""

MAX_NEAREST = 3
"""The number of names that the form offers in place of an unknown one."""


class FoundName(msgspec.Struct, frozen=True):
    """What a typed text means: a name, or names to choose from, which contain the text if it `is_part` of them.

    If it is neither, `reason` says what is wrong.
    """

    exact: Option | None = None
    options: tuple[Option, ...] = ()
    is_part: bool = False
    reason: FieldReason = FieldReason.UNKNOWN_TOPIC


class NameFinder(msgspec.Struct, frozen=True):
    """Finds names in a catalog as of `now`; `names` are those that lists show, and `texts` write names of feeds."""

    names: Names
    reader: CatalogReader
    settings: Settings
    now: datetime
    texts: Texts

    def find(self, picker: Picker, text: str) -> FoundName:
        """Find what a text typed for a picker means."""
        if picker is Picker.FEED and (feed := self._find_feed(text)):
            return FoundName(exact=feed)
        near = self._index(picker).find(text, limit=MAX_MATCHES)
        key = topic_key(text)
        equal = [each.name for each in near if each.score == 1]
        spelled = [name for name in equal if key in map(topic_key, name.spellings)] or equal
        if len(spelled) == 1:
            return FoundName(exact=_make_option(picker, spelled[0]))
        parts = self._find_parts(picker, key)
        options = tuple(_make_option(picker, name) for name in parts or [each.name for each in near])
        reason = FieldReason.NO_FEED if picker is Picker.FEED and "/" in text else _explain(picker, is_ended=False)
        return FoundName(options=options, is_part=bool(parts), reason=reason)

    def make_row(self, picker: Picker, chosen: Chosen, *, field: str) -> ChosenRow:
        """Return the row for a chosen name, in the catalog's spelling if it is known."""
        if picker is Picker.FEED:
            return self._make_feed_row(chosen, field=field)
        try:
            resolved = resolve(_make_query(picker, chosen.name), self.reader, now=self.now)
        except NotFoundError as error:
            is_ended = isinstance(error, GoneError)
            near = tuple(_make_option(picker, name) for name in self._list_nearest(picker, chosen.name))
            return ChosenRow(field, chosen, name=chosen.name, reason=_explain(picker, is_ended=is_ended), near=near)
        value = resolved.topic or resolved.provider
        return ChosenRow(field, msgspec.structs.replace(chosen, name=value), name=self._name(resolved) or value)

    def resolve_feed(self, reference: str) -> FeedAddress | DigestAddress:
        """Return the feed at a URL, or at its path and query, percent-encoded, in the catalog's spelling.

        Raises:
            BadRequestError: the URL is not that of a feed.
            NotFoundError: a topic or publisher of the feed is unknown.
        """
        feed = parse_feed(self._shorten(reference), defaults=self.settings.defaults)
        return msgspec.structs.replace(feed, query=resolve(feed.query, self.reader, now=self.now))

    def open_feeds(self, reference: str) -> FeedAddress | DigestAddress | BundleAddress:
        """Return the feed or bundle at a URL, or at its path and query, percent-encoded, in the catalog's spelling.

        Raises:
            BadRequestError: the URL is not that of a feed.
            NotFoundError: a topic or publisher of the feed, or each feed of the bundle, is unknown.
        """
        path, _, query_string = self._shorten(reference).partition("?")
        if path == OpmlAddress().path:
            address = parse_address(path, query_string, defaults=self.settings.defaults)
            if isinstance(address, BundleAddress):
                return resolve_bundle(address, self.reader, now=self.now)
        return self.resolve_feed(reference)

    def make_option(self, feed: FeedAddress | DigestAddress) -> Option:
        """Return a resolved feed as an option of a list."""
        return Option(write_reference(feed), self.name_feed(feed))

    def name_feed(self, feed: FeedAddress | DigestAddress) -> str:
        """Name a resolved feed."""
        name = self._name(feed.query)
        return (
            name_digest(name, feed.cycle, texts=self.texts) if isinstance(feed, DigestAddress) else name
        ) or self.settings.site_title

    def list_largest(self, picker: Picker, limit: int) -> Iterator[Option]:
        """List the names with the most entries."""
        yield from (_make_option(picker, name) for name in self._index(picker).list_largest(limit))

    def _make_feed_row(self, chosen: Chosen, *, field: str) -> ChosenRow:
        try:
            feed = self.resolve_feed(chosen.name)
        except (BadRequestError, NotFoundError):
            near = self._index(Picker.TOPIC).find(chosen.name.rpartition("/")[2], limit=MAX_NEAREST)
            options = tuple(_make_option(Picker.FEED, each.name) for each in near)
            return ChosenRow(field, chosen, name=chosen.name, reason=FieldReason.NO_FEED, near=options)
        return ChosenRow(field, Chosen(write_reference(feed)), name=self.name_feed(feed))

    def _find_feed(self, text: str) -> Option | None:
        """Return the feed at a typed URL; None if the text is none, or leads to no feed."""
        if "/" not in text:
            return None
        try:
            feed = self.resolve_feed(text)
        except (BadRequestError, NotFoundError):
            return None
        return self.make_option(feed)

    def _name(self, query: Query) -> str:
        return read_heading(query, self.reader, now=self.now, texts=self.texts).name

    def _shorten(self, reference: str) -> str:
        """Return the path and query of a URL of this site, on any host: people copy the URL that they see."""
        try:
            parts = urlsplit(reference)
        except ValueError:  # such as a host with an open bracket
            return reference
        if parts.scheme not in {"http", "https", "feed"}:
            return reference
        return parts._replace(scheme="", netloc="", fragment="").geturl().removeprefix(self.settings.base_path)

    def _find_parts(self, picker: Picker, key: str) -> list[Name]:
        """Find the names that contain a text, those that begin with it first; among equals, the largest."""
        index = self._index(picker)
        folded = ((name.name.casefold(), name) for name in index.list_largest(len(index)))
        found = sorted(
            (not text.startswith(key), place, name) for place, (text, name) in enumerate(folded) if key in text
        )
        return [name for *_, name in found[:MAX_MATCHES]] if key else []

    def _list_nearest(self, picker: Picker, text: str) -> Iterator[Name]:
        yield from (each.name for each in self._index(picker).find(text, limit=MAX_NEAREST))

    def _index(self, picker: Picker) -> NameIndex:
        return self.names.providers if picker is Picker.PUBLISHER else self.names.topics


def _make_query(picker: Picker, name: str) -> Query:
    return Query.for_provider(name) if picker is Picker.PUBLISHER else Query.for_topic(name)


def _make_option(picker: Picker, name: Name) -> Option:
    if picker is Picker.FEED:
        return Option(write_reference(FeedAddress(name.query, Format.ATOM)), name.name)
    return Option(name.query.topic or name.query.provider, name.name)


def _explain(picker: Picker, *, is_ended: bool) -> FieldReason:
    if picker is Picker.PUBLISHER:
        return FieldReason.UNKNOWN_PUBLISHER
    return FieldReason.ENDED_TOPIC if is_ended else FieldReason.UNKNOWN_TOPIC

"""Tombstones follow RFC 6721, and programs that do not know them read the feed as before."""

from pathlib import Path

import atoma
import feedparser
from lxml import etree
from msgspec import structs

from feeds.model.feed import Format, Tombstone
from feeds.renderers.feed import render
from tests.renderers.documents import parse
from tests.support.sample_feeds import START, make_full_feed
from tests.support.validity import check_xml

FULL = make_full_feed()
TOMBSTONES = (Tombstone("tag:gazette.example,2021:a&b", START), Tombstone("https://gazette.example/b", START))

# `deletedEntry` of RFC 6721 section 3, without the optional children, which feeds do not have.
DELETED_ENTRY = b"""
<element name="deleted-entry" ns="http://purl.org/atompub/tombstones/1.0" xmlns="http://relaxng.org/ns/structure/1.0"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <attribute name="ref"><data type="anyURI"/></attribute>
  <attribute name="when"><data type="dateTime"><param name="pattern">.*(Z|[+-]\\d\\d:\\d\\d)</param></data></attribute>
</element>
"""


BURIED = structs.replace(FULL, tombstones=TOMBSTONES)


def test_the_elements_follow_the_rfc() -> None:
    found = parse(BURIED, Format.ATOM).findall("{http://purl.org/atompub/tombstones/1.0}*")
    assert [(each.get("ref"), each.get("when")) for each in found] == [
        ("tag:gazette.example,2021:a&b", "2021-03-04T05:06:07Z"),
        ("https://gazette.example/b", "2021-03-04T05:06:07Z"),
    ]
    schema = etree.RelaxNG(etree.fromstring(DELETED_ENTRY))
    for element in found:
        schema.assertValid(etree.ElementTree(element))
    assert check_xml(render(BURIED, Format.ATOM)) == []


def test_the_feed_follows_the_schema_of_atom(schemas: Path) -> None:
    etree.RelaxNG(etree.parse(schemas / "atom.rng")).assertValid(etree.ElementTree(parse(BURIED, Format.ATOM)))


def test_parsers_that_do_not_know_tombstones_read_the_same_entries() -> None:
    plain, buried = render(FULL, Format.ATOM), render(BURIED, Format.ATOM)
    assert feedparser.parse(buried).entries == feedparser.parse(plain).entries
    assert not feedparser.parse(buried).bozo
    assert atoma.parse_atom_bytes(buried) == atoma.parse_atom_bytes(plain)


def test_other_formats_and_feeds_without_tombstones_stay_as_they_are() -> None:
    assert render(BURIED, Format.JSON) == render(FULL, Format.JSON)
    assert b"tombstones" not in render(BURIED, Format.RSS)
    assert b"tombstones" not in render(FULL, Format.ATOM)

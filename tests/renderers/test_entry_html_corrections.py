"""Corrections in all formats: first in the content and in plain texts, with a date that readers know."""

import json
from datetime import UTC, datetime

import feedparser
import pytest

from feeds.model.entry import Correction
from feeds.model.feed import Format, LinkChoice
from feeds.model.shown_settings import ShownSettings
from feeds.renderers.changed_formats import find_changed_formats
from feeds.renderers.entry_html import EXCERPT_CHARACTERS, make_excerpt, make_summary, write_content
from feeds.renderers.feed import render
from tests.renderers.documents import parse, select_texts
from tests.support.sample_feeds import make_entry, make_feed
from tests.support.validity import check_json, check_xml

NEWS = Correction(datetime(2026, 11, 24, 23, 59, tzinfo=UTC), "The bridge has <two> lanes & no name.")
OLD = Correction(datetime(2026, 11, 3, tzinfo=UTC), "It opened in May.")
ENTRY = make_entry(corrections=(NEWS, OLD), updated=NEWS.date, body="<p>Body</p>")
FEED = make_feed(make_entry(2), ENTRY)
PLAIN = make_feed(make_entry(2), make_entry(1, body="<p>Body</p>"))


def test_the_content_begins_with_the_corrections() -> None:
    lines = write_content(ENTRY, LinkChoice.WEB, language="en").splitlines()
    assert lines[:3] == [
        "<p><strong>Correction, 24 November 2026:</strong> The bridge has &lt;two&gt; lanes &amp; no name.</p>",
        "<p><strong>Correction, 3 November 2026:</strong> It opened in May.</p>",
        "<p>Body</p>",
    ]


def test_plain_texts_begin_with_the_corrections() -> None:
    notes = f"Correction, 24 November 2026: {NEWS.text} Correction, 3 November 2026: {OLD.text}"
    assert (
        make_summary(ENTRY, language="en") == make_excerpt(ENTRY, language="en") == f"{notes} What happened in story 1."
    )
    assert make_summary(make_entry(summary="", corrections=(OLD,)), language="en") == ""
    long = make_entry(summary="End.", corrections=(Correction(OLD.date, "word " * 1_000),))
    assert make_summary(long, language="en").endswith("… End.")
    assert len(make_summary(long, language="en")) <= EXCERPT_CHARACTERS + len(" End.")


@pytest.mark.parametrize("format", [Format.ATOM, Format.RSS])
def test_feedparser_reads_the_date_of_the_correction(format: Format) -> None:
    parsed = feedparser.parse(render(FEED, format))
    assert parsed.entries[1].updated == "2026-11-24T23:59:00Z"
    assert parsed.entries[1].content[0].value.startswith("<p><strong>Correction, 24 November 2026:</strong>")
    assert parsed.entries[1].summary.startswith("Correction, 24 November 2026:")


def test_rss_has_two_dates_of_the_change_only_where_a_story_is_corrected() -> None:
    root = parse(FEED, Format.RSS)
    assert select_texts(root, "//item[2]/atom:updated") == ["2026-11-24T23:59:00Z"]
    assert select_texts(root, "//item[2]/dcterms:modified") == ["2026-11-24T23:59:00Z"]
    assert select_texts(root, "//item[1]/atom:updated | //item[1]/dcterms:modified") == []
    assert b"dcterms" not in render(PLAIN, Format.RSS)


def test_json_has_the_date_of_the_correction() -> None:
    item = json.loads(render(FEED, Format.JSON))["items"][1]
    assert item["date_modified"] == "2026-11-24T23:59:00Z"
    assert item["summary"].startswith("Correction, 24 November 2026:")
    assert item["content_html"].startswith("<p><strong>Correction, 24 November 2026:</strong>")


def test_feeds_with_corrections_are_valid() -> None:
    assert check_xml(render(FEED, Format.ATOM)) == check_xml(render(FEED, Format.RSS)) == []
    assert check_json(render(FEED, Format.JSON)) == []


def test_a_correction_changes_every_format() -> None:
    assert find_changed_formats(make_entry(), make_entry(corrections=(OLD,)), ShownSettings()) == set(Format)

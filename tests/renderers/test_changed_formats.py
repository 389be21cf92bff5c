"""A format counts as changed if and only if its element for the entry has other bytes."""

import pytest
from msgspec.structs import replace

from feeds.model.entry import Entry, Reference
from feeds.model.feed import Format, LinkChoice
from feeds.model.shown_settings import ShownSettings
from feeds.renderers.changed_formats import find_changed_formats
from tests.support.sample_feeds import START, make_entry

ENTRY = make_entry(1, coverage=(Reference("https://times.example/b", "Times", published=START),))
WEB, AMP = ShownSettings(), ShownSettings(link_choice=LinkChoice.AMP, language="de")
ALL = frozenset(Format)


def change(shown: ShownSettings = WEB, **fields: object) -> frozenset[Format]:
    return find_changed_formats(ENTRY, replace(ENTRY, **fields), shown)


@pytest.mark.parametrize("field", ["title", "summary", "body"])
def test_every_format_shows_texts(field: str) -> None:
    assert find_changed_formats(ENTRY, replace(ENTRY, **{field: "<p>Other</p>"}), WEB) == ALL


def test_only_json_shows_the_date_of_another_story() -> None:
    assert change(coverage=(Reference("https://times.example/b", "Times"),)) == {Format.JSON}


def test_rss_items_do_not_show_updates() -> None:
    assert change(updated=START.replace(year=2031)) == {Format.ATOM, Format.JSON}


def test_settings_decide_what_is_shown() -> None:
    assert change(amp_url="https://amp.example/1") == frozenset()
    assert change(AMP, amp_url="https://amp.example/1") == ALL
    assert change(language="en") == frozenset()
    assert change(AMP, language="en") == ALL
    assert change(language="") == frozenset()


def test_words_for_search_are_not_shown() -> None:
    assert change(rest_words="more words") == frozenset()


def test_equal_entries_have_not_changed() -> None:
    entry: Entry = replace(ENTRY)
    assert find_changed_formats(ENTRY, entry, WEB) == frozenset()

"""Plain texts are cleaned for every feed format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.model.text import clean_text, count_noun, escape_controls, strip_controls


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  One\n two\t\tthree  ", "One two three"),
        ("One  two", "One two"),
        ("a\x00b\x1fc\x7fd\x9fe\ufffef\ud800g", "abcdefg"),
        ("&amp; <b>stay</b>", "&amp; <b>stay</b>"),
        ("👩\u200d🚀 e\u0301", "👩\u200d🚀 e\u0301"),
        ("non\xa0breaking\u2028line", "non breaking line"),
        ("\x07", ""),
        ("\u200b \ufeff\xad", ""),
        ("\u3164\ufe0f", ""),
        ("\u2800", ""),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_a_text_becomes_one_clean_line(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Möwe 鷗 \N{FAMILY}", "Möwe 鷗 \N{FAMILY}"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("gpj\u202etxt.\u2066", "gpj\\u202etxt.\\u2066"),
        ("two\nlines\r\x85", "two\\nlines\\r\\x85"),
        ("\udcff", "\\udcff"),
        ("\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}"),
    ],
)
def test_control_characters_are_escaped(text: str, escaped: str) -> None:
    assert escape_controls(text) == escaped


@given(st.text(st.characters()))
def test_xml_can_carry_every_cleaned_text(text: str) -> None:
    element = etree.Element("a")
    element.text = clean_text(text)
    assert etree.fromstring(etree.tostring(element)).text == (clean_text(text) or None)


@given(st.text(st.characters()))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert strip_controls(strip_controls(text)) == strip_controls(text)


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "entry", "1 entry"),
        (0, "entry", "0 entries"),
        (1_200, "more story", "1,200 more stories"),
        (2, "day", "2 days"),
        (3, "topic file", "3 topic files"),
    ],
)
def test_nouns_are_counted(number: int, noun: str, text: str) -> None:
    assert count_noun(number, noun) == text

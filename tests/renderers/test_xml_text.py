"""The bytes of lxml are the standard: both write parts of the same documents."""

from hypothesis import given
from lxml import etree

from feeds.renderers.xml_text import escape_attribute, escape_text, write_element, write_numerically
from tests.renderers.documents import texts


@given(texts())
def test_text_is_escaped_as_by_lxml(text: str) -> None:
    element = etree.Element("a")
    element.text = text
    assert write_element("a", text).encode() == etree.tostring(element, encoding="UTF-8", xml_declaration=False)
    assert etree.fromstring(write_element("a", text)).text == (text or None)


@given(texts())
def test_attributes_are_escaped_as_by_lxml(text: str) -> None:
    written = f'<a b="{escape_attribute(text)}"/>'
    assert written.encode() == etree.tostring(etree.Element("a", b=text), encoding="UTF-8", xml_declaration=False)
    assert etree.fromstring(written).get("b") == text


def test_white_space_survives_in_attributes() -> None:
    assert escape_attribute('a\tb\nc\rd"') == "a&#9;b&#10;c&#13;d&quot;"


@given(texts())
def test_numeric_references_read_the_same(text: str) -> None:
    assert (etree.fromstring(f"<a>{write_numerically(escape_text(text))}</a>").text or "") == text

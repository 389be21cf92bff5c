"""Write XML elements as text: the characters that lxml escapes are escaped, so both ways give the same bytes.

Text written so has none of the characters that XML 1.0 (2.2) forbids: the collector removes them.
"""

_WHITE_SPACE = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def escape_text(text: str) -> str:
    """Escape the text of an element; parsers would read a bare carriage return as a line feed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def write_numerically(escaped: str) -> str:
    """Write `&` and `<` as numeric references, for readers that unescape a text before parsing the document."""
    return escaped.replace("&lt;", "&#x3C;").replace("&amp;", "&#x26;")


def write_ambiguous_numerically(escaped: str) -> str:
    """Write a text numerically if it was escaped as ambiguous; other texts stay as readers know them."""
    return write_numerically(escaped) if "&amp;lt;" in escaped or "&amp;amp;" in escaped else escaped


def write_element(name: str, text: str) -> str:
    """Write an element with a text."""
    return f"<{name}>{escape_text(text)}</{name}>"


def escape_attribute(value: str) -> str:
    """Escape the value of an attribute; parsers would read bare white space as spaces."""
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return escaped if escaped.isprintable() else escaped.translate(_WHITE_SPACE)

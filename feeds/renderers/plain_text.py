"""Write plain text in formats where a reader may expect HTML."""

from html import unescape


def escape_ambiguous(text: str) -> str:
    """Escape plain text if HTML would read the text differently, because a reader may expect either.

    Many readers parse titles and names in RSS and OPML as HTML, others as plain text, and neither format has an
    attribute to tell the two apart. Text like `AT&T` reads the same both ways and stays as written; text with tags or
    character references is escaped.
    """
    if "<" not in text and unescape(text) == text:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;")

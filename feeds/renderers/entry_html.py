"""Write an entry as the HTML and the plain text that readers show.

Nothing here loads anything but the picture, and nothing changes from one fetch to the next: readers hash content.
"""

import re
from html import escape
from html.parser import HTMLParser
from textwrap import shorten

from feeds.model.entry import Entry, Image, Provider, Reference
from feeds.model.feed import LinkChoice, entry_url

EXCERPT_CHARACTERS = 500

_CHUNK_CHARACTERS = 1_000

_BLOCKS = frozenset(
    {"blockquote", "br", "dd", "div", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
    | {"ol", "p", "pre", "table", "td", "th", "tr", "ul"}
)
_FORBIDDEN_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_content(entry: Entry, link_choice: LinkChoice) -> str:
    """Write the whole entry: picture or embed, text, where it comes from, and the coverage around it.

    The result is HTML with absolute URLs only, one block to a line. An embed takes the picture's place, and a body
    the summary's.
    """
    url = entry_url(entry, link_choice)
    blocks = (
        entry.embed or write_picture(entry, url),
        entry.body or write_summary(entry),
        _write_attribution(entry.provider, url),
        _write_coverage(entry.coverage),
        _write_leads(entry.leads),
    )
    return "\n".join(block for block in blocks if block)


def make_excerpt(entry: Entry) -> str:
    """Give a plain text to announce the entry by: its summary, else the start of its body, else its title."""
    return entry.summary or shorten(extract_text(entry.body), EXCERPT_CHARACTERS, placeholder="…") or entry.title


def extract_text(html: str) -> str:
    """Give the text of sanitised HTML, its white space collapsed, without what XML cannot carry (XML 1.0, 2.2)."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return reader.text


def is_same_text(html: str, text: str) -> bool:
    """Say whether a text is all that sanitised HTML says; that is read no further than to where it says otherwise."""
    reader = _TextReader()
    for start in range(0, len(html), _CHUNK_CHARACTERS):
        reader.feed(html[start : start + _CHUNK_CHARACTERS])
        if not text.startswith(reader.text):
            return False
    reader.close()
    return text == reader.text


class _TextReader(HTMLParser):
    """Collect the text of a document; blocks part words, other elements do not."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        """What has been read, its white space collapsed, without what XML cannot carry (XML 1.0, section 2.2)."""
        return " ".join(_FORBIDDEN_IN_XML.sub("", "".join(self._pieces)).split())

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._pieces.append(" ")


def write_picture(entry: Entry, url: str) -> str:
    """Write the picture, which leads to `url`; empty where there is none."""
    if entry.image is None:
        return ""
    # The picture is a link, so its alternative text must say where the link leads.
    alt = escape(entry.image.title or entry.title)
    return f'<p><a href="{escape(url)}"><img src="{escape(entry.image.url)}" alt="{alt}"{_size(entry.image)}></a></p>'


def _size(image: Image) -> str:
    sizes = (("width", image.width), ("height", image.height))
    return "".join(f' {name}="{pixels}"' for name, pixels in sizes if pixels)


def write_summary(entry: Entry) -> str:
    """Write the summary as a paragraph; empty where there is none."""
    return f"<p>{escape(entry.summary)}</p>" if entry.summary else ""


def _write_attribution(provider: Provider, url: str) -> str:
    return f"<p>Read it at {write_link(url, provider.name)}.</p>"


def _write_coverage(coverage: tuple[Reference, ...]) -> str:
    if not coverage:
        return ""
    items = "\n".join(f"<li>{_write_reference(reference)}</li>" for reference in coverage)
    return f"<p>Related coverage:</p>\n<ul>\n{items}\n</ul>"


def _write_leads(leads: tuple[Reference, ...]) -> str:
    if not leads:
        return ""
    return f"<p>Part of the coverage of {', '.join(_write_reference(lead) for lead in leads)}.</p>"


def _write_reference(reference: Reference) -> str:
    provider = f" ({escape(reference.provider)})" if reference.provider else ""
    return write_link(reference.url, reference.title) + provider


def write_link(url: str, text: str) -> str:
    """Write a link."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'

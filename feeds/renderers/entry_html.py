"""Write an entry as HTML and as plain text for feed readers.

The HTML loads only the picture, and stays the same from fetch to fetch, because readers hash the content.
"""

from html import escape
from html.parser import HTMLParser
from textwrap import shorten

from feeds.model.entry import Entry, Image, Provider, Reference
from feeds.model.feed import LinkChoice, entry_url
from feeds.model.text import clean_text

EXCERPT_CHARACTERS = 500

_CHUNK_CHARACTERS = 1_000

_BLOCKS = frozenset(
    {"blockquote", "br", "dd", "div", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
    | {"ol", "p", "pre", "table", "td", "th", "tr", "ul"}
)


def write_content(entry: Entry, link_choice: LinkChoice) -> str:
    """Write the whole entry as HTML: picture or embed, text, source, coverage and leads.

    The HTML has absolute URLs only, and a block per line. An embed replaces the picture, and a body replaces the
    summary.
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
    """Return plain text that introduces the entry: the summary, or the start of the body, or the title."""
    return entry.summary or shorten(extract_text(entry.body), EXCERPT_CHARACTERS, placeholder="…") or entry.title


def extract_text(html: str) -> str:
    """Return the text of sanitised HTML, with white space collapsed, without characters forbidden by XML 1.0 (2.2)."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return reader.text


def is_same_text(html: str, text: str) -> bool:
    """Return whether `text` is the whole text of sanitised HTML. Reading stops at the first difference."""
    reader = _TextReader()
    for start in range(0, len(html), _CHUNK_CHARACTERS):
        reader.feed(html[start : start + _CHUNK_CHARACTERS])
        if not text.startswith(reader.text):
            return False
    reader.close()
    return text == reader.text


class _TextReader(HTMLParser):
    """Collect the text of a document. Block elements separate words; inline elements do not."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        """The text read until now, with white space collapsed, without characters that XML 1.0 (2.2) forbids."""
        return clean_text("".join(self._pieces))

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._pieces.append(" ")


def write_picture(entry: Entry, url: str) -> str:
    """Write the picture as a link to `url`; empty for an entry without a picture."""
    if entry.image is None:
        return ""
    # The picture is a link, so its alternative text describes the target of the link.
    alt = escape(entry.image.title or entry.title)
    size = _write_size(entry.image)
    return f'<p><a href="{escape(url)}"><img src="{escape(entry.image.url)}" alt="{alt}"{size}></a></p>'


def _write_size(image: Image) -> str:
    sizes = (("width", image.width), ("height", image.height))
    return "".join(f' {name}="{pixels}"' for name, pixels in sizes if pixels)


def write_summary(entry: Entry) -> str:
    """Write the summary as a paragraph; empty for an entry without a summary."""
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
    """Write a link to `url` with an escaped `text`."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'

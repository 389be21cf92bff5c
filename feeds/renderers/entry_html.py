"""Write an entry as HTML and as plain text for feed readers.

The HTML loads only the picture, and stays the same from fetch to fetch, because readers hash the content.
"""

from html import escape

from feeds.model.entry import Correction, Entry, Headline, Image, Reference
from feeds.model.excerpt import shorten
from feeds.model.feed import LinkChoice, entry_url
from feeds.model.html_text import extract_text
from feeds.renderers.dates import format_day

EXCERPT_CHARACTERS = 500


def write_content(entry: Entry, link_choice: LinkChoice) -> str:
    """Write the whole entry as HTML: corrections, picture or embed, text, source, coverage and leads.

    The HTML has absolute URLs only, and a block per line. An embed replaces the picture, and a body replaces the
    summary.
    """
    url = entry_url(entry, link_choice)
    blocks = (
        *map(_write_correction, entry.corrections),
        entry.embed or write_picture(entry, url),
        entry.body or write_summary(entry),
        _write_attribution(entry, url),
        _write_coverage(entry.coverage),
        _write_leads(entry.leads),
    )
    return "\n".join(block for block in blocks if block)


def make_excerpt(entry: Entry) -> str:
    """Return plain text that introduces the entry: corrections, and the summary, the start of the body or the title."""
    return _introduce(entry, entry.summary or excerpt_body(entry, EXCERPT_CHARACTERS) or entry.title)


def make_summary(entry: Entry) -> str:
    """Return the summary after the corrections, as plain text; empty for an entry without a summary."""
    return _introduce(entry, entry.summary) if entry.summary else ""


def _introduce(entry: Entry, text: str) -> str:
    if not entry.corrections:
        return text
    notes = " ".join(f"{_name_correction(each)} {each.text}" for each in entry.corrections)
    return f"{shorten(notes, EXCERPT_CHARACTERS)} {text}"


def _write_correction(correction: Correction) -> str:
    return f"<p><strong>{_name_correction(correction)}</strong> {escape(correction.text)}</p>"


def _name_correction(correction: Correction) -> str:
    return f"Correction, {format_day(correction.date)}:"


def excerpt_body(entry: Entry, characters: int) -> str:
    """Return the start of the body as plain text; empty for an entry without a body."""
    return shorten(extract_text(entry.body, characters=characters), characters) if entry.body else ""


def write_picture(entry: Headline, url: str) -> str:
    """Write the picture as a link to `url`; empty for an entry without a picture."""
    if entry.image is None:
        return ""
    # The picture is a link, so its alternative text describes the target of the link.
    alt = escape(entry.image.title or entry.title)
    size = _write_size(entry.image)
    return f'<p><a href="{escape(url)}"><img src="{escape(entry.image.url)}" alt="{alt}"{size}></a></p>'


def _write_size(image: Image) -> str:
    width = f' width="{image.width}"' if image.width else ""
    return f'{width} height="{image.height}"' if image.height else width


def write_summary(entry: Headline) -> str:
    """Write the summary as a paragraph; empty for an entry without a summary."""
    return f"<p>{escape(entry.summary)}</p>" if entry.summary else ""


def _write_attribution(entry: Entry, url: str) -> str:
    content = "the whole article" if entry.is_cut else "it"
    return f"<p>Read {content} at {write_link(url, entry.provider.name)}.</p>"


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

"""Write an entry as HTML and as plain text for feed readers.

The HTML loads only the picture, and stays the same from fetch to fetch, because readers hash the content.
"""

from functools import lru_cache
from html import escape

from feeds.model.entry import Correction, Entry, Headline, Image, Reference
from feeds.model.excerpt import shorten
from feeds.model.feed import LinkChoice, entry_url
from feeds.model.html_text import extract_text
from feeds.model.translation.directions import find_direction
from feeds.model.translation.texts import SOURCE_LANGUAGE, Texts, find_texts, is_same_language

EXCERPT_CHARACTERS = 500


def write_content(entry: Entry, link_choice: LinkChoice, *, language: str) -> str:
    """Write the whole entry as HTML: corrections, picture or embed, text, source, coverage and leads.

    The HTML has absolute URLs only, and a block per line. An embed replaces the picture, and a body replaces the
    summary. `language` is the language of the site.
    """
    texts, lang = find_texts(language), _write_lang(language, entry.language)
    url = entry_url(entry, link_choice)
    blocks = (
        *(_write_correction(correction, texts, lang=lang) for correction in entry.corrections),
        entry.embed or write_picture(entry, url),
        entry.body or write_summary(entry),
        _write_attribution(entry, url, texts=texts, lang=lang),
        _write_coverage(entry.coverage, texts, lang=lang),
        _write_leads(entry.leads, texts, lang=lang),
    )
    return "\n".join(block for block in blocks if block)


def make_excerpt(entry: Entry, *, language: str) -> str:
    """Return plain text that introduces the entry: corrections, and the summary, the start of the body or the title."""
    text = entry.summary or excerpt_body(entry, EXCERPT_CHARACTERS) or entry.title
    return _introduce(entry, text, language=language)


def make_summary(entry: Entry, *, language: str) -> str:
    """Return the summary after the corrections, as plain text; empty for an entry without a summary."""
    return _introduce(entry, entry.summary, language=language) if entry.summary else ""


def _introduce(entry: Entry, text: str, *, language: str) -> str:
    if not entry.corrections:
        return text
    texts = find_texts(language)
    notes = " ".join(f"{_name_correction(each, texts)} {each.text}" for each in entry.corrections)
    return f"{shorten(notes, EXCERPT_CHARACTERS)} {text}"


def _write_correction(correction: Correction, texts: Texts, *, lang: str) -> str:
    return f"<p><strong{lang}>{escape(_name_correction(correction, texts))}</strong> {escape(correction.text)}</p>"


def _name_correction(correction: Correction, texts: Texts) -> str:
    return texts.gettext("Correction, %(day)s:", day=texts.day(correction.date))


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


def _write_attribution(entry: Entry, url: str, *, texts: Texts, lang: str) -> str:
    if entry.is_cut:
        message = texts.gettext("Read the whole article at %(publisher)s.")
    else:
        message = texts.gettext("Read it at %(publisher)s.")
    return f"<p{lang}>{_fill(message, publisher=write_link(url, entry.provider.name))}</p>"


def _write_coverage(coverage: tuple[Reference, ...], texts: Texts, *, lang: str) -> str:
    if not coverage:
        return ""
    items = "\n".join(f"<li>{_write_reference(reference)}</li>" for reference in coverage)
    introduction = escape(texts.gettext("Related coverage:"))
    return f"<p{lang}>{introduction}</p>\n<ul>\n{items}\n</ul>"


def _write_leads(leads: tuple[Reference, ...], texts: Texts, *, lang: str) -> str:
    if not leads:
        return ""
    message = texts.gettext("Part of the coverage of %(stories)s.")
    return f"<p{lang}>{_fill(message, stories=texts.join(map(_write_reference, leads)))}</p>"


def _write_reference(reference: Reference) -> str:
    provider = f" ({escape(reference.provider)})" if reference.provider else ""
    return write_link(reference.url, reference.title) + provider


def write_link(url: str, text: str) -> str:
    """Write a link to `url` with an escaped `text`."""
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def _fill(message: str, **links: str) -> str:
    """Fill a message with HTML."""
    return _escape_message(message) % links


_escape_message = lru_cache(maxsize=64)(escape)  # the same few messages in every entry


@lru_cache(maxsize=64)
def _write_lang(language: str, entry_language: str) -> str:
    """Write the attributes of a sentence in the texts of a site, within an entry: its language if that is another.

    Arabic and Hebrew name their direction too, because feed readers show entries among texts in other languages. In
    English sites, sentences have no attributes, as they never had.
    """
    texts, surrounding = find_texts(language), entry_language or language
    if is_same_language(language, SOURCE_LANGUAGE):
        return ""
    lang = "" if is_same_language(surrounding, texts.language) else f' lang="{texts.language}"'
    is_leftward = "rtl" in (texts.direction, find_direction(surrounding))
    return f'{lang} dir="{texts.direction}"' if is_leftward else lang

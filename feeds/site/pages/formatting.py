"""Format ages, excerpts, names and addresses for pages."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from feeds.model.entry import Entry, FoldedStory
from feeds.model.excerpt import shorten
from feeds.model.translation.texts import Texts
from feeds.renderers.entry_html import excerpt_body

EXCERPT_CHARACTERS = 280
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def write_ago(seconds: float, texts: Texts) -> str:
    """Write about how long ago something was, as `3 hours ago`."""
    if seconds >= _DAY:
        return texts.ngettext("%(number)s day ago", "%(number)s days ago", int(seconds // _DAY))
    if seconds >= _HOUR:
        return texts.ngettext("%(number)s hour ago", "%(number)s hours ago", int(seconds // _HOUR))
    if seconds >= _MINUTE:
        return texts.ngettext("%(number)s minute ago", "%(number)s minutes ago", int(seconds // _MINUTE))
    return texts.ngettext("%(number)s second ago", "%(number)s seconds ago", int(seconds))


def write_excerpt(entry: Entry) -> str:
    """Return the plain text to show under the title of a story; empty for a story without text."""
    return shorten(entry.summary, EXCERPT_CHARACTERS) or excerpt_body(entry, EXCERPT_CHARACTERS)


def find_preview(stories: Iterable[FoldedStory]) -> str:
    """Return the URL of the picture of the first story with a picture; empty without any."""
    return next((story.entry.image.url for story in stories if story.entry.image), "")


def allow_breaks(url: str) -> Markup:
    """Allow line breaks after the slashes of a URL. Copying the text gives the same URL."""
    return Markup("<wbr>").join(re.split("(?<=[^/]/)(?=[^/])", url))


def isolate_names(text: str, names: Iterable[str], *, lang: Markup) -> Markup:
    """Write a text as HTML with names in elements of their own, with the attribute `lang`; the longest names first."""
    patterns = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    if not patterns:
        return escape(text)
    # A name stands apart from Latin letters; other scripts may join a word to it, as Arabic does.
    parts = re.split(rf"(?<![A-Za-z0-9])({patterns})(?![A-Za-z0-9])", text)
    return Markup().join(
        Markup("<bdi{}>{}</bdi>").format(lang, part) if at % 2 else part for at, part in enumerate(parts)
    )

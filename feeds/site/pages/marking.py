"""Mark the words of a search in the title and the excerpt of a story."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from markupsafe import Markup, escape

from feeds.model.entry import Entry
from feeds.model.excerpt import ELLIPSIS, find_cut, shorten
from feeds.model.html_text import extract_text
from feeds.model.text_matches import TermMatcher, TextMatch
from feeds.site.pages.formatting import EXCERPT_CHARACTERS, write_excerpt

_LEADING_CHARACTERS = 60
"""About as many characters of an excerpt precede the place of a word."""

_MAX_HTML_CHARACTERS = 150_000
"""The maximum size of the bodies that are searched for the words of a page's stories."""

_MAX_PLACES = 200


class MarkedStory(msgspec.Struct, frozen=True):
    """A story, with the texts that show where it has the words of a search."""

    entry: Entry
    title: Markup
    excerpt: Markup
    provider: Markup


class StoryMarker:
    """Marks the stories of one page, in which `matcher` finds the words of the search."""

    def __init__(self, matcher: TermMatcher) -> None:
        self._matcher = matcher
        self._characters_left = _MAX_HTML_CHARACTERS

    def mark(self, entry: Entry) -> MarkedStory:
        """Mark the words in title and publisher of a story, and in an excerpt that shows those missing in the title."""
        in_title = self._matcher.find(entry.title)
        return MarkedStory(
            entry=entry,
            title=_write_marked(entry.title, in_title),
            excerpt=_write_marked(*self._choose_excerpt(entry, {match.term for match in in_title})),
            provider=_write_marked(entry.provider.name, self._matcher.find(entry.provider.name)),
        )

    def _choose_excerpt(self, entry: Entry, known: Collection[int]) -> tuple[str, Sequence[TextMatch]]:
        """Return the usual excerpt, or the part of the text that shows most of the terms that are not known."""
        wanted = len(self._matcher.terms) - len(known)
        best = write_excerpt(entry)
        matches = self._matcher.find(best)
        most = _count_terms(matches, known)
        for text in self._list_texts(entry) if most < wanted else ():
            part = _cut_around(text, [match for match in self._matcher.find(text) if match.term not in known])
            found = self._matcher.find(part)
            if (count := _count_terms(found, known)) > most:
                best, matches, most = part, found, count
        return best, matches

    def _list_texts(self, entry: Entry) -> Iterator[str]:
        """Yield the texts that an excerpt may come from, each on one line."""
        yield " ".join(entry.summary.split())
        if entry.body and len(entry.body) <= self._characters_left:
            self._characters_left -= len(entry.body)
            yield extract_text(entry.body)


def _count_terms(matches: Sequence[TextMatch], known: Collection[int]) -> int:
    return len({match.term for match in matches}.difference(known))


def _write_marked(text: str, matches: Sequence[TextMatch]) -> Markup:
    """Escape a text, and put its matches into elements; matches that overlap or touch share an element."""
    written: list[str] = []
    end = 0
    for start, stop in _join_matches(matches):
        written += escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"
        end = stop
    return Markup("".join([*written, escape(text[end:])]))  # noqa: S704 escaped


def _join_matches(matches: Sequence[TextMatch]) -> Iterator[tuple[int, int]]:
    start = end = 0
    for match in matches:
        if match.start > end:
            if end > start:
                yield start, end
            start = match.start
        end = max(end, match.end)
    if end > start:
        yield start, end


def _cut_around(text: str, matches: Sequence[TextMatch]) -> str:
    """Cut the part of a line with the most different terms; of equal parts, the first."""
    if not matches:
        return ""
    best, most = 0, 0
    for place in range(min(len(matches), _MAX_PLACES)):
        end = matches[place].start + EXCERPT_CHARACTERS - _LEADING_CHARACTERS
        count = len({match.term for match in matches[place : place + _MAX_PLACES] if match.end <= end})
        if count > most:
            best, most = matches[place].start, count
    start = _find_start(text, best)
    part = text[start : start + 2 * EXCERPT_CHARACTERS].lstrip()
    lead = f"{ELLIPSIS} " if start else ""
    return lead + shorten(part, EXCERPT_CHARACTERS - len(lead))


def _find_start(text: str, place: int) -> int:
    """Return where to begin an excerpt that shows a place: at the start of a word, or of the text."""
    earliest = place - 2 * _LEADING_CHARACTERS
    return earliest + find_cut(text[earliest:place], _LEADING_CHARACTERS) if earliest > 0 else 0

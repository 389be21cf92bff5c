"""Shorten plain text for people, by the rules of Unicode text segmentation (https://unicode.org/reports/tr29/)."""

import regex

from feeds.model.tokenize import is_unspaced

ELLIPSIS = "…"

# A character as a reader sees it, such as a letter with its accents, a flag, or an emoji of several code points.
_GRAPHEME = regex.compile(r"\X")
_HYPHEN = regex.compile(r"(?<=\w[^\W\d]-)(?=\w[^\W\d])")
_WINDOW_CHARACTERS = 1_000  # a run of flags takes quadratic time
_LONGEST_GRAPHEME = 32  # of those that make sense


def shorten(text: str, characters: int) -> str:
    """Return one line of text with at most this many characters, with an ellipsis in place of a missing end.

    A text is cut between words; in scripts without blanks, and in a very long word, between graphemes.
    """
    text = " ".join(text.split())
    if len(text) <= characters:
        return text
    return text[: find_cut(text, characters - len(ELLIPSIS))].rstrip() + ELLIPSIS


def find_cut(text: str, characters: int) -> int:
    """Return the best position at which to cut a line that has more than this many characters."""
    blank = text.rfind(" ", 0, characters + 1)
    start = max(blank, characters - _WINDOW_CHARACTERS, 0)
    window = text[start : characters + _LONGEST_GRAPHEME]
    size = characters - start
    ends = [match.end() for match in _GRAPHEME.finditer(window) if match.end() <= size]
    hyphens = [match.start() for match in _HYPHEN.finditer(window) if match.start() <= size]
    unspaced = [end for end in ends if is_unspaced(window[end - 1]) or is_unspaced(window[end : end + 1])]
    best = max([blank, *(start + position for position in (*hyphens, *unspaced))])
    return best if best >= characters // 2 else start + max(ends, default=size)

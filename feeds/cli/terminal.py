"""What a terminal can show: whether there is one, its width and colours, and how wide a text is on it."""

import os
import unicodedata
from typing import TextIO

_USUAL_COLUMNS = 80


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether a stream leads to a terminal that a person looks at.

    One that calls itself dumb gets what a pipe gets: it is an editor's window, as a rule, and reads the lines itself.
    """
    return stream is not None and stream.isatty() and not _is_dumb()  # Python starts without one where it is closed


def wants_colors() -> bool:
    """Say whether colours are welcome on terminals; see https://no-color.org."""
    return not os.environ.get("NO_COLOR") and not _is_dumb()


def count_columns(stream: TextIO) -> int:
    """Give the width of the terminal that a stream leads to, in columns; the usual one where that is not known."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS
    except OSError:
        return _USUAL_COLUMNS


def measure(text: str) -> int:
    """Give how many columns a text takes: two for a Chinese character, none for an accent that stands alone."""
    return len(text) if text.isascii() else sum(_measure_character(character) for character in text)


def pad(text: str, columns: int) -> str:
    """Fill a text up with blanks."""
    return text + " " * (columns - measure(text))


def clip(text: str, columns: int) -> str:
    """Cut a text that takes more than so many columns, and end it with an ellipsis then."""
    if measure(text) <= columns:
        return text
    end, taken = 0, 1
    while (taken := taken + _measure_character(text[end])) <= columns:
        end += 1
    return f"{text[:end].rstrip()}…"


def blank_controls(text: str) -> str:
    """Put a mark in the place of each character that a terminal might obey, and a blank in that of a tab."""
    return "".join(_blank(character) for character in text)


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"


def _measure_character(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _blank(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"

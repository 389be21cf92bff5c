"""Clean the plain texts of an article for every feed format."""

import re

import idna

# The characters that XML 1.0 (section 2.2) forbids even escaped, and DEL and the C1 controls, which XML discourages.
# U+0085 is a C1 control too, but counts as whitespace.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# Default_Ignorable_Code_Point of the Unicode Character Database, and three more that show nothing by themselves: the
# marks of interlinear annotations, the empty cell of Braille and the empty notehead.
_INVISIBLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINERS = "\u200c\u200d"
_INVISIBLE_ONLY = re.compile(f"[ {_INVISIBLE}]+")
_INVISIBLE_BUT_JOINERS = re.compile(f"(?![{_JOINERS}])[{_INVISIBLE}]")
_JOINER = re.compile(f"[{_JOINERS}]")


def count_noun(number: int, noun: str) -> str:
    """Write a number with a noun in singular or plural, such as `1 entry` and `1,200 entries`."""
    if number != 1:
        noun = f"{noun[:-1]}ies" if noun[-1:] == "y" and noun[-2:-1] not in "aeiou" else f"{noun}s"
    return f"{number:,} {noun}"


def strip_controls(text: str) -> str:
    """Drop the characters that XML 1.0 forbids or discourages; keep spaces, tabs and line ends."""
    return text if text.isprintable() else _FORBIDDEN.sub("", text)


def escape_controls(text: str) -> str:
    """Write characters that terminals and logs obey or hide as escapes: other people's text must not rewrite a line.

    These are control characters, line ends, marks of direction and lone surrogates, but not the joiners of emoji.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _JOINERS else repr(character)[1:-1] for character in text
    )


def clean_text(text: str) -> str:
    """Make one line of plain text, without control characters, with single spaces inside. Markup stays as typed.

    A text without a visible character becomes empty.
    """
    # Most texts are clean, and a check is faster than cleaning. In printable text, the space is the only whitespace.
    is_clean = text.isprintable() and "  " not in text
    cleaned = text.strip() if is_clean else " ".join(strip_controls(text).split())
    return cleaned if cleaned.isascii() or not _INVISIBLE_ONLY.fullmatch(cleaned) else ""


def strip_invisible(text: str) -> str:
    """Drop invisible characters such as variation selectors, soft hyphens and direction marks.

    A zero-width joiner or non-joiner stays where it changes how a word is written: after a virama, or between joined
    letters (RFC 5892 appendix A.1 and A.2).
    """
    if text.isascii():
        return text
    text = _INVISIBLE_BUT_JOINERS.sub("", text)
    return _JOINER.sub(_keep_meaningful_joiner, text)


def _keep_meaningful_joiner(joiner: re.Match[str]) -> str:
    try:
        return joiner[0] if idna.core.valid_contextj(joiner.string, joiner.start()) else ""
    except ValueError:  # next to an unassigned character
        return ""

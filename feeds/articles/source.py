"""Take an article file apart: its text, the front matter between two `---` lines, and the body after them."""

import re

import msgspec

from feeds.model.errors import ArticleError, Level, Problem

_OPENING = re.compile("\ufeff?---[ \t]*\r?\n")
_CLOSING = re.compile("\n---[ \t]*\r?(?:\n|\\Z)")


class Source(msgspec.Struct, frozen=True):
    """A file's text taken apart. `offset` is where `yaml`, what stands between the `---` lines, begins in `text`."""

    path: str
    text: str
    offset: int
    yaml: str
    body: str

    def position(self, index: int) -> tuple[int, int]:
        """Give the line and the column in the file, both from 1, of a character of `yaml`."""
        return _position(self.text, self.offset + index)

    def error(self, index: int, code: str, *, message: str) -> ArticleError:
        """Make an error about a character of `yaml`."""
        return _error(self.path, self.position(index), code=code, message=message)


def split(data: bytes, path: str) -> Source:
    """Find the front matter: from a first line that is `---` to the next line that is; nothing is parsed yet.

    Raises:
        ArticleError: the file is not UTF-8, or one of the two lines is missing.
    """
    text = _decode(data, path)
    opening = _OPENING.match(text)
    if opening is None:
        message = (
            "the file does not begin with front matter; make its first line `---`, put the fields under it, and end"
            " them with another `---` line"
        )
        raise _error(path, (1, 1), code="no-front-matter", message=message)
    # The line end of the opening line also serves as the one before the closing line of an empty front matter.
    closing = _find_closing(text, opening.end() - 1)
    if closing is None:
        message = "the front matter that begins here has no end; put a line that is `---` after its last field"
        raise _error(path, (1, 1), code="unclosed-front-matter", message=message)
    start, end = opening.end(), closing.start() + 1
    return Source(path, text, start, text[start:end], text[closing.end() :])


def whole(data: bytes, path: str) -> Source:
    """Take a file that is nothing but YAML.

    Raises:
        ArticleError: the file is not UTF-8.
    """
    text = _decode(data, path)
    start = 1 if text.startswith("\ufeff") else 0
    return Source(path, text, start, text[start:], "")


def _decode(data: bytes, path: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        message = "a byte here is not UTF-8; save the file with the encoding UTF-8"
        raise _error(path, _position(before, len(before)), code="not-utf-8", message=message) from None


def _find_closing(text: str, start: int) -> re.Match[str] | None:
    at = text.find("\n---", start)
    while at >= 0:
        if closing := _CLOSING.match(text, at):
            return closing
        at = text.find("\n---", at + 1)
    return None


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _error(path: str, position: tuple[int, int], *, code: str, message: str) -> ArticleError:
    return ArticleError(Problem(path, *position, Level.ERROR, code, message))

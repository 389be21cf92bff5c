"""Split an article file into the front matter and the body after the front matter.

Front matter is YAML between two `---` lines, TOML between two `+++` lines, or a JSON object.
"""

import json
import re
from bisect import bisect_left
from enum import Enum, auto

import msgspec

from feeds.model.errors import ArticleError, Level, Problem

SAVED_CHARACTERS = len(r"\ud83d\ude80") - len(r"\U0001f680")
"""The difference in length between a surrogate pair and the escape of the same character."""

NO_FRONT_MATTER = "no-front-matter"
"""The code of the error of a file without front matter."""

_OPENING = re.compile("\ufeff?---[ \t]*\r?\n")
_CLOSING = re.compile("\n---[ \t]*\r?(?:\n|\\Z)")
_TOML_OPENING = re.compile("\ufeff?[+]{3}[ \t]*\r?\n")
_TOML_CLOSING = re.compile("\n[+]{3}[ \t]*\r?(?:\n|\\Z)")
_JSON_OPENING = re.compile('\ufeff?(?=\\{\\s*["}])')
_JSON_CLOSING = re.compile("[ \t]*\r?(?:\n|\\Z)")


class Syntax(Enum):
    """The languages of front matter; JSON is read as YAML."""

    YAML = auto()
    TOML = auto()
    JSON = auto()


class Source(msgspec.Struct, frozen=True):
    """The parts of a file's text.

    `yaml` is the text of the front matter, in any syntax, and starts at `offset` in `text`. `joins` are the indexes in
    `yaml` of escapes that are longer in `text`, by SAVED_CHARACTERS each.
    """

    path: str
    text: str
    offset: int
    yaml: str
    body: str
    joins: tuple[int, ...] = ()
    syntax: Syntax = Syntax.YAML

    def position(self, index: int) -> tuple[int, int]:
        """Return the line and column in the file, both from 1, of a character of `yaml`."""
        return _position(self.text, self.offset + index + SAVED_CHARACTERS * bisect_left(self.joins, index))

    def position_in_body(self, index: int) -> tuple[int, int]:
        """Return the line and column in the file, both from 1, of a character of `body`."""
        return _position(self.text, len(self.text) - len(self.body) + index)

    def replace_body(self, body: str) -> "Source":
        """Return the source with another body, in the text too."""
        text = self.text[: len(self.text) - len(self.body)] + body
        return msgspec.structs.replace(self, text=text, body=body)

    def make_error(self, index: int, code: str, *, message: str) -> ArticleError:
        """Make an error located at a character of `yaml`."""
        return ArticleError(self.make_problem(index, code, message=message))

    def make_problem(self, index: int, code: str, *, message: str) -> Problem:
        """Make a problem that rejects the file, located at a character of `yaml`."""
        return Problem(self.path, *self.position(index), Level.ERROR, code, message)


def split_front_matter(data: bytes, path: str) -> Source:
    """Find the front matter, such as from `---` as the first line to the next `---` line, without parsing the YAML.

    Raises:
        ArticleError: the file is not UTF-8, or the front matter has no start or no end.
    """
    text = _decode(data, path)
    opening = _OPENING.match(text)
    if opening is None:
        return _split_other_syntax(text, path)
    # In empty front matter, the line end of the opening line is also the line end before the closing line.
    closing = _find_closing(text, opening.end() - 1)
    if closing is None:
        message = "The front matter has no end; add a `---` line after the last field."
        raise _make_error(path, (1, 1), code="unclosed-front-matter", message=message)
    start, end = opening.end(), closing.start() + 1
    return Source(path, text, start, text[start:end], text[closing.end() :])


def _split_other_syntax(text: str, path: str) -> Source:
    if opening := _TOML_OPENING.match(text):
        closing = _TOML_CLOSING.search(text, opening.end() - 1)
        if closing is None:
            message = "The front matter has no end; add a `+++` line after the last field."
            raise _make_error(path, (1, 1), code="unclosed-front-matter", message=message)
        start, end = opening.end(), closing.start() + 1
        return Source(path, text, start, text[start:end], text[closing.end() :], syntax=Syntax.TOML)
    if opening := _JSON_OPENING.match(text):
        start, end = opening.end(), _find_json_end(text, opening.end())
        closing = _JSON_CLOSING.match(text, end)
        return Source(path, text, start, text[start:end], text[closing.end() if closing else end :], syntax=Syntax.JSON)
    message = "The file must start with front matter: a `---` line, the fields, and another `---` line."
    raise _make_error(path, (1, 1), code=NO_FRONT_MATTER, message=message)


def _find_json_end(text: str, start: int) -> int:
    """Return the end of a JSON object; the end of the text if the object is invalid."""
    try:
        return json.JSONDecoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)


def wrap_yaml(data: bytes, path: str) -> Source:
    """Make the source of a file that holds only YAML.

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
        message = "Invalid UTF-8; save the file as UTF-8."
        raise _make_error(path, _position(before, len(before)), code="not-utf-8", message=message) from None


def _find_closing(text: str, start: int) -> re.Match[str] | None:
    at = text.find("\n---", start)
    while at >= 0:
        if closing := _CLOSING.match(text, at):
            return closing
        at = text.find("\n---", at + 1)
    return None


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _make_error(path: str, position: tuple[int, int], *, code: str, message: str) -> ArticleError:
    return ArticleError(Problem(path, *position, Level.ERROR, code, message))

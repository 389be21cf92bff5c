"""Read the typed fields of a mapping in the front matter, noting each one that cannot be used."""

from datetime import datetime

import msgspec

from feeds.articles.front_matter import FrontMatter, Path, Value, locate
from feeds.model.entry import Image
from feeds.model.errors import Level, Problem
from feeds.model.text import clean_text
from feeds.model.values import is_domain, is_iri, read_date, read_flag, read_language, read_number, read_url_host

_MAX_KEY_BYTES = 2_000  # with a host beside it, what PostgreSQL's indexes hold


class Note(msgspec.Struct, frozen=True):
    """A problem with the value at `path`, before anybody has looked up where that stands in the file."""

    path: Path
    level: Level
    code: str
    message: str


class Section:
    """One mapping of the front matter. Its readers give an empty value for a field that is absent, null or unusable.

    Only the last of the three is noted. No note quotes a value.
    """

    __slots__ = ("fields", "notes", "path")

    def __init__(self, fields: dict[str, Value], path: Path, *, notes: list[Note]) -> None:
        self.fields = fields
        self.path = path
        self.notes = notes

    def note(self, code: str, message: str, *, at: Path = (), level: Level = Level.WARNING) -> None:
        """Remember a problem with the value at `at`, as seen from this section."""
        self.notes.append(Note(self.path + at, level, code, message))

    def has(self, key: str) -> bool:
        """Say whether the field is there with more than nothing in it."""
        value = self.fields.get(key)
        return bool(value and (not isinstance(value, str) or value.strip()))

    def read_raw(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read a text as typed, but for the blanks around it."""
        value = self.fields.get(key)
        if isinstance(value, str):
            return value.strip()
        if value is None:
            return ""
        self.note("not-text", f"`{key}` holds a list or a mapping; write one text", at=(key,), level=level)
        return ""

    def read_text(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read a text as one line without control characters."""
        value = self.fields.get(key)
        return clean_text(value) if isinstance(value, str) else self.read_raw(key, level=level)

    def read_url(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read an absolute http(s) URL exactly as typed, but for the blanks around it."""
        url = self.read_raw(key, level=level)
        if url and not read_url_host(url):
            message = (
                f"`{key}` is not a web address that works everywhere; write a complete one that begins with http://"
                " or https:// and holds no blanks, quotes, angle brackets or control characters"
            )
            self.note("bad-url", message, at=(key,), level=level)
            return ""
        return url

    def read_iri(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read an identifier: an absolute IRI (RFC 4287 section 4.2.6)."""
        iri = self.read_raw(key, level=level)
        if iri and not is_iri(iri):
            message = f"`{key}` must begin with a scheme, as in https:// or urn:, and hold no blanks; mend or remove it"
            self.note("bad-id", message, at=(key,), level=level)
            return ""
        return self._check_length(key, iri, level=level)

    def read_address(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read a URL, as `read_url` does, that is to be looked up by."""
        return self._check_length(key, self.read_url(key, level=level), level=level)

    def _check_length(self, key: str, text: str, *, level: Level) -> str:
        if len(text.encode()) <= _MAX_KEY_BYTES:
            return text
        self.note("too-long", f"`{key}` is longer than {_MAX_KEY_BYTES:,} bytes; shorten it", at=(key,), level=level)
        return ""

    def read_date(self, key: str, *, level: Level = Level.WARNING) -> datetime | None:
        """Read a date as aware UTC in whole seconds."""
        text = self.read_raw(key, level=level)
        moment = read_date(text) if text else None
        if text and moment is None:
            message = f"`{key}` is not a date that exists; write it like 2020-12-31T23:59:00Z"
            self.note("bad-date", message, at=(key,), level=level)
        return moment

    def read_number(self, key: str) -> int | None:
        """Read a whole number; a fraction is dropped."""
        text = self.read_raw(key)
        number = read_number(text) if text else None
        if text and number is None:
            self.note("bad-number", f"`{key}` is not a number; write a whole number such as 70", at=(key,))
        return number

    def read_size(self, key: str) -> int | None:
        """Read a size in CSS pixels."""
        size = self.read_number(key)
        if size is not None and size < 1:
            self.note("bad-number", f"`{key}` must be 1 or more; write the size in pixels or remove it", at=(key,))
            return None
        return size

    def read_domain(self, key: str) -> str:
        """Read a host name, in lower case."""
        text = self.read_raw(key)
        if text and not is_domain(text):
            self.note("bad-domain", f"`{key}` is not a host name; write one such as example.org", at=(key,))
            return ""
        return text.lower()

    def read_language(self, key: str) -> str:
        """Read a language tag (BCP 47)."""
        text = self.read_raw(key)
        language = read_language(text) if text else ""
        if text and not language:
            self.note("bad-language", f"`{key}` is not a language tag; write one such as en or pt-BR", at=(key,))
        return language

    def read_flag(self, key: str, *, default: bool) -> bool:
        """Read yes or no; `default` where the field is absent or null. Anything else is an error and counts as no."""
        value = self.fields.get(key)
        if value is None:
            return default
        flag = read_flag(value.strip()) if isinstance(value, str) else None
        if flag is None:
            self.note("bad-flag", f"`{key}` must be true or false; write one of them", at=(key,), level=Level.ERROR)
        return bool(flag)

    def read_section(self, key: str) -> "Section":
        """Enter a mapping; where there is none, an empty one."""
        value = self.fields.get(key)
        if value is not None and not isinstance(value, dict):
            self.note("not-a-mapping", f"`{key}` is no mapping; write its fields as `key: value` below it", at=(key,))
        return Section(value if isinstance(value, dict) else {}, (*self.path, key), notes=self.notes)

    def read_list(self, key: str) -> list[tuple[Path, Value]]:
        """Read a list as items with their paths from this section, nulls left out; a lone text is a list of one."""
        value = self.fields.get(key)
        if isinstance(value, list):
            return [((key, index), item) for index, item in enumerate(value) if item is not None]
        if isinstance(value, str) and value.strip():
            return [((key,), value)]
        if isinstance(value, dict):
            self.note("not-a-list", f"`{key}` is no list; begin each of its items with `- `", at=(key,))
        return []

    def read_texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts, each once, in their order."""
        texts: dict[str, None] = {}
        for path, item in self.read_list(key):
            if isinstance(item, str):
                texts[clean_text(item)] = None
            else:
                message = f"an item of `{key}` is not a text; write it as one, in double quotes if need be"
                self.note("not-text", message, at=path)
        return tuple(text for text in texts if text)

    def read_sections(self, key: str) -> list["Section"]:
        """Read a list of mappings."""
        sections = []
        for path, item in self.read_list(key):
            if isinstance(item, dict):
                sections.append(Section(item, self.path + path, notes=self.notes))
            else:
                message = f"an item of `{key}` is no mapping and is left out; write its fields as `key: value`"
                self.note("not-a-mapping", message, at=path)
        return sections


def read_image(section: Section) -> Image | None:
    """Read the first of `images` that can be used: a mapping with a `url`, or a URL by itself."""
    for path, item in section.read_list("images"):
        fields: dict[str, Value] = item if isinstance(item, dict) else {"url": item}
        part = Section(fields, section.path + path, notes=section.notes)
        if url := part.read_url("url"):
            size = part.read_size("width"), part.read_size("height")
            return Image(url, *size, title=part.read_text("title") or None)
        if not part.has("url"):
            section.note("bad-image", "a picture has no `url` and is left out; give it one or remove it", at=path)
    return None


def place_notes(front: FrontMatter, notes: list[Note]) -> tuple[Problem, ...]:
    """Make problems of notes, with lines and columns, and add those that reading the file gave; in the file's order."""
    places = locate(front.source, [note.path for note in notes])
    found = [
        Problem(front.source.path, line, column, note.level, note.code, note.message)
        for note, (line, column) in zip(notes, places, strict=True)
    ]
    return tuple(sorted((*front.problems, *found)))

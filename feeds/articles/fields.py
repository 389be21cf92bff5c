"""Read typed fields from a mapping of the front matter, and report unusable values."""

from datetime import datetime

from feeds.articles.field_names import Fields, find_misspelt
from feeds.articles.field_problem import FieldProblem
from feeds.articles.front_matter import FrontMatter, locate_values
from feeds.articles.yaml_values import AT_KEY, Path, Value
from feeds.model.adopted import MAX_ENTRIES, MAX_FEEDS
from feeds.model.entry import Image
from feeds.model.errors import ArticleError, Level, Problem
from feeds.model.excerpt import shorten
from feeds.model.hosts import is_domain, is_standard_host, normalize_domain
from feeds.model.text import clean_text
from feeds.model.topics import topic_key
from feeds.model.uri import encode_iri, encode_uri, is_http_uri, is_iri, read_url_host
from feeds.model.values import read_date, read_flag, read_language, read_number

MAX_PROBLEMS = 50
"""Maximum number of problems reported for one file."""

# Readers refuse feeds of several MiB, and related items repeat the title.
_MAX_TEXT_CHARACTERS = {"authors": 200, "description": 5_000, "excerpt": 5_000}
_MAX_OTHER_TEXT_CHARACTERS = 1_000
_MAX_URL_BYTES = 8_000  # servers refuse longer ones

_MAX_KEY_BYTES = 2_000  # the limit of PostgreSQL's index rows, minus a host name

# Related items get the topics of their article, so the limits also bound the product of both lists.
_MAX_ITEMS = {"authors": 100, "entries": MAX_ENTRIES, "feeds": MAX_FEEDS, "related": 200, "topics": 100}
_MAX_OTHER_ITEMS = 1_000

# The catalog finds topics by their key.
_MAX_LABEL_CHARACTERS = 200
_MAX_LABEL_BYTES = 1_800  # PostgreSQL's indexes hold the label and the key of a topic


class Section:
    """One mapping of the front matter. Its readers return an empty value for a field that is absent, null or unusable.

    Readers report unusable values only, in `problems`. No message quotes a value.
    """

    __slots__ = ("fields", "path", "problems")

    def __init__(self, fields: dict[str, Value], path: Path, *, problems: list[FieldProblem]) -> None:
        self.fields = fields
        self.path = path
        self.problems = problems

    def report(self, code: str, message: str, *, at: Path = (), level: Level = Level.WARNING) -> None:
        """Add a problem with the value at `at`, a path from this section."""
        self.problems.append(FieldProblem(self.path + at, level, code, message))

    def report_misspelt(self, fields: Fields) -> None:
        """Report unknown fields with a name that is close to one of `fields`, here and in the parts of this section."""
        for path, likely in find_misspelt(self.fields, fields):
            message = f"Unknown field `{path[-1]}`, did you mean `{likely}`? Unknown fields are ignored."
            self.report("unknown-field", message, at=(*path, AT_KEY))

    def has(self, key: str) -> bool:
        """Return whether the field exists and is not empty."""
        value = self.fields.get(key)
        return bool(value and (not isinstance(value, str) or value.strip()))

    def read_raw(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read a text as typed, without the whitespace around."""
        value = self.fields.get(key)
        if isinstance(value, str):
            return value.strip()
        if value is None:
            return ""
        self.report("not-text", f"`{key}` must be one text, not a list or mapping.", at=(key,), level=level)
        return ""

    def read_text(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read a text as one line without control characters, cut if it is too long for a feed."""
        value = self.fields.get(key)
        return self.clean(key, value, at=(key,)) if isinstance(value, str) else self.read_raw(key, level=level)

    def clean(self, key: str, value: str, *, at: Path) -> str:
        """Return a text of the field `key` like `read_text`."""
        text = clean_text(value)
        limit = _MAX_TEXT_CHARACTERS.get(key, _MAX_OTHER_TEXT_CHARACTERS)
        if len(text) <= limit:
            return text
        self.report("cut-text", f"`{key}` is cut after {limit:,} characters; shorten it.", at=at)
        return shorten(text, limit)

    def read_url(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read an absolute http(s) URL as a URI (RFC 3986)."""
        url = self.read_raw(key, level=level)
        uri = url if is_http_uri(url) else encode_uri(self._check_url(key, url, level=level))
        return self._check_length(key, uri, level=level, limit=_MAX_URL_BYTES)

    def read_story_url(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read the absolute http(s) URL of a story as an IRI, short enough for the catalog to look up.

        The URL may become an id, so nothing is encoded but the characters that no IRI can contain.
        """
        url = self.read_raw(key, level=level)
        iri = url if is_http_uri(url) else encode_iri(self._check_url(key, url, level=level))
        return self._check_length(key, iri, level=level)

    def read_iri(self, key: str, *, level: Level = Level.WARNING) -> str:
        """Read an id: an absolute IRI (RFC 4287 section 4.2.6)."""
        iri = self.read_raw(key, level=level)
        if iri and not is_iri(iri):
            message = f"`{key}` must start with a scheme such as https: or urn:; fix or remove it."
            self.report("bad-id", message, at=(key,), level=level)
            return ""
        return self._check_length(key, encode_iri(iri), level=level)

    def _check_url(self, key: str, url: str, *, level: Level) -> str:
        host = read_url_host(url) if url else ""
        if url and not host:
            message = f"`{key}` must be an absolute http(s) URL such as https://example.org/story."
            self.report("bad-url", message, at=(key,), level=level)
            return ""
        self._check_host(key, host)
        return url

    def _check_host(self, key: str, host: str) -> None:
        if not is_standard_host(host):
            message = f"`{key}` has a host name with characters that IDNA forbids; check the URL."
            self.report("bad-host", message, at=(key,))

    def _check_length(self, key: str, text: str, *, level: Level, limit: int = _MAX_KEY_BYTES) -> str:
        if len(text.encode()) <= limit:
            return text
        self.report("too-long", f"`{key}` is longer than {limit:,} bytes; shorten it.", at=(key,), level=level)
        return ""

    def read_date(self, key: str, *, level: Level = Level.WARNING) -> datetime | None:
        """Read a date as aware UTC in whole seconds."""
        text = self.read_raw(key, level=level)
        date = read_date(text) if text else None
        if text and date is None:
            message = f"`{key}` must be a valid date such as 2020-12-31T23:59:00Z."
            self.report("bad-date", message, at=(key,), level=level)
        return date

    def read_number(self, key: str) -> int | None:
        """Read a number of at most nine digits; the fraction is dropped."""
        text = self.read_raw(key)
        number = read_number(text) if text else None
        if text and number is None:
            self.report("bad-number", f"`{key}` must be a number of at most nine digits, such as 70.", at=(key,))
        return number

    def read_size(self, key: str) -> int | None:
        """Read a size in CSS pixels."""
        size = self.read_number(key)
        if size is not None and size < 1:
            self.report("bad-number", f"`{key}` must be 1 pixel or more; fix or remove it.", at=(key,))
            return None
        return size

    def read_domain(self, key: str) -> str:
        """Read a host name, in lower case."""
        text = self.read_raw(key)
        if text and not is_domain(text):
            self.report("bad-domain", f"`{key}` must be a host name such as example.org.", at=(key,))
            return ""
        self._check_host(key, text)
        return normalize_domain(text)

    def read_language(self, key: str) -> str:
        """Read a language tag (BCP 47)."""
        text = self.read_raw(key)
        language = read_language(text) if text else ""
        if text and not language:
            self.report("bad-language", f"`{key}` must be a language tag such as en or pt-BR.", at=(key,))
        return language

    def read_flag(self, key: str, *, default: bool) -> bool:
        """Read true or false; an absent or null field means `default`. Any other value is an error and means false."""
        value = self.fields.get(key)
        if value is None:
            return default
        flag = read_flag(value.strip()) if isinstance(value, str) else None
        if flag is None:
            self.report("bad-flag", f"`{key}` must be true or false.", at=(key,), level=Level.ERROR)
        return bool(flag)

    def read_section(self, key: str) -> "Section":
        """Return the section of a nested mapping; empty if the field is not a mapping."""
        value = self.fields.get(key)
        if value is not None and not isinstance(value, dict):
            message = f"`{key}` must be a mapping; write its fields below as `key: value`."
            self.report("not-a-mapping", message, at=(key,))
        return Section(value if isinstance(value, dict) else {}, (*self.path, key), problems=self.problems)

    def read_list(self, key: str) -> list[tuple[Path, Value]]:
        """Read a list as items with their paths from this section, without nulls; a single text counts as a list."""
        value = self.fields.get(key)
        if isinstance(value, list) and len(value) > (limit := _MAX_ITEMS.get(key, _MAX_OTHER_ITEMS)):
            message = f"`{key}` has more than {limit:,} items; remove some, or split the file."
            self.report("too-many", message, at=(key,), level=Level.ERROR)
            return []
        if isinstance(value, list):
            return [((key, index), item) for index, item in enumerate(value) if item is not None]
        if isinstance(value, str) and value.strip():
            return [((key,), value)]
        if isinstance(value, dict):
            self.report("not-a-list", f"`{key}` must be a list; start each item with `- `.", at=(key,))
        return []

    def read_texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts in order, without duplicates."""
        texts: dict[str, None] = {}
        for path, item in self.read_list(key):
            if isinstance(item, str):
                texts[clean_text(item)] = None
            else:
                message = f"Each item of `{key}` must be a text; use double quotes if needed."
                self.report("not-text", message, at=path)
        return tuple(text for text in texts if text)

    def read_topic(self, key: str) -> str:
        """Read the label of a topic."""
        label = clean_text(self.read_raw(key))
        return label if self._fits_catalog(key, label) else ""

    def read_topics(self, key: str) -> tuple[str, ...]:
        """Read a list of topic labels like `read_texts`."""
        return tuple(label for label in self.read_texts(key) if self._fits_catalog(key, label))

    def _fits_catalog(self, key: str, label: str) -> bool:
        # The key of a label with many invisible or combining characters is much shorter than the label.
        is_short = len(label.encode()) <= _MAX_LABEL_BYTES and len(topic_key(label)) <= _MAX_LABEL_CHARACTERS
        if not is_short:
            message = f"A topic is longer than {_MAX_LABEL_CHARACTERS} characters and is left out; shorten it."
            self.report("too-long", message, at=(key,))
        return is_short

    def read_sections(self, key: str) -> list["Section"]:
        """Read a list of mappings."""
        sections = []
        for path, item in self.read_list(key):
            if isinstance(item, dict):
                sections.append(Section(item, self.path + path, problems=self.problems))
            else:
                message = f"Each item of `{key}` must be a mapping; write its fields as `key: value`."
                self.report("not-a-mapping", message, at=path)
        return sections


def read_image(section: Section) -> Image | None:
    """Read the first usable item of `images`: a mapping with a `url`, or a plain URL."""
    for path, item in section.read_list("images"):
        fields: dict[str, Value] = item if isinstance(item, dict) else {"url": item}
        part = Section(fields, section.path + path, problems=section.problems)
        if url := part.read_url("url"):
            size = part.read_size("width"), part.read_size("height")
            return Image(url, *size, title=part.read_text("title") or None)
        if not part.has("url"):
            section.report("bad-image", "An image without `url` is left out; add `url` or remove the image.", at=path)
    return None


def locate_problems(front: FrontMatter, problems: list[FieldProblem]) -> tuple[Problem, ...]:
    """Add lines and columns to problems, and merge them with the problems of the front matter itself, in file order.

    Of more than MAX_PROBLEMS problems, the first are listed, errors before warnings.
    """
    listed = sorted(problems, key=lambda problem: problem.level is not Level.ERROR)[:MAX_PROBLEMS]
    positions = locate_values(front.source, [problem.path for problem in listed])
    located = [
        Problem(front.source.path, line, column, problem.level, problem.code, problem.message)
        for problem, (line, column) in zip(listed, positions, strict=True)
    ]
    located += front.problems
    if left := len(problems) - len(listed):
        message = f"{left:,} more problems are not listed; fix the others first."
        located.append(Problem(front.source.path, 1, 1, Level.WARNING, "more-problems", message))
    return tuple(sorted(located))


def raise_if_rejected(problems: tuple[Problem, ...]) -> None:
    """Raise ArticleError with all problems of a file if any of them is an error."""
    if any(problem.level is Level.ERROR for problem in problems):
        raise ArticleError(*problems)

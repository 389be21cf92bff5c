"""Read and write `adopted.yaml`: the ids and addresses that a publisher takes over from earlier feeds."""

from collections.abc import Iterable, Iterator

import msgspec

from feeds.articles.field_problem import FieldProblem
from feeds.articles.fields import Section, locate_problems, raise_if_rejected
from feeds.articles.front_matter import load_yaml_mapping
from feeds.articles.yaml_values import AT_KEY, Path
from feeds.model.adopted import MAX_ID_BYTES, SPARE_PREFIX, AdoptedFile
from feeds.model.entry import AdoptedIds
from feeds.model.errors import Level, Problem
from feeds.model.feed import Format
from feeds.model.text import strip_controls
from feeds.model.uri import encode_iri, is_iri, is_server_url
from feeds.model.values import read_flag

_IRI_FIELDS = {"id": "every", "atom": "atom"}
_TEXT_FIELDS = {"rss": "rss", "json": "json"}
_ID_FIELDS = _IRI_FIELDS | _TEXT_FIELDS
_FILE_FIELDS = ("feeds", "entries")
_FEED_FIELDS = ("url", "feed")
_ENTRY_FIELDS = ("url", "permalink", *_ID_FIELDS)
_EXTENSIONS = tuple(f".{format}" for format in Format)
_HEADER = """\
# The ids and addresses of earlier feeds, so that no subscriber sees a story twice. Keep every entry while anybody
# subscribes. `feeds adopt` writes this file again, and keeps all ids.
"""


def parse_adopted_file(data: bytes, path: str) -> tuple[AdoptedFile, tuple[Problem, ...]]:
    """Read the feeds and entries of a file `adopted.yaml`, and the warnings.

    Any invalid value or duplicate rejects the whole file: with a part of it, subscribers would see stories twice.

    Raises:
        ArticleError: the file is not a YAML mapping, or has an invalid value.
    """
    front = load_yaml_mapping(data, path)
    found: list[FieldProblem] = []
    section = Section(front.fields, (), problems=found)
    _refuse_unknown(section, _FILE_FIELDS)
    file = AdoptedFile(feeds=_read_feeds(section), entries=_read_entries(section))
    errors = [msgspec.structs.replace(problem, level=Level.ERROR) for problem in found]
    problems = locate_problems(front, errors) if errors else front.problems
    raise_if_rejected(problems)
    return file, problems


def is_valid_id(id: str, format: str) -> bool:
    """Return whether an entry may have an id in a format: in Atom an IRI (RFC 4287 section 4.2.6), else any text."""
    if not id.strip() or len(id.encode(errors="replace")) > MAX_ID_BYTES or id.startswith(SPARE_PREFIX):
        return False
    return is_iri(id) and encode_iri(id) == id if format in {"every", Format.ATOM} else strip_controls(id) == id


def is_feed_path(path: str) -> bool:
    """Return whether a text has the form of a feed's path, such as `/topics/ai.rss`."""
    is_path = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return is_path and path.endswith(_EXTENSIONS) and not set("? #\\") & set(path) and len(path) <= MAX_ID_BYTES


def _read_feeds(section: Section) -> dict[str, str]:
    feeds: dict[str, str] = {}
    for part in section.read_sections("feeds"):
        _refuse_unknown(part, _FEED_FIELDS)
        url, feed = (part.read_raw(name, level=Level.ERROR) for name in _FEED_FIELDS)
        if not is_server_url(url) or len(url) > MAX_ID_BYTES:
            _report(part, "bad-url", "`url` must be the absolute http(s) URL of an earlier feed.", at=("url",))
        elif url in feeds:
            _report(part, "duplicate-feed", "This feed is listed twice; keep one.", at=("url",))
        if not is_feed_path(feed):
            message = "`feed` must be the path of a feed on this site, such as /feed.rss or /topics/ai.atom."
            _report(part, "bad-feed", message, at=("feed",))
        feeds[url] = feed
    return feeds


def _read_entries(section: Section) -> dict[str, AdoptedIds]:
    entries: dict[str, AdoptedIds] = {}
    owners: dict[str, str] = {}
    for part in section.read_sections("entries"):
        _refuse_unknown(part, _ENTRY_FIELDS)
        url = part.read_story_url("url", level=Level.ERROR)
        if not part.has("url"):
            _report(part, "missing-url", "Missing `url`; add the URL of the article.")
        elif url in entries:
            _report(part, "duplicate-entry", "This URL has two entries; merge them into one.", at=("url",))
        ids = _read_ids(part)
        for name, attribute in _ID_FIELDS.items():
            id = getattr(ids, attribute)
            if id and owners.setdefault(id, url) != url:
                _report(part, "duplicate-id", "Another entry has the same id; keep one.", at=(name,))
        entries[url] = ids
    return entries


def _read_ids(part: Section) -> AdoptedIds:
    ids = {attribute: _read_id(part, name, attribute) for name, attribute in _ID_FIELDS.items()}
    if not any(map(part.has, _ID_FIELDS)):
        _report(part, "missing-id", "Missing id; add `id`, or ids by format: `atom`, `rss`, `json`.")
    return AdoptedIds(**ids, is_permalink=_read_permalink(part))


def _read_id(part: Section, name: str, attribute: str) -> str:
    """Read an id exactly as typed: white space is a part of the ids of some feeds."""
    value = part.fields.get(name)
    if value is None:
        return ""
    if isinstance(value, str) and is_valid_id(value, attribute):
        return value
    if name in _IRI_FIELDS:
        message = f"`{name}` must be an IRI such as https://example.org/story or urn:…, of at most 2,000 bytes."
    else:
        message = f"`{name}` must be a text without control characters, of at most 2,000 bytes."
    _report(part, "bad-id", message, at=(name,))
    return ""


def _read_permalink(part: Section) -> bool | None:
    value = part.fields.get("permalink")
    flag = read_flag(value.strip()) if isinstance(value, str) else None
    if value is not None and flag is None:
        _report(part, "bad-flag", "`permalink` must be true or false.", at=("permalink",))
    return flag


def _refuse_unknown(section: Section, known: Iterable[str]) -> None:
    for name in section.fields.keys() - set(known):
        message = f"Unknown field; the fields here are {', '.join(f'`{each}`' for each in known)}."
        _report(section, "unknown-field", message, at=(name, AT_KEY))


def _report(section: Section, code: str, message: str, *, at: Path = ()) -> None:
    section.report(code, message, at=at, level=Level.ERROR)


def write_adopted_file(file: AdoptedFile) -> str:
    """Write a file `adopted.yaml` with the given feeds and entries, in the given order."""
    return "".join(f"{line}\n" for line in _write_lines(file))


def _write_lines(file: AdoptedFile) -> Iterator[str]:
    yield _HEADER.rstrip("\n")
    if file.feeds:
        yield "feeds:"
    for url, feed in file.feeds.items():
        yield f"- url: {_quote(url)}"
        yield f"  feed: {_quote(feed)}"
    yield "entries:" if file.entries else "entries: []"
    for url, ids in file.entries.items():
        yield f"- url: {_quote(url)}"
        for name, attribute in _ID_FIELDS.items():
            if id := getattr(ids, attribute):
                yield f"  {name}: {_quote(id)}"
        if ids.is_permalink is not None:
            yield f"  permalink: {str(ids.is_permalink).lower()}"


def _quote(text: str) -> str:
    """Write a text as a double-quoted scalar (YAML 1.1 section 5.7)."""
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"  # noqa: PLR2004 the last of four digits

"""Read a mapping file, which says how to read the posts below its folder."""

from collections.abc import Mapping

import msgspec

from feeds.articles.dialects.field_finder import is_secured
from feeds.articles.dialects.field_table import MAPPABLE_NAMES
from feeds.articles.dialects.sites import Tool
from feeds.articles.field_names import suggest_field
from feeds.articles.file_reader import read_file
from feeds.articles.source import Source, Syntax, wrap_yaml
from feeds.articles.toml_values import RefusedTomlError, find_toml_starts, parse_toml
from feeds.articles.yaml_values import AT_KEY, Path, Value
from feeds.model.errors import ArticleError, Problem
from feeds.model.uri import encode_iri, is_server_url

MAPPING_FILE = "mapping.toml"
"""The name of the file, in any folder below a content folder."""

_TEXTS = ("dialect", "url", "permalink", "timezone", "language")
_FIELDS = "fields"
_NAMES = frozenset((*_TEXTS, _FIELDS))


class MappingFile(msgspec.Struct, frozen=True, kw_only=True):
    """How to read the posts below a folder; empty values leave the decision to the site's configuration.

    `fields` has the names of the posts' fields, the preferred one first, by the native field.
    """

    dialect: Tool | None = None
    url: str = ""
    permalink: str = ""
    timezone: str = ""
    language: str = ""
    fields: Mapping[str, tuple[str, ...]] = {}


def read_mapping_file(path: str) -> MappingFile:
    """Read a mapping file.

    Raises:
        ArticleError: the file cannot be read, or has problems; carries all of them.
    """
    source = msgspec.structs.replace(wrap_yaml(read_file(path), path), syntax=Syntax.TOML)
    try:
        table = parse_toml(source.yaml)
    except RefusedTomlError as error:
        raise source.make_error(error.index, error.code, message=error.message) from None
    reader = _Reader(source)
    values = reader.read_texts(table)
    fields = reader.read_fields(table.get(_FIELDS))
    if reader.problems:
        raise ArticleError(*sorted(reader.problems))
    dialect = values.pop("dialect", "")
    return MappingFile(dialect=Tool(dialect) if dialect else None, fields=fields, **values)


class _Reader:
    """Read the values of a mapping file, and collect their problems."""

    def __init__(self, source: Source) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._starts = find_toml_starts(source.yaml)

    def read_texts(self, table: Mapping[str, Value]) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, value in table.items():
            if name not in _NAMES:
                likely = suggest_field(name, _NAMES)
                hint = f"did you mean `{likely}`?" if likely else f"the file can have {', '.join((*_TEXTS, _FIELDS))}."
                self._report((name, AT_KEY), f"Unknown name `{name[:60]}`; {hint}")
            elif name != _FIELDS:
                values[name] = self._read_text(name, value)
        return {name: text for name, text in values.items() if text}

    def read_fields(self, table: Value) -> dict[str, tuple[str, ...]]:
        if table is None:
            return {}
        if not isinstance(table, dict):
            self._report((_FIELDS,), '`fields` must be a table; write `[fields]`, and below `excerpt = "teaser"`.')
            return {}
        fields: dict[str, tuple[str, ...]] = {}
        for native, value in table.items():
            names = [value] if isinstance(value, str) else value
            texts = tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
            if native not in MAPPABLE_NAMES:
                likely = suggest_field(native, MAPPABLE_NAMES)
                hint = f"did you mean `{likely}`?" if likely else "use a name of the native shape, such as `excerpt`."
                self._report((_FIELDS, native, AT_KEY), f"Unknown field `{native[:60]}`; {hint}")
            elif not texts or not all(texts) or any(map(is_secured, texts)):
                message = f"`{native}` must be the name of a field in your posts, or a list of names, in quotes."
                self._report((_FIELDS, native), message)
            else:
                fields[native] = texts
        return fields

    def _read_text(self, name: str, value: Value) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if name == "dialect" and text not in list(Tool):
            self._report((name,), f"`dialect` must be one of {', '.join(Tool)}, in quotes.")
        elif name == "url" and (not is_server_url(text) or "?" in text or "#" in text):
            self._report((name,), "`url` must be an absolute http(s) URL such as https://example.org/blog, in quotes.")
        elif name == "url":
            return encode_iri(text).rstrip("/")
        elif not text:
            self._report((name,), f"`{name}` must be a text in quotes.")
        else:
            return text
        return ""

    def _report(self, at: Path, message: str) -> None:
        while at and at not in self._starts:
            at = at[:-1]
        self.problems.append(self._source.make_problem(self._starts.get(at, 0), "bad-mapping", message=message))

"""A post as its author wrote it: its fields under any of their names, its file, and its site."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from feeds.articles.dialects.field_finder import FieldFinder, FoundField
from feeds.articles.dialects.field_table import POST_NAMES
from feeds.articles.dialects.post_dates import find_zone, read_post_date, split_dated_name
from feeds.articles.dialects.sites import SiteConfig, Tool
from feeds.articles.yaml_values import Value

_YAML_TIME = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d{0,9})?", re.ASCII)


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a post.

    `key` is the path of the file as `build_path` takes it. `names` are the names of fields in a mapping file, by the
    native field. `defaults` are the names of fields that come from the configuration. `heading` is the first heading of
    the body, and `marked_excerpt` the body before a marker.
    """

    fields: dict[str, Value]
    key: str
    config: SiteConfig
    names: Mapping[str, tuple[str, ...]] = {}
    defaults: frozenset[str] = frozenset()
    heading: str = ""
    marked_excerpt: str = ""


class PostReader:
    """Find the fields of a post. `file_date` and `slug` are those in the name of the file."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.config = post.config
        self.zone = find_zone(post.config.timezone)
        self.file_date, self.slug = split_dated_name(_find_name(post))
        self._finder = FieldFinder(post.fields)

    def find(self, name: str) -> FoundField | None:
        """Return the field with exactly one name; None if it is absent or empty."""
        return self._finder.find(name)

    def find_all(self, native: str, names: Iterable[str] = ()) -> list[FoundField]:
        """Return the fields with the meaning of a native field, the preferred one first.

        The names in the mapping file win over `names`, and these over the usual names.
        """
        chosen = self.post.names.get(native) or names or POST_NAMES.get(native, (native,))
        return list({found.path: found for found in self._finder.find_all(chosen)}.values())

    def find_first(self, native: str) -> FoundField | None:
        """Return the preferred field with the meaning of a native field."""
        return next(iter(self.find_all(native)), None)

    def find_text(self, native: str) -> FoundField | None:
        """Return the preferred text with the meaning of a native field, else a field with another value."""
        found = self.find_all(native)
        return next((each for each in found if isinstance(each.value, str)), next(iter(found), None))

    def read_date(self, found: FoundField) -> datetime | None:
        """Read the date in a field; None if the value is not a date."""
        if not isinstance(found.value, str):
            return None
        # Ruby reads a full time in YAML as UTC, and any other date in the time zone of the site.
        is_utc = self.config.tool is Tool.JEKYLL and _YAML_TIME.fullmatch(found.value.strip())
        return read_post_date(found.value, UTC if is_utc else self.zone)


def read_text(found: FoundField | None) -> str:
    """Return the text of a field; empty if there is none."""
    return found.value.strip() if found and isinstance(found.value, str) else ""


def _find_name(post: Post) -> str:
    """Return the name of the file without suffix, or of its folder if the file is the index of the folder."""
    *folders, file = post.key.split("/")
    name = file.rpartition(".")[0]
    return folders[-1] if name == "index" and folders and post.config.tool is not Tool.JEKYLL else name

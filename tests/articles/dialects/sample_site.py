"""Write a small site, and build the paths of its pages as the program under test does."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from feeds.articles.dialects.permalinks import PostFields, build_path
from feeds.articles.dialects.site_config import SiteConfig, find_site_config


class Page(msgspec.Struct, frozen=True):
    """A page of a sample site, as its tool shows it: the front matter as YAML, and the path."""

    fields: str
    path: str


class SampleSite(msgspec.Struct, frozen=True):
    """The files of a configuration, and pages, by their path below the folder of the site."""

    configuration: Mapping[str, str]
    pages: Mapping[str, Page]

    def write(self, folder: Path) -> None:
        """Write all files below a folder."""
        for name, text in self.configuration.items():
            write_file(folder / name, text)
        for name, page in self.pages.items():
            write_file(folder / name, f"---\n{page.fields}\n---\nText.\n")

    def build(self, folder: Path, name: str) -> str:
        """Return the path of a page of the site in a folder."""
        config, problems = find_site_config(str(folder / name), root=str(folder))
        assert config is not None
        assert problems == ()
        fields = read_fields(self.pages[name].fields)
        dated = re.match(r"(\d{4})-(\d\d?)-(\d\d?)-", Path(name).name)
        if dated and not fields.date:
            year, month, day = map(int, dated.groups())
            date = datetime(year, month, day, tzinfo=ZoneInfo(config.timezone or "UTC"))
            fields = msgspec.structs.replace(fields, date=date)
        return build_path(config, config.make_key(str(folder / name)), fields=fields)


def write_file(path: Path, text: str) -> Path:
    """Write a file, and the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def find_config(folder: Path, name: str) -> SiteConfig:
    """Return the configuration of a file below a folder, and expect no problem."""
    config, problems = find_site_config(str(folder / name), root=str(folder))
    assert config is not None
    assert problems == ()
    return config


def read_fields(yaml: str) -> PostFields:
    """Read lines of `name: value` as the fields of a post."""
    values = dict(line.split(": ", 1) for line in yaml.splitlines() if line)
    texts = {name: value.strip("'\"") for name, value in values.items()}
    date = datetime.fromisoformat(texts["date"].replace(" +", "+").replace(" -", "-")) if "date" in texts else None
    return PostFields(
        date=date if date is None or date.tzinfo else date.replace(tzinfo=UTC),
        slug=texts.get("slug", ""),
        title=texts.get("title", ""),
        categories=_read_list(texts.get("categories", "")),
        permalink=texts.get("permalink", ""),
        url=texts.get("url", ""),
        others={name: text for name, text in texts.items() if name not in ("date", "title", "slug")},
    )


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(text.strip("[]").split(", ") if text.startswith("[") else text.split())

"""Read the configuration of a Hugo site: https://gohugo.io/configuration/introduction/."""

from collections.abc import Iterator

from feeds.articles.dialects.config_files import ConfigFiles, clean_url, read_map, read_text, read_texts
from feeds.articles.dialects.sites import HugoOptions, SiteConfig, Tool
from feeds.articles.yaml_values import Value

_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_NAMES = tuple(f"{stem}{suffix}" for stem in ("hugo", "config") for suffix in _SUFFIXES)
_FOLDERS = ("config/_default", "config/production")
# Files in a configuration folder have the name of a table, or hold the top level.
_TABLES = frozenset(("hugo", "config", "permalinks", "languages", "frontmatter", "params"))
# A file called `config` may belong to any program.
_MARKS = frozenset(
    "baseurl languagecode defaultcontentlanguage theme permalinks taxonomies contentdir pagination paginate markup"  # noqa: SIM905 readable as one text
    " buildfuture builddrafts module frontmatter outputs enablerobotstxt".split()
)


def find_hugo_names(files: ConfigFiles, names: list[str]) -> list[str]:
    """Return the names of the files of a Hugo configuration in a folder, relative to the folder."""
    found = [name for name in _NAMES if name in names][:1]
    if "config" in names:
        for folder in _FOLDERS:
            found += [f"{folder}/{name}" for name in files.list_names(folder) if _find_table(name)]
    return found


def read_hugo_config(files: ConfigFiles, names: list[str]) -> SiteConfig | None:
    """Read the configuration from the files of `find_hugo_names`; None if they are no configuration of Hugo.

    Raises:
        ArticleError: a file is broken.
    """
    fields: dict[str, Value] = {}
    for name in names:
        values = _lower_keys(files.read_mapping(name))
        table = _find_table(name.rpartition("/")[2])
        fields = _merge(fields, _nest(table.lower(), values))
    if not any(name.rpartition("/")[2].startswith("hugo.") for name in names) and fields.keys().isdisjoint(_MARKS):
        return None
    default = read_text(fields, "defaultcontentlanguage") or "en"
    language = read_map(read_map(fields, "languages"), default.lower())
    return SiteConfig(
        Tool.HUGO,
        files.folder,
        url=clean_url(read_text(language, "baseurl") or read_text(fields, "baseurl")),
        permalinks=dict(_list_permalinks(fields.get("permalinks"))),
        content_root=_clean_folder(read_text(fields, "contentdir") or "content"),
        timezone=read_text(fields, "timezone"),
        language=read_text(language, "locale", "languagecode")
        or read_text(fields, "locale", "languagecode")
        or default,
        author=_find_author(language) or _find_author(fields),
        title=read_text(language, "title") or read_text(fields, "title"),
        roots=dict(_list_mounts(read_map(fields, "module").get("mounts"))),
        hugo=_read_options(fields, default),
    )


def _find_table(name: str) -> str:
    """Return the table that a file holds, such as `permalinks` or `languages.de`; "" for any other file."""
    stem, dot, suffix = name.rpartition(".")
    return stem if f"{dot}{suffix}" in _SUFFIXES and stem.partition(".")[0] in _TABLES else ""


def _nest(table: str, values: dict[str, Value]) -> dict[str, Value]:
    """Return the values of a file at their place in the whole configuration."""
    if table in ("hugo", "config"):
        return values
    name, _, language = table.partition(".")
    if language and name != "languages":
        return {"languages": {language: {name: values} if name in _TABLES - {"hugo", "config"} else values}}
    return {name: {language: values} if language else values}


def _lower_keys(value: dict[str, Value]) -> dict[str, Value]:
    """Return a mapping with keys in lower case, because Hugo does not distinguish the case of keys."""
    return {key.lower(): _lower_keys(item) if isinstance(item, dict) else item for key, item in value.items()}


def _merge(old: dict[str, Value], new: dict[str, Value]) -> dict[str, Value]:
    merged = dict(old)
    for key, value in new.items():
        before = merged.get(key)
        merged[key] = _merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def _list_permalinks(value: Value) -> Iterator[tuple[str, str]]:
    """Yield the patterns of pages, in the three shapes that Hugo reads: by section, by kind and section, as a list."""
    if isinstance(value, list):
        for rule in value:
            target = read_map(rule, "target") if isinstance(rule, dict) else {}
            if isinstance(rule, dict) and read_text(target, "kind").lower() in ("", "page"):
                yield read_text(target, "path").lower() or "/**", read_text(rule, "pattern")
    elif isinstance(value, dict):
        for section, pattern in {**value, **read_map(value, "page")}.items():
            if isinstance(pattern, str):
                yield section.strip(" /").lower(), pattern


def _list_mounts(value: Value) -> Iterator[tuple[str, str]]:
    """Yield the folders below the content folder that other folders take the place of, with these folders."""
    for mount in value if isinstance(value, list) else []:
        if isinstance(mount, dict):
            source, target = (_clean_folder(read_text(mount, name)) for name in ("source", "target"))
            if source and (target == "content" or target.startswith("content/")):
                yield target.removeprefix("content").strip("/"), source


def _read_options(fields: dict[str, Value], default: str) -> HugoOptions:
    languages = {
        code: _clean_folder(read_text(each, "contentdir"))
        for code, each in read_map(fields, "languages").items()
        if isinstance(each, dict) and read_text(each, "disabled") != "true"
    }
    dates = tuple(_list_date_fields(read_map(fields, "frontmatter").get("date")))
    return HugoOptions(
        keeps_case=read_text(fields, "disablepathtolower") == "true",
        removes_accents=read_text(fields, "removepathaccents") == "true",
        ugly_sections=_list_ugly_sections(fields.get("uglyurls")),
        languages=languages,
        default_language=default.lower(),
        has_prefix_for_default=read_text(fields, "defaultcontentlanguageinsubdir") == "true",
        date_fields=dates or HugoOptions().date_fields,
    )


def _list_date_fields(value: Value) -> Iterator[str]:
    for name in read_texts(value):
        if name.lower() == ":default":
            yield from HugoOptions().date_fields
        else:
            yield name.lower()


def _list_ugly_sections(value: Value) -> frozenset[str]:
    if isinstance(value, dict):
        return frozenset(section.lower() for section, is_ugly in value.items() if is_ugly == "true")
    return frozenset([""] if value == "true" else [])


def _find_author(fields: dict[str, Value]) -> str:
    for holder in (read_map(fields, "params"), fields):
        if name := read_text(read_map(holder, "author"), "name") or next(read_texts(holder.get("author")), ""):
            return name
    return ""


def _clean_folder(path: str) -> str:
    return path.removeprefix("./").strip("/")

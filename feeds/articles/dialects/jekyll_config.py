"""Read the configuration of a Jekyll site: https://jekyllrb.com/docs/configuration/options/."""

from feeds.articles.dialects.config_files import ConfigFiles, clean_url, read_map, read_text, read_texts
from feeds.articles.dialects.jekyll_exclude import list_excluded
from feeds.articles.dialects.jekyll_permalinks import POSTS, STYLES
from feeds.articles.dialects.sites import Defaults, SiteConfig, Tool
from feeds.articles.yaml_values import Value

CONFIG_NAMES = ("_config.yml", "_config.yaml", "_config.toml")


def read_jekyll_config(files: ConfigFiles, names: list[str]) -> SiteConfig:
    """Read the configuration in a folder with these names.

    Raises:
        ArticleError: the file is broken.
    """
    fields = files.read_mapping(next(name for name in CONFIG_NAMES if name in names))
    folder = read_text(fields, "collections_dir").strip("/")
    return SiteConfig(
        Tool.JEKYLL,
        files.folder,
        url=_find_url(files, names, fields=fields),
        permalinks=_list_permalinks(fields),
        content_root=read_text(fields, "source").removeprefix("./").strip("/."),
        timezone=read_text(fields, "timezone"),
        language=read_text(fields, "lang", "locale", "language"),
        author=_find_author(fields),
        title=read_text(fields, "title", "name"),
        defaults=_list_defaults(fields),
        roots={"": folder} if folder else {},
        excluded=list_excluded(read_texts(fields.get("exclude"))),
    )


def _find_url(files: ConfigFiles, names: list[str], *, fields: dict[str, Value]) -> str:
    """Return the URL; without one, GitHub Pages takes the host from the file CNAME."""
    base = read_text(fields, "baseurl")
    if url := clean_url(read_text(fields, "url"), base):
        return url
    lines = files.read_text("CNAME").split() if "CNAME" in names else []
    return clean_url(f"https://{lines[0]}", base) if lines else ""


def _list_permalinks(fields: dict[str, Value]) -> dict[str, str]:
    style = read_text(fields, "permalink") or "date"
    permalinks = {"": style, POSTS: STYLES.get(style, style)}
    for label, collection in read_map(fields, "collections").items():
        if isinstance(collection, dict) and (pattern := read_text(collection, "permalink")):
            permalinks[label] = STYLES.get(pattern, pattern)
    return permalinks


def _list_defaults(fields: dict[str, Value]) -> tuple[Defaults, ...]:
    given = fields.get("defaults")
    result = []
    for each in given if isinstance(given, list) else []:
        if isinstance(each, dict):
            scope = read_map(each, "scope")
            path = read_text(scope, "path").removeprefix("./").strip("/")
            type = read_text(scope, "type")
            # Before Jekyll 2.4 the types were in the singular.
            type = {"post": POSTS, "page": "pages", "draft": "drafts"}.get(type, type)
            result.append(Defaults(path, type, read_map(each, "values")))
    return tuple(result)


def _find_author(fields: dict[str, Value]) -> str:
    author = read_map(fields, "author")
    return read_text(author, "name") if author else next(read_texts(fields.get("author")), "")

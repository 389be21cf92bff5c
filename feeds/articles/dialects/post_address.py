"""Take the dates and the address of a post, on which its place among other posts depends."""

from collections.abc import Iterable
from datetime import datetime

from feeds.articles.dialects.field_finder import FoundField, is_secured
from feeds.articles.dialects.field_table import POST_NAMES
from feeds.articles.dialects.native_fields import NativeFields, is_flag
from feeds.articles.dialects.permalinks import PermalinkError, PostFields, build_path
from feeds.articles.dialects.post import PostReader, read_text
from feeds.articles.dialects.post_dates import read_post_date
from feeds.articles.dialects.sites import Tool
from feeds.model.errors import Level
from feeds.model.uri import read_url_host
from feeds.model.values import read_date

FILE_NAME = "name of the file"

_NO_SITE = (
    "The address of this post is unknown; set FEEDS_ARTICLES_URL, or `articles_url` in feeds.toml, to the URL of the"
    " site."
)


def take_dates(reader: PostReader, native: NativeFields) -> datetime | None:
    """Take the dates, and return the date of the post, on which its address may depend."""
    _take_date(reader, native, "expiryDate")
    _take_date(reader, native, "updatedDateTime")
    is_hugo = reader.config.tool is Tool.HUGO
    usual = POST_NAMES["publishedDateTime"]
    date = _take_date(
        reader, native, "publishedDateTime", (*reader.config.hugo.date_fields, *usual) if is_hugo else usual
    )
    if "publishedDateTime" not in native.fields and reader.file_date:
        date = read_post_date(reader.file_date, reader.zone)
        native.take_other("publishedDateTime", date.isoformat() if date else reader.file_date, FILE_NAME)
    # Hugo shows the `date` of a post, and publishes the post on its `publishDate`.
    scheduled = reader.find("publishDate") if is_hugo else None
    release = reader.read_date(scheduled) if scheduled else None
    if scheduled and date and release and release > date:
        native.take("publishedDateTime", release.isoformat(), scheduled)
    return date


def take_address(reader: PostReader, native: NativeFields, *, date: datetime | None, categories: list[str]) -> None:
    """Take the address: an absolute one as written, else by the tool's rules below the site's URL."""
    mapped = next(iter(reader.find_all("webUrl", ("webUrl",))), None)
    found = mapped or reader.find_first("permalink")
    text = read_text(found)
    if found and read_url_host(text):
        native.take("webUrl", text, found)
    elif mapped and text.startswith("/") and reader.config.url:
        native.take("webUrl", f"{reader.config.url}{text}", mapped)
    elif (written := native.get_text("publishedDateTime")) and read_date(written) is None and not native.is_hidden:
        return  # the date is reported as unreadable
    elif not reader.config.url:
        native.report("missing-articles-url", _NO_SITE, level=Level.ERROR)
    else:
        _build_address(reader, native, date=date, categories=categories)


def _take_date(reader: PostReader, native: NativeFields, field: str, names: Iterable[str] = ()) -> datetime | None:
    found = [each for each in reader.find_all(field, names) if not is_flag(each.value)]
    if not found:
        return None
    first, *others = found
    date = reader.read_date(first)
    native.take(field, date.isoformat() if date else first.value, first)
    for other in others:
        if date and _is_same_meaning(reader, other, field) and reader.read_date(other) != date:
            message = f"`{other.name}` is not used, because `{first.name}` has the same meaning; remove one of them."
            native.report("unused-field", message, at=other.path)
    return date


def _is_same_meaning(reader: PostReader, other: FoundField, field: str) -> bool:
    """Return whether nobody expects this field beside another with the same meaning."""
    names = {name.casefold() for name in POST_NAMES[field]} if field != "expiryDate" else set()
    is_release = reader.config.tool is Tool.HUGO and other.name.casefold() == "publishdate"
    return other.name.casefold() in names and not is_release


def _build_address(reader: PostReader, native: NativeFields, *, date: datetime | None, categories: list[str]) -> None:
    permalink, url, slug = (reader.find(name) for name in ("permalink", "url", "slug"))
    post = reader.post
    fields = PostFields(
        date=date,
        slug=read_text(slug),
        title=native.get_text("title"),
        categories=tuple(categories),
        permalink=read_text(permalink).removeprefix("false"),
        url=read_text(url),
        others={name: value for name, value in post.fields.items() if isinstance(value, str) and not is_secured(name)},
    )
    used = [each for each in (permalink, url, slug) if each]
    try:
        path = build_path(post.config, post.key, fields=fields)
    except PermalinkError as error:
        if not native.is_hidden:
            native.report("bad-permalink", str(error), at=used[0].path if used else (), level=Level.ERROR)
            return
        path = f"/{post.key}"  # an unpublished post only needs some address
    native.fields["webUrl"] = f"{post.config.url}{path}"
    native.origins["webUrl",] = used[0].path if used else ()
    native.note("webUrl", used, other=FILE_NAME)

"""Translate the fields of a post into those of the native shape, with the origin of each value."""

from collections.abc import Iterator

from feeds.articles.dialects.field_finder import FoundField, list_items
from feeds.articles.dialects.field_table import UNMAPPED_NATIVE_NAMES
from feeds.articles.dialects.jekyll_permalinks import find_place
from feeds.articles.dialects.native_fields import NativeFields, Translation, is_flag, is_true
from feeds.articles.dialects.post import Post, PostReader
from feeds.articles.dialects.post_address import FILE_NAME, take_address, take_dates
from feeds.articles.dialects.post_images import list_pictures, resolve_picture
from feeds.articles.dialects.post_labels import list_labels
from feeds.articles.dialects.sites import Tool
from feeds.articles.yaml_values import Path, Value
from feeds.model.uri import is_iri

_CONFIGURATION = "configuration"
_DRAFTS_FOLDER = "_drafts"
_EXCLUDING = ("headless", "eleventyExcludeFromCollections")
_LOST_PICTURE = (
    "The address of this picture is known only after a build, so the picture is left out; write an absolute address, or"
    " one that starts with a slash."
)


def translate(post: Post) -> Translation:
    """Return the native fields of a post; of several fields with the same meaning, the preferred one counts."""
    reader, native = PostReader(post), NativeFields(post.defaults)
    _take_same_names(reader, native)
    _take_state(reader, native)
    date = take_dates(reader, native)
    _take_title(reader, native)
    categories = _take_labels(reader, native)
    take_address(reader, native, date=date, categories=categories)
    _take_texts(reader, native)
    _take_pictures(reader, native)
    _take_provider(reader, native)
    return native.finish()


def _take_same_names(reader: PostReader, native: NativeFields) -> None:
    for name in sorted(UNMAPPED_NATIVE_NAMES):
        found = reader.find_first(name)
        if found and _is_usable(name, found.value):
            native.take(name, found.value, found)


def _is_usable(native: str, value: Value) -> bool:
    """Return whether a value of a field with a native name has the native meaning."""
    if native == "id":
        return isinstance(value, str) and is_iri(value.strip())
    if native == "corrections" and isinstance(value, dict):
        return True
    if native in {"related", "corrections"}:
        return isinstance(value, list) and any(isinstance(item, dict) for item in value)
    if native in {"removed", "deleted", "published"}:
        return is_flag(value)
    return True


def _take_state(reader: PostReader, native: NativeFields) -> None:
    draft = reader.find_first("draft")
    permalink = reader.find("permalink")
    excluding = [each for each in map(reader.find, _EXCLUDING) if each and is_true(each.value)]
    if permalink and permalink.value == "false":
        excluding.append(permalink)
    if draft:
        native.take("draft", draft.value, draft)
    if excluding and not native.is_hidden:
        native.take("draft", "true", excluding[0])
    elif not native.is_hidden and _DRAFTS_FOLDER in reader.post.key.split("/")[:-1]:
        native.take_other("draft", "true", f"folder {_DRAFTS_FOLDER}")


def _take_title(reader: PostReader, native: NativeFields) -> None:
    """Take the title, else the first heading of the body, else the words of the slug."""
    words = reader.slug.replace("_", "-").split("-")
    if found := reader.find_text("title"):
        native.take("title", found.value, found)
    elif reader.post.heading:
        native.take_other("title", reader.post.heading, "first heading")
    elif title := " ".join(word.capitalize() for word in words if word):
        native.take_other("title", title, FILE_NAME)


def _take_labels(reader: PostReader, native: NativeFields) -> list[str]:
    """Take the topics, else the categories and tags as topics; return the categories."""
    tool = reader.config.tool
    found = reader.find_all("topics")
    topics = [each for each in found if each.name.casefold() == "topics"]
    folders = find_place(reader.config, reader.post.key).folders if tool is Tool.JEKYLL and not topics else ()
    labels = [item for each in topics or found for item in list_labels(each, tool)]
    native.take_items("topics", [*(((), folder) for folder in folders), *labels], topics or found)
    categories = [each for each in found if each.name.casefold().startswith("categor")]
    return [label for each in categories for _, label in list_labels(each, tool) if isinstance(label, str)]


def _take_texts(reader: PostReader, native: NativeFields) -> None:
    if excerpt := reader.find_text("excerpt"):
        native.take("excerpt", excerpt.value, excerpt)
    elif reader.post.marked_excerpt:
        native.take_other("excerpt", reader.post.marked_excerpt, "body before <!--more-->")
    language = reader.find_text("locale")
    if language and isinstance(language.value, str):  # a list may be the languages of something else
        native.take("locale", language.value, language)
    elif reader.config.language:
        native.take_other("locale", reader.config.language, _CONFIGURATION)


def _take_pictures(reader: PostReader, native: NativeFields) -> None:
    """Take the pictures of the first field that has pictures; without an address of the post, none has an address."""
    for found in reader.find_all("images") if "webUrl" in native.fields else ():
        if pictures := list(list_pictures(found)):
            native.take_items("images", _resolve_pictures(reader, native, pictures=pictures), [found])
            return


def _resolve_pictures(
    reader: PostReader, native: NativeFields, *, pictures: list[tuple[Path, dict[str, Value]]]
) -> Iterator[tuple[Path, Value]]:
    site_url = reader.config.url
    article_url = native.get_text("webUrl") or site_url
    for path, picture in pictures:
        address = resolve_picture(
            str(picture["url"]), site_url=site_url, article_url=article_url, tool=reader.config.tool
        )
        if address:
            yield path, {**picture, "url": address}
        else:
            native.report("lost-picture", _LOST_PICTURE, at=path)


def _take_provider(reader: PostReader, native: NativeFields) -> None:
    """Take the publisher: the site, and the authors of the post or of the site."""
    given = reader.find("provider")
    provider: dict[str, Value] = dict(given.value) if given and isinstance(given.value, dict) else {}
    found = reader.find_first("authors")
    if reader.config.title:
        provider.setdefault("name", reader.config.title)
    if found and "authors" not in provider:
        provider["authors"] = _take_authors(native, found)
    elif reader.config.author and "authors" not in provider:
        native.take_other("authors", None, _CONFIGURATION)
        provider["authors"] = [reader.config.author]
    native.fields.pop("authors", None)
    if provider:
        native.fields["provider"] = provider
        native.origins["provider",] = given.path if given else ()


def _take_authors(native: NativeFields, found: FoundField) -> list[Value]:
    authors: list[Value] = []
    for path, author in list_items(found):
        native.origins["provider", "authors", len(authors)] = path
        authors.append(author)
    native.note("authors", [found])
    return authors

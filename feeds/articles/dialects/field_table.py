"""Name the fields of posts: which names the tools use for each native field, and which fields are of no concern."""

from collections.abc import Mapping

from feeds.articles.field_names import ARTICLE_FIELDS, fold

ADDRESS_NAMES = frozenset(("webUrl", "originalUrl", "ampWebUrl", "cdnAmpWebUrl"))
DATE_NAMES = frozenset(("publishedDateTime", "updatedDateTime"))
NATIVE_MARKS = ADDRESS_NAMES | DATE_NAMES
"""An article with any of these fields has the native shape."""

# Each list is in order of preference; names are compared without case, hyphens and underscores.
POST_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "publishedDateTime": (
        "date", "pubDate", "publishDate", "pubDatetime", "publishedDate", "publishedAt", "published_time",
        "datePublished", "published", "created", "createdAt",
    ),
    "updatedDateTime": (
        "lastmod", "last_modified_at", "updated", "updatedDate", "updateDate", "updatedAt", "modified", "modifiedDate",
        "modDatetime", "dateModified", "lastModified", "lastUpdated",
    ),
    "expiryDate": ("expiryDate", "unpublishDate"),
    "excerpt": ("excerpt", "summary", "description", "subtitle"),
    "locale": ("lang", "language", "locale"),
    "topics": ("topics", "categories", "category", "tags", "tag"),
    "images": (
        "image", "images", "cover", "coverImage", "heroImage", "featuredImage", "featureImage", "header.image",
        "header.teaser", "header.overlay_image", "thumbnail", "ogImage", "socialImage", "socialImg", "banner", "img",
    ),
    "authors": ("authors", "author"),
    "draft": ("draft", "isDraft"),
    "permalink": ("permalink", "url"),
    "slug": ("slug",),
}  # fmt: skip
"""The names of fields in posts, by the native field. `permalink` and `slug` make the address."""

OTHER_DATE_NAMES = ("date", "pubDate", "publishDate", "pubDatetime", "publishedDate", "publishedAt")
"""The names that an article of the native shape may have for its date of publication."""

SHOWN_NAMES = {
    "publishedDateTime": "date",
    "updatedDateTime": "lastmod",
    "excerpt": "description",
    "authors": "author",
    "webUrl": "permalink",
    "originalUrl": "permalink",
    "topics": "tags",
    "images": "image",
    "locale": "lang",
}
"""The names for messages about fields that a post does not have."""

UNMAPPED_NATIVE_NAMES = (
    ARTICLE_FIELDS.names - POST_NAMES.keys() - NATIVE_MARKS - {"provider", "secured", "type", "unpublishDate"}
)
"""The native fields that posts may have under the same name; a `type` of other tools is a layout."""

MAPPABLE_NAMES = (ARTICLE_FIELDS.names | {"authors", "permalink", "slug"}) - {"secured", "related"}
"""The fields for which a mapping file may name a field of posts."""

POST_MARKS = frozenset(
    fold(name)
    for native in ("publishedDateTime", "updatedDateTime", "permalink", "slug")
    for name in POST_NAMES[native]
    if name not in {"published", "url"}
) | {"layout"}
"""The names, folded, by which a file without native fields is a post."""

# Fields of the tools and their themes that nobody misspelt, although some are similar to a known name.
_OTHER_NAMES = (
    "alias aliases build cascade comment comments date_format dates excerpt_separator featured feed header headers"
    " header_image hidden image_alt imageAlt images_dir keywords layout linkTitle links markup math menu menus meta"
    " mermaid outputs override pin pinned post posts redirect_from series share sitemap slugs sources subcategory"
    " subcategories subtitle tagline target template theme titles toc type updates urls video videos weight"
)
KNOWN_NAMES = frozenset(fold(name.partition(".")[0]) for names in POST_NAMES.values() for name in names) | frozenset(
    map(fold, (*ARTICLE_FIELDS.names, *_OTHER_NAMES.split()))
)
"""The names, folded, that nobody misspelt."""

LIKELY_NAMES = frozenset(name for names in POST_NAMES.values() for name in names if "." not in name)
"""The names that a misspelt field was probably meant for."""

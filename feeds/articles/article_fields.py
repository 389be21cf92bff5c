"""Read the fields of an article from its front matter, and report their problems."""

from datetime import datetime
from typing import Any

from feeds.articles.corrections import read_corrections
from feeds.articles.fields import Section, read_image
from feeds.articles.mention import count_covered
from feeds.articles.parsed import Article, PublicationState, RelatedItem
from feeds.articles.players import clean_embed
from feeds.model.entry import Provider
from feeds.model.errors import Level
from feeds.model.hosts import normalize_domain
from feeds.model.uri import is_iri, read_url_host

_MAX_TYPE_CHARACTERS = 100


def read_fields(section: Section) -> Article:
    """Read the article, without its body, from the fields of its front matter."""
    state = _read_state(section)
    # A hidden article only needs to be recognised, so few problems are errors, and few fields are read.
    is_shown = state is PublicationState.PUBLISHED
    level = Level.ERROR if is_shown else Level.WARNING
    iri, url = _read_identity(section, level=level)
    published, updated = _read_dates(section, level=level)
    if not section.has("publishedDateTime") and not section.has("updatedDateTime"):
        message = "Missing date; add `publishedDateTime`."
        section.report("missing-date", message, at=("publishedDateTime",), level=level)
    return Article(
        state=state,
        id=iri,
        title=_read_title(section, level=level),
        url=url,
        published=published,
        updated=updated,
        expires=_read_expiry(section, published, level=level),
        removed=section.read_date("removedDateTime"),
        corrections=read_corrections(section, published),
        embed=_read_embed(section) if is_shown else "",
        topics=section.read_topics("topics"),
        related=_read_all_related(section, url) if is_shown else (),
        **_read_optional_fields(section, url),
    )


def _read_all_related(section: Section, own_url: str) -> tuple[RelatedItem, ...]:
    # An article is not related to itself, and the pipeline's merges may list an item twice.
    items: dict[str, RelatedItem] = {}
    for part in section.read_sections("related"):
        item = _read_related(part)
        if item and item.url != own_url:
            items.setdefault(item.url, item)
    related = tuple(items.values())
    if (count := count_covered(related)) < len(related):
        message = f"The entry lists only the first {count:,} related items, because their titles and URLs are long."
        section.report("cut-coverage", message, at=("related",))
    return related


def _read_related(section: Section) -> RelatedItem | None:
    title = _read_title(section, level=Level.WARNING)
    url = _read_article_url(section, level=Level.WARNING)
    if not title or not url:
        return None
    if section.has("id"):
        message = "`id` of a related item is ignored; write it in the article's own file."
        section.report("related-id", message, at=("id",))
    if section.has("corrections"):
        message = "`corrections` of a related item are ignored; write them in the article's own file."
        section.report("related-corrections", message, at=("corrections",))
    published, updated = _read_dates(section, level=Level.WARNING)
    return RelatedItem(
        title=title,
        url=url,
        published=published,
        updated=updated,
        **_read_optional_fields(section, url),
    )


def _read_optional_fields(section: Section, url: str) -> dict[str, Any]:
    """Read the optional fields of a story; invalid fields are dropped."""
    provider = section.read_section("provider")
    return {
        "amp_url": section.read_url("ampWebUrl"),
        "cdn_amp_url": section.read_url("cdnAmpWebUrl"),
        "via_url": _read_via_url(section, url),
        "summary": section.read_text("excerpt"),
        "image": read_image(section),
        "provider": _read_provider(provider, url),
        "authors": _read_authors(provider),
        "type": _read_type(section),
        "language": section.read_language("locale"),
        "quality": section.read_number("quality"),
        "heat": section.read_number("heat"),
    }


def _read_state(section: Section) -> PublicationState:
    if section.read_flag("removed", default=False) or section.read_flag("deleted", default=False):
        return PublicationState.REMOVED
    is_draft = section.read_flag("draft", default=False)
    is_published = section.read_flag("published", default=True) and not is_draft
    return PublicationState.PUBLISHED if is_published else PublicationState.UNPUBLISHED


def _read_identity(section: Section, *, level: Level) -> tuple[str, str]:
    """Read id and URL: a published article needs a good URL and no bad id; a hidden article needs either."""
    value = section.fields.get("id")
    has_id = isinstance(value, str) and is_iri(value.strip())
    url = _read_article_url(section, level=level if has_id else Level.ERROR)
    return section.read_iri("id", level=level if url else Level.ERROR), url


def _read_article_url(section: Section, *, level: Level) -> str:
    key = "webUrl" if section.has("webUrl") else "originalUrl"
    if section.has(key):
        return section.read_story_url(key, level=level)
    section.report("missing-url", "Missing URL; add `webUrl`.", at=("webUrl",), level=level)
    return ""


def _read_via_url(section: Section, url: str) -> str:
    # The two URLs are mostly equal; then `url` is valid already.
    return "" if not url or section.fields.get("originalUrl") == url else section.read_url("originalUrl")


def _read_title(section: Section, *, level: Level) -> str:
    title = section.read_text("title", level=level)
    if not title and not isinstance(section.fields.get("title"), list | dict):
        section.report("missing-title", "Missing title; add `title`.", at=("title",), level=level)
    return title


def _read_dates(section: Section, *, level: Level) -> tuple[datetime | None, datetime | None]:
    """Read the dates of publication and update; either date replaces the other if absent."""
    published = section.read_date("publishedDateTime", level=level)
    updated = section.read_date("updatedDateTime", level=Level.WARNING if published else level)
    if published is None and not section.has("publishedDateTime"):
        published = updated
    if published is None or updated is None:
        return published, published
    return published, max(published, updated)


def _read_expiry(section: Section, published: datetime | None, *, level: Level) -> datetime | None:
    """Read the time from which the article is unpublished: the earlier of two fields with the same meaning."""
    if "expiryDate" not in section.fields and "unpublishDate" not in section.fields:
        return None
    dates = {
        section.read_date("expiryDate", level=level): "expiryDate",
        section.read_date("unpublishDate", level=level): "unpublishDate",
    }
    dates.pop(None, None)
    expires = min((date for date in dates if date), default=None)
    if expires is None:
        return None
    if len(dates) > 1:
        message = f"`expiryDate` and `unpublishDate` differ, and the earlier `{dates[expires]}` counts; remove one."
        section.report("two-expiries", message, at=(dates[expires],))
    if published and expires <= published:
        message = f"`{dates[expires]}` is not after the date of publication, so the article never appears; fix one."
        section.report("never-shown", message, at=(dates[expires],))
    return expires


def _read_type(section: Section) -> str:
    type = section.read_text("type")
    if len(type) <= _MAX_TYPE_CHARACTERS:
        return type or "article"
    message = f"`type` is longer than {_MAX_TYPE_CHARACTERS} characters and is left out; shorten it."
    section.report("too-long", message, at=("type",))
    return "article"


def _read_provider(provider: Section, url: str) -> Provider:
    domain = provider.read_domain("domain") or _find_domain(url)
    return Provider(provider.read_text("name") or domain, domain)


def _find_domain(url: str) -> str:
    host = normalize_domain(read_url_host(url))
    return host.removeprefix("www.") or host


def _read_authors(provider: Section) -> tuple[str, ...]:
    names: list[str] = []
    for path, author in provider.read_list("authors"):
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str):
            names.append(provider.clean("authors", name, at=path))
        else:
            provider.report("bad-author", "An author without a name is left out; add the name.", at=path)
    return tuple(name for name in names if name)


def _read_embed(section: Section) -> str:
    content = section.read_raw("featuredContent")
    embed = clean_embed(content) if content else ""
    if content and not embed:
        message = "`featuredContent` must be an <iframe> of a supported video site; replace or remove it."
        section.report("bad-embed", message, at=("featuredContent",))
    return embed

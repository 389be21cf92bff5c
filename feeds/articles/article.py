"""Turn one article file into a typed article, and report what is wrong with it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from feeds.articles.fields import Note, Section, place_notes, read_image
from feeds.articles.front_matter import load
from feeds.articles.sanitize import body_html, embed_html
from feeds.articles.source import Source
from feeds.model.entry import Provider, Story
from feeds.model.errors import ArticleError, Level, Problem
from feeds.model.text import clean_text
from feeds.model.topics import topic_key
from feeds.model.values import is_iri, read_url_host

_MAX_TOPIC_LENGTH = 200


class PublicationState(StrEnum):
    """What an article's front matter says about showing it."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REMOVED = "removed"


class RelatedItem(Story, frozen=True, kw_only=True, omit_defaults=True):
    """An item under an article's `related`."""


class Article(Story, frozen=True, kw_only=True, omit_defaults=True):
    """One article file. `topics` are labels as the author typed them; `body` and `embed` are sanitised HTML.

    `updated` is never before `published`. Only a published article is sure to have a title and meaningful dates.
    """

    state: PublicationState
    body: str = ""
    embed: str = ""
    topics: tuple[str, ...] = ()
    related: tuple[RelatedItem, ...] = ()


def parse_article(data: bytes, path: str) -> tuple[Article, tuple[Problem, ...]]:
    """Read one file's bytes; `path` is its name in what is reported. The problems are warnings, in the file's order.

    What is wrong with a part, such as a picture, costs that part alone. Fields that nobody knows are no problem.

    Raises:
        ArticleError: the file cannot become an article; its Problem is the first error in the file's order.
    """
    front = load(data, path)
    notes: list[Note] = []
    article = _read_article(Section(front.fields, (), notes=notes), front.source.body)
    problems = place_notes(front, notes) if notes else front.problems
    if article.state is PublicationState.PUBLISHED and front.source.body.strip() and not article.body:
        problems += (_refuse_body(front.source),)
    for problem in problems:
        if problem.level is Level.ERROR:
            raise ArticleError(problem)
    return article, problems


def _refuse_body(source: Source) -> Problem:
    index = len(source.text) - len(source.body.lstrip()) - source.offset
    message = "nothing of the text after the front matter can be shown safely; write it as Markdown or plain HTML"
    return Problem(source.path, *source.position(index), Level.WARNING, "bad-body", message)


def _read_article(section: Section, body: str) -> Article:
    state = _read_state(section)
    # A file that is not shown only serves to be recognised, so little can be wrong with it, and little need be read.
    is_shown = state is PublicationState.PUBLISHED
    level = Level.ERROR if is_shown else Level.WARNING
    iri, url = _read_identity(section, level=level)
    published, updated = _read_dates(section, level=level)
    if not section.has("publishedDateTime") and not section.has("updatedDateTime"):
        message = "there is no date, so the article cannot be ordered; give it a `publishedDateTime`"
        section.note("missing-date", message, at=("publishedDateTime",), level=level)
    return Article(
        state=state,
        id=iri,
        title=_read_title(section, level=level),
        url=url,
        published=published,
        updated=updated,
        body=body_html(body, url) if is_shown and body.strip() else "",
        embed=_read_embed(section) if is_shown else "",
        topics=_read_topics(section),
        related=_read_all_related(section, url) if is_shown else (),
        **_read_optional_fields(section, url),
    )


def _read_all_related(section: Section, own_url: str) -> tuple[RelatedItem, ...]:
    # Nothing is related to itself, and the pipeline's merges may list one text twice.
    items: dict[str, RelatedItem] = {}
    for part in section.read_sections("related"):
        item = _read_related(part)
        if item and item.url != own_url:
            items.setdefault(item.url, item)
    return tuple(items.values())


def _read_related(section: Section) -> RelatedItem | None:
    title = _read_title(section, level=Level.WARNING)
    url = _read_article_url(section, level=Level.WARNING)
    if not title or not url:
        return None
    published, updated = _read_dates(section, level=Level.WARNING)
    return RelatedItem(
        id=section.read_iri("id"),
        title=title,
        url=url,
        published=published,
        updated=updated,
        **_read_optional_fields(section, url),
    )


def _read_optional_fields(section: Section, url: str) -> dict[str, Any]:
    """Read the fields of a story that no article needs; a bad field costs only itself."""
    provider = section.read_section("provider")
    return {
        "amp_url": section.read_url("ampWebUrl"),
        "cdn_amp_url": section.read_url("cdnAmpWebUrl"),
        "via_url": _read_via_url(section, url),
        "summary": section.read_text("excerpt"),
        "image": read_image(section),
        "provider": _read_provider(provider, url),
        "authors": _read_authors(provider),
        "type": section.read_text("type") or "article",
        "language": section.read_language("locale"),
        "quality": section.read_number("quality"),
        "heat": section.read_number("heat"),
    }


def _read_state(section: Section) -> PublicationState:
    if section.read_flag("removed", default=False) or section.read_flag("deleted", default=False):
        return PublicationState.REMOVED
    return PublicationState.PUBLISHED if section.read_flag("published", default=True) else PublicationState.UNPUBLISHED


def _read_identity(section: Section, *, level: Level) -> tuple[str, str]:
    """Read id and URL: what is shown needs a good URL and no bad id, what is not shown needs one of the two."""
    value = section.fields.get("id")
    has_id = isinstance(value, str) and is_iri(value.strip())
    url = _read_article_url(section, level=level if has_id else Level.ERROR)
    return section.read_iri("id", level=level if url else Level.ERROR), url


def _read_article_url(section: Section, *, level: Level) -> str:
    key = "webUrl" if section.has("webUrl") else "originalUrl"
    if section.has(key):
        return section.read_address(key, level=level)
    message = "there is no address to link to, so this is left out; give it a `webUrl`"
    section.note("missing-url", message, at=("webUrl",), level=level)
    return ""


def _read_via_url(section: Section, url: str) -> str:
    # Mostly they are the same, and then the address has been judged already.
    return "" if not url or section.fields.get("originalUrl") == url else section.read_url("originalUrl")


def _read_title(section: Section, *, level: Level) -> str:
    title = section.read_text("title", level=level)
    if not title and not isinstance(section.fields.get("title"), list | dict):
        section.note(
            "missing-title", "there is no `title`, so this is left out; give it one", at=("title",), level=level
        )
    return title


def _read_dates(section: Section, *, level: Level) -> tuple[datetime | None, datetime | None]:
    """Read when the text was published and updated; the one serves as the other where that is absent."""
    published = section.read_date("publishedDateTime", level=level)
    updated = section.read_date("updatedDateTime", level=Level.WARNING if published else level)
    if published is None and not section.has("publishedDateTime"):
        published = updated
    if published is None or updated is None:
        return published, published
    return published, max(published, updated)


def _read_topics(section: Section) -> tuple[str, ...]:
    labels = section.read_texts("topics")
    if any(len(topic_key(label)) > _MAX_TOPIC_LENGTH for label in labels):
        message = f"a topic is longer than {_MAX_TOPIC_LENGTH} characters and is left out; shorten it"
        section.note("too-long", message, at=("topics",))
    return tuple(label for label in labels if len(topic_key(label)) <= _MAX_TOPIC_LENGTH)


def _read_provider(provider: Section, url: str) -> Provider:
    domain = provider.read_domain("domain") or read_url_host(url).lower().removeprefix("www.")
    return Provider(provider.read_text("name") or domain, domain)


def _read_authors(provider: Section) -> tuple[str, ...]:
    names: list[str] = []
    for path, author in provider.read_list("authors"):
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str):
            names.append(clean_text(name))
        else:
            provider.note("bad-author", "an author has no name and is left out; write the name", at=path)
    return tuple(name for name in names if name)


def _read_embed(section: Section) -> str:
    content = section.read_raw("featuredContent")
    embed = embed_html(content) if content else ""
    if content and not embed:
        message = "`featuredContent` is no <iframe> of a video site that feeds may show, and is left out; remove it"
        section.note("bad-embed", message, at=("featuredContent",))
    return embed

"""Suggest topics, publishers and pages to somebody who asked for a page that does not exist."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from feeds.model.errors import FeedsError
from feeds.model.expression import Expression
from feeds.model.query import Query
from feeds.model.search import MAX_CHARACTERS
from feeds.model.text import clean_text, strip_invisible
from feeds.site.nearest import Name, NameIndex, Names, NearName
from feeds.site.similarity import find_similar
from feeds.site.url_parser import parse_address
from feeds.site.urls import Address, ComposeAddress, PageAddress, ProviderListAddress, TopicListAddress

MAX_TOPICS = 5
MAX_PROVIDERS = 3
MAX_LARGEST = 6
"""The maximum number of topics to offer if no name is near."""

_LIKELY = 0.7
"""The score from which a name is what somebody meant."""

_MAX_TEXTS = 3
_MAX_PAGE_CHARACTERS = 20
_PROVIDER_SECTIONS = frozenset({"provider", "providers", "publisher", "publishers", "source", "sources"})
# Parts of paths that say what kind of page somebody looks for, here and on other sites.
_KINDS = _PROVIDER_SECTIONS | {
    *("topic", "topics", "tag", "tags", "category", "categories", "cat", "label", "labels", "section", "sections"),
    *("feed", "feeds", "rss", "atom", "json", "xml", "archive", "archives", "daily", "weekly", "page", "index"),
}
_PAGES: Mapping[str, Address] = {
    **dict.fromkeys(("topics", "tags", "categories"), TopicListAddress()),
    **dict.fromkeys(("providers", "publishers", "sources"), ProviderListAddress()),
    **dict.fromkeys(("latest", "news", "newest"), PageAddress()),
    "compose": ComposeAddress(),
}
_EXTENSION = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)
_SIGNS = re.compile("[,+! ]+")
_SEPARATORS = str.maketrans(dict.fromkeys("-_,+!./", " "))


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    """What to offer instead of a page.

    `meant` is the query of the page in all likelihood meant, or None; `topic_names` names its topics by slug. `page` is
    the page in all likelihood meant if it is about no query. `topics` and `providers` are others with near names, the
    nearest first; `largest` are the topics with the most entries, if nothing is near. `words` are for the search box.
    """

    meant: Query | None = None
    topic_names: Mapping[str, str] = msgspec.field(default_factory=dict)
    page: Address | None = None
    topics: Sequence[Name] = ()
    providers: Sequence[Name] = ()
    largest: Sequence[Name] = ()
    words: str = ""


def suggest(path: str, query_string: str, *, names: Names) -> Suggestions:
    """Suggest pages for a decoded path and an encoded query string, from the names that lists show."""
    texts, section = _list_texts(path), _find_section(path)
    is_provider = section in _PROVIDER_SECTIONS
    topics = _find_all(names.topics, texts, limit=MAX_TOPICS, minimum=_LIKELY if is_provider else 0)
    providers = _find_all(names.providers, texts, limit=MAX_PROVIDERS, minimum=0 if is_provider else _LIKELY)
    best = max((*topics, *providers), key=lambda near: near.score, default=None)
    meant, topic_names = _correct(path, query_string, names=names)
    if meant is None and best and best.score >= _LIKELY:
        meant, topic_names = best.name.query, {best.name.query.topic: best.name.name}
    page = None if meant else _find_page(path.strip("/"))
    return Suggestions(
        meant=meant,
        topic_names=topic_names,
        page=page,
        topics=[near.name for near in topics if near.name.query != meant],
        providers=[near.name for near in providers if near.name.query != meant],
        largest=() if meant or page or topics or providers else names.topics.list_largest(MAX_LARGEST),
        words=suggest_words(path),
    )


def suggest_words(path: str) -> str:
    """Return the words in a decoded path that may be worth a search; empty without any."""
    texts = _list_texts(path)
    text = strip_invisible(_EXTENSION.sub("", texts[0])).translate(_SEPARATORS) if texts else ""
    return clean_text(text)[:MAX_CHARACTERS]


def _find_section(path: str) -> str:
    return path.lower().strip("/").partition("/")[0]


def _list_texts(path: str) -> list[str]:
    """Return the parts of a path that may be names, the most likely first, without numbers and kinds of pages."""
    parts = [part for part in reversed(path.strip("/").split("/")) if part]
    named = [part for part in parts if not part.isdecimal() and _EXTENSION.sub("", part).lower() not in _KINDS]
    # A topic may well be called “Daily”.
    likely = named or parts[: len(parts) - 1]
    texts = [text for part in likely for text in (part, *(_SIGNS.split(part) if _SIGNS.search(part) else ())) if text]
    return texts[:_MAX_TEXTS]


def _find_all(index: NameIndex, texts: Sequence[str], *, limit: int, minimum: float) -> list[NearName]:
    """Find the names near to any of the texts, also without the extension of a file."""
    spellings = dict.fromkeys(each for text in texts for each in (text, _EXTENSION.sub("", text)))
    found = [near for each in spellings for near in index.find(each, limit=limit) if near.score >= minimum]
    best = {near.name.query: near for near in sorted(found, key=lambda near: near.score)}
    return sorted(best.values(), key=lambda near: -near.score)[:limit]


def _correct(path: str, query_string: str, *, names: Names) -> tuple[Query | None, dict[str, str]]:
    """Return the query of a page with each unknown name replaced by the nearest, and its topics' names by slug."""
    try:
        address = parse_address(path, query_string)
        query = address.query if isinstance(address, PageAddress) else Query()
        topics, topic_names = _correct_names(query.topics, names.topics)
        providers, _domains = _correct_names(query.providers, names.providers)
        from_providers, _domains = _correct_names(query.from_providers, names.providers)
    except (FeedsError, LookupError):
        return None, {}
    if not (topics or providers):
        return None, {}
    corrected = msgspec.structs.replace(query, topics=topics, providers=providers, from_providers=from_providers)
    return corrected, topic_names


def _correct_names(expression: Expression | None, index: NameIndex) -> tuple[Expression | None, dict[str, str]]:
    """Replace the names of an expression by the nearest, slugs or domains, and return their names for people too.

    Raises:
        LookupError: there is no name near enough.
    """
    if expression is None:
        return None, {}
    nearest = {name: _find_likely(name, index) for name in expression.names}
    spellings = {name: near.query.topic or near.query.provider for name, near in nearest.items()}
    named = {near.query.topic: near.name for near in nearest.values()}
    return expression.rename(lambda name: spellings[name]), named


def _find_likely(text: str, index: NameIndex) -> Name:
    for near in _find_all(index, [text], limit=1, minimum=_LIKELY):
        return near.name
    raise LookupError(text)


def _find_page(name: str) -> Address | None:
    if "/" in name:
        return None
    found = find_similar(name[:_MAX_PAGE_CHARACTERS].lower(), list(_PAGES), minimum=_LIKELY, limit=1)
    return list(_PAGES.values())[found[0][0]] if found else None

"""Leave out the template tags of a body, and report them."""

from collections.abc import Iterable, Iterator

from feeds.articles.dialects.sites import SiteConfig
from feeds.articles.dialects.template_tags import TagFound, blank_template_tags
from feeds.articles.fields import MAX_PROBLEMS
from feeds.articles.source import Source
from feeds.model.errors import Level, Problem


def remove_template_tags(source: Source, config: SiteConfig | None) -> tuple[Source, tuple[Problem, ...]]:
    """Return the source without template tags in its body, and a problem for each kind of tag, at the first one.

    Without the configuration of a tool, the tags of every tool count.
    """
    body, tags = blank_template_tags(source.body, config=config)
    if body == source.body:
        return source, ()
    return source.replace_body(body), tuple(sorted(_describe(source, tags)))


def _describe(source: Source, tags: Iterable[TagFound]) -> Iterator[Problem]:
    places: dict[str, list[int]] = {}
    for tag in tags:
        places.setdefault(tag.name, []).append(tag.index)
    for name, indexes in list(places.items())[:MAX_PROBLEMS]:
        more = f" ({len(indexes):,} in all)" if len(indexes) > 1 else ""
        message = f"The template tag `{name}` is left out, because only the site's own tool can fill it{more}."
        yield Problem(source.path, *source.position_in_body(indexes[0]), Level.WARNING, "template-tag", message)

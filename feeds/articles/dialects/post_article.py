"""Read a post as an article, with problems that name the fields of its author."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

from feeds.articles.article_fields import read_fields
from feeds.articles.dialects.body_tags import remove_template_tags
from feeds.articles.dialects.excerpt_marker import find_first_heading, find_marked_excerpt
from feeds.articles.dialects.field_table import DATE_NAMES, KNOWN_NAMES, LIKELY_NAMES, POST_NAMES, SHOWN_NAMES
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.dialects.native_fields import Translation
from feeds.articles.dialects.post import Post
from feeds.articles.dialects.post_scope import find_config, find_default_fields, is_post_file
from feeds.articles.dialects.translation import translate
from feeds.articles.field_names import ARTICLE_FIELDS, fold, suggest_field
from feeds.articles.field_problem import FieldProblem
from feeds.articles.fields import Section, raise_if_rejected
from feeds.articles.front_matter import FrontMatter
from feeds.articles.parsed import Article, PublicationState, TakenField
from feeds.articles.source import Syntax
from feeds.articles.yaml_values import AT_KEY, Path, Value
from feeds.model.errors import ArticleError, Level, Problem

_NAME = re.compile(r"`(\w+)`")
_MAX_UNKNOWN = 200
_USED_NAMES = frozenset(
    fold(name.partition(".")[0]) for names in (*POST_NAMES.values(), ARTICLE_FIELDS.names) for name in names
)
_DATES = frozenset((*POST_NAMES["publishedDateTime"], *POST_NAMES["updatedDateTime"]))


class ReadPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post as an article without body, or None for a page that is not a post.

    `front` has the body without template tags. `found` are the problems of its fields, at paths in the post, and
    `problems` those of other parts.
    """

    article: Article | None = None
    front: FrontMatter
    found: list[FieldProblem] = []
    problems: tuple[Problem, ...] = ()
    taken: tuple[TakenField, ...] = ()


def read_post(front: FrontMatter, site: FolderSite) -> ReadPost:
    """Read a post with this front matter, of this site.

    Raises:
        ArticleError: the site is broken.
    """
    path = front.source.path
    if site.broken_file:
        message = f"This post cannot be read before {site.broken_file} is repaired; see the problems of that file."
        raise ArticleError(Problem(path, 1, 1, Level.ERROR, "broken-site", message))
    front = msgspec.structs.replace(front, problems=tuple(_ease_duplicates(front)))
    is_yaml = front.source.syntax is Syntax.YAML
    config, key = find_config(site, path, names=front.fields, is_yaml=is_yaml)
    if not is_post_file(config, key):
        return ReadPost(front=front)
    source, tag_problems = remove_template_tags(front.source, config if site.config or site.mapping else None)
    defaults = find_default_fields(config, key)
    translation = translate(
        Post(
            fields={**defaults, **front.fields},
            key=key,
            config=config,
            names=site.mapping.fields if site.mapping else {},
            defaults=frozenset(defaults.keys() - front.fields.keys()),
            heading=find_first_heading(source.body),
            marked_excerpt=find_marked_excerpt(source.body),
        )
    )
    unknown = list(_find_misspelt(front.fields, site))
    section = Section(translation.fields, (), problems=[])
    article = read_fields(section)
    if site.config and _is_undated_page(article, translation, unknown):
        raise_if_rejected(front.problems)
        return ReadPost(front=front, problems=(*front.problems, *_warn_of_page(article, path)))
    return ReadPost(
        article=article,
        front=msgspec.structs.replace(front, source=source),
        found=[*_rename_problems(section.problems, article, translation), *unknown, *translation.problems],
        problems=tag_problems,
        taken=translation.taken,
    )


def _ease_duplicates(front: FrontMatter) -> Iterator[Problem]:
    """Yield the problems of front matter, where a duplicate of a key that no article uses is only a warning.

    Jekyll reads such posts.
    """
    for problem in front.problems:
        if problem.code == "duplicate-key":
            line = front.source.text.split("\n", problem.line)[problem.line - 1]
            name = line[problem.column - 1 :].partition(":")[0].strip("\"' ")
            if fold(name) not in _USED_NAMES:
                yield msgspec.structs.replace(problem, level=Level.WARNING)
                continue
        yield problem


def _find_misspelt(fields: Mapping[str, Value], site: FolderSite) -> Iterator[FieldProblem]:
    """Yield a problem for each unknown field with a name that is close to a usual one."""
    own = {name.partition(".")[0] for names in site.mapping.fields.values() for name in names} if site.mapping else ()
    for name in islice((name for name in fields if fold(name) not in KNOWN_NAMES and name not in own), _MAX_UNKNOWN):
        if likely := suggest_field(name, LIKELY_NAMES):
            message = f"Unknown field `{name}`, did you mean `{likely}`? Unknown fields are ignored."
            yield FieldProblem((name, AT_KEY), Level.WARNING, "unknown-field", message)


def _is_undated_page(article: Article, translation: Translation, unknown: list[FieldProblem]) -> bool:
    """Return whether a file is a page without a date, and not a post whose date is misspelt."""
    is_misspelt = any(f"did you mean `{name}`" in problem.message for problem in unknown for name in _DATES)
    has_date = not DATE_NAMES.isdisjoint(translation.fields)
    return article.state is PublicationState.PUBLISHED and not has_date and not is_misspelt


def _warn_of_page(article: Article, path: str) -> Iterator[Problem]:
    """Yield a warning about a page without a date that has the labels of a post."""
    if article.topics:
        message = "This page has no date, so it is not published as an article; add `date` if it is one."
        yield Problem(path, 1, 1, Level.WARNING, "undated-page", message)


def _rename_problems(
    problems: list[FieldProblem], article: Article, translation: Translation
) -> Iterator[FieldProblem]:
    """Yield problems with native fields as problems with the fields of the post."""
    is_hidden = article.state is not PublicationState.PUBLISHED
    for problem in problems:
        # The translation has reported an address that cannot be built, and a draft needs no date.
        if problem.code != "missing-url" and not (problem.code == "missing-date" and is_hidden):
            yield msgspec.structs.replace(
                problem,
                path=_find_origin(problem.path, translation),
                message=_rename(problem, translation),
            )


def _find_origin(path: Path, translation: Translation) -> Path:
    """Return the path in the post of a native path."""
    for length in range(len(path), 0, -1):
        origin = translation.origins.get(path[:length])
        if origin is not None:
            return (*origin, *path[length:]) if origin and path[0] != "images" else origin
    return ()


def _rename(problem: FieldProblem, translation: Translation) -> str:
    names = {**SHOWN_NAMES, **translation.names}
    if problem.path[:1] == ("images",):
        names["url"] = names["images"]
    is_own = problem.path[:1] in {("related",), ("corrections",)}
    return problem.message if is_own else _NAME.sub(lambda match: f"`{names.get(match[1], match[1])}`", problem.message)

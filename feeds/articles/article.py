"""Parse one article file, in the native shape or as a post of another tool, and report its problems."""

from datetime import UTC

import msgspec

from feeds.articles.article_fields import read_fields
from feeds.articles.body import render_body
from feeds.articles.dialects.field_table import DATE_NAMES, NATIVE_MARKS, OTHER_DATE_NAMES
from feeds.articles.dialects.folder_site import FolderSite
from feeds.articles.dialects.post_article import read_post
from feeds.articles.dialects.post_dates import read_post_date
from feeds.articles.dialects.post_scope import is_outside_posts, is_post
from feeds.articles.field_names import ARTICLE_FIELDS
from feeds.articles.field_problem import FieldProblem
from feeds.articles.fields import Section, locate_problems, raise_if_rejected
from feeds.articles.front_matter import FrontMatter, load_front_matter, locate_values
from feeds.articles.parsed import Article, ParsedFile, PublicationState
from feeds.articles.source import NO_FRONT_MATTER
from feeds.articles.yaml_values import AT_KEY
from feeds.model.errors import ArticleError, Level, Problem


def parse_article_file(data: bytes, path: str, *, key: str = "", site: FolderSite | None = None) -> ParsedFile:
    """Parse the bytes of one file into an article, and report its problems, by the name `path`.

    The shape is native if the file has an address or a date of the native shape. `key` is the path below the content
    folder, and `site` what is known of the posts in the folder. A page of a site that is not a post gives no article.

    Raises:
        ArticleError: the file cannot become an article; carries all its problems, in file order.
    """
    has_config = site is not None and site.config is not None
    try:
        # The name of a post may have its date and its title.
        front = load_front_matter(data, path, may_be_empty=has_config)
    except ArticleError as error:
        # A file of a site without front matter is a page, or a part of one.
        is_page = has_config and error.problems[0].code == NO_FRONT_MATTER
        if is_page or is_outside_posts(site, path):
            return ParsedFile(None)
        raise
    if not NATIVE_MARKS.isdisjoint(front.fields) or not is_post(front.fields, path, site):
        return ParsedFile(*_read_native(front))
    root = path.removesuffix(key) if key else ""
    post = read_post(front, site or FolderSite(root=root))
    if post.article is None:
        return ParsedFile(None, post.problems)
    article, problems = _finish(post.article, post.front, found=post.found)
    return ParsedFile(article, (*problems, *post.problems), post.taken)


def parse_article(data: bytes, path: str) -> tuple[Article, tuple[Problem, ...]]:
    """Parse the bytes of a file in the native shape into an article and its warnings, in file order.

    A problem with a part, such as a picture, drops only this part. Unknown fields are ignored, but likely typing
    errors are reported.

    Raises:
        ArticleError: the file cannot become an article; carries all its problems, in file order.
    """
    return _read_native(load_front_matter(data, path))


def _read_native(front: FrontMatter) -> tuple[Article, tuple[Problem, ...]]:
    if DATE_NAMES.isdisjoint(front.fields):
        front = _take_other_date(front)
    found: list[FieldProblem] = []
    section = Section(front.fields, (), problems=found)
    if front.has_unknown_names:
        section.report_misspelt(ARTICLE_FIELDS)
    return _finish(read_fields(section), front, found=found)


def _finish(article: Article, front: FrontMatter, *, found: list[FieldProblem]) -> tuple[Article, tuple[Problem, ...]]:
    """Add the body to an article, and locate the problems found in its fields."""
    problems = locate_problems(front, found) if found else front.problems
    if article.state is PublicationState.PUBLISHED and article.url:
        body, body_problems = render_body(front.source, article.url)
        article, problems = msgspec.structs.replace(article, body=body), (*problems, *sorted(body_problems))
    raise_if_rejected(problems)
    return article, problems


def _take_other_date(front: FrontMatter) -> FrontMatter:
    """Return the front matter with a date of another name as `publishedDateTime`, and a warning."""
    for name in OTHER_DATE_NAMES if not NATIVE_MARKS.isdisjoint(front.fields) else ():
        value = front.fields.get(name)
        date = read_post_date(value, UTC) if isinstance(value, str) else None
        if date:
            fields = {**front.fields, "publishedDateTime": date.isoformat()}
            del fields[name]
            position = locate_values(front.source, [(name, AT_KEY)])[0]
            message = f"`{name}` is read as `publishedDateTime`; rename the field."
            warning = Problem(front.source.path, *position, Level.WARNING, "other-name", message)
            return msgspec.structs.replace(front, fields=fields, problems=(*front.problems, warning))
    return front

"""Read posts in the shapes of other tools from a folder, as a collect does."""

from pathlib import Path

from feeds.articles.article import parse_article_file
from feeds.articles.files import scan
from feeds.articles.parsed import Article, ParsedFile
from feeds.model.errors import ArticleError, Problem

URL = "https://blog.example/base"
LATER_NS = 4_000_000_000 * 1_000_000_000


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read_folder(folder: Path, *, url: str = "") -> dict[str, ParsedFile]:
    """Return what each file below a folder becomes, by its key; a rejected file has only problems."""
    content = scan([folder], now_ns=LATER_NS, articles_url=url)
    parsed: dict[str, ParsedFile] = {"": ParsedFile(None, content.problems)} if content.problems else {}
    for file in content.articles:
        try:
            data = Path(file.path).read_bytes()
            parsed[file.key] = parse_article_file(data, file.path, key=file.key, site=file.site)
        except ArticleError as error:
            parsed[file.key] = ParsedFile(None, error.problems)
    return parsed


def read_one(folder: Path, text: str, *, name: str = "post.md", url: str = URL) -> ParsedFile:
    """Return what one file becomes in a folder of its own."""
    write_files(folder, {name: text})
    return read_folder(folder, url=url)[name]


def read_article(folder: Path, text: str, *, name: str = "post.md", url: str = URL) -> Article:
    """Return the article of one file without problems."""
    parsed = read_one(folder, text, name=name, url=url)
    assert parsed.problems == ()
    assert parsed.article is not None
    return parsed.article


def list_codes(problems: tuple[Problem, ...]) -> list[tuple[int, str]]:
    """Return the line and the code of each problem."""
    return [(problem.line, problem.code) for problem in problems]

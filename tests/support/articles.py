"""Write article files."""

from datetime import UTC, datetime
from pathlib import Path

LONG_AGO = datetime(2024, 5, 1, 12, tzinfo=UTC)


def write_titled_article(path: Path, title: str = "", *, published: datetime = LONG_AGO) -> Path:
    """Write an article with a URL made from the file name, and by default also the title."""
    path.write_text(compose_article(path.stem, title or path.stem, published=published))
    return path


def compose_article(name: str, title: str, *, published: datetime = LONG_AGO) -> str:
    return (
        f"---\ntitle: {title}\nwebUrl: https://example.com/{name}\npublishedDateTime: {published.isoformat()}\n"
        "topics:\n  - Robots\n---\n"
    )


def write_article(folder: Path, name: str, *, body: str = "", **fields: str) -> None:
    """Write an article; `fields` are raw YAML, and required fields have defaults."""
    matter = {
        "title": f"Title of {name}",
        "webUrl": f"https://gazette.example/{name}",
        "publishedDateTime": "2024-05-06T07:08:09Z",
        "topics": "[Tides]",
        "provider": "{name: The Gazette, domain: gazette.example}",
    } | fields
    lines = [f"{field}: {value}" for field, value in matter.items()]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text("\n".join(["---", *lines, "---", body]))

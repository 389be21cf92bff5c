"""Prepare the articles to measure with, and edit one article as an editor does."""

import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from benchmarks.processes import run

_START = datetime(2001, 1, 1, tzinfo=UTC)
_STEP = timedelta(minutes=13)
_WORDS = (
    *("amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "harbour", "island", "juniper", "kelp", "lagoon"),
    *("meadow", "north", "orchard", "prairie", "quarry", "river", "summit", "tundra", "upland", "valley", "willow"),
)
_TOPICS = [f"{word.capitalize()} Research" for word in _WORDS[:20]]
_PROVIDERS = [(f"The {word.capitalize()} Post", f"{word}-post.example") for word in _WORDS]
_TITLE = re.compile(r'(?m)^title: ".*"$')
_HIDDEN = re.compile(r"(?m)^(published: false|removed: true|deleted: true)")


class Corpus(msgspec.Struct, frozen=True):
    """A folder of `size` articles, and the path of the catalog to collect the articles into."""

    size: int
    articles: Path
    catalog: Path

    @property
    def database_url(self) -> str:
        """The catalog's URL, for the `DATABASE_URL` setting."""
        return f"sqlite:///{self.catalog}"


def prepare_corpus(folder: Path, size: int, *, program: Path | None) -> Corpus:
    """Return a corpus of `size` articles in `folder`; write a missing corpus with `program`, or invent articles."""
    corpus = Corpus(size, folder / f"articles-{size}", folder / f"catalog-{size}.sqlite")
    if corpus.articles.is_dir():
        return corpus
    # The folder has another name until complete, so that nobody measures the leftovers of an interrupted run.
    unfinished = corpus.articles.with_suffix(".unfinished")
    if program:
        run([sys.executable, str(program), str(size), str(unfinished)])
    else:
        invent_articles(unfinished, size)
    unfinished.rename(corpus.articles)
    return corpus


def invent_articles(folder: Path, count: int) -> None:
    """Invent articles with the shape of a news pipeline's articles; the same count gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        time = _START + number * _STEP
        path = folder / f"{time:%Y-%m-%d}-{number:08d}.md"
        path.write_text(_invent_article(number, time), encoding="utf-8")


def find_newest(corpus: Corpus) -> Path:
    """Find the newest published article by file names, which begin with dates.

    Raises:
        ValueError: no published article has a title in double quotes.
    """
    for path in sorted(corpus.articles.rglob("*.md"), key=lambda path: path.name, reverse=True):
        text = path.read_text(encoding="utf-8")
        if _TITLE.search(text) and not _HIDDEN.search(text):
            return path
    raise ValueError(f"None of the {corpus.size} articles is published with a title in double quotes.")


def retitle(path: Path, title: str) -> None:
    """Replace an article's title in the file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(_TITLE.sub(f'title: "{title}"', text, count=1), encoding="utf-8")


@contextmanager
def restoring(path: Path) -> Iterator[Path]:
    """Yield a file for editing, and restore its content afterwards."""
    data = path.read_bytes()
    try:
        yield path
    finally:
        path.write_bytes(data)


def _invent_article(number: int, time: datetime) -> str:
    rng = random.Random(number)  # noqa: S311 no secret: articles must be the same each time
    lines = [
        "---",
        "category: news",
        *_invent_item(rng, f"a{number}", time),
        f"quality: {rng.randrange(101)}",
        f"heat: {rng.choice(['null', '-1', '12', '79'])}",
        f"published: {str(rng.random() < 0.7).lower()}",  # noqa: PLR2004 the share among real articles
        "topics:",
        *(f"  - {topic}" for topic in rng.sample(_TOPICS, rng.choice((1, 2, 2, 3)))),
    ]
    if rng.random() < 0.6:  # noqa: PLR2004 as above
        lines.append("related:")
        for index in range(rng.choice((1, 1, 2, 3, 5, 8))):
            item = _invent_item(rng, f"r{number}-{index}", time - (index + 1) * timedelta(minutes=7))
            lines += [f"  {'-' if at == 0 else ' '} {line}" for at, line in enumerate(item)]
    lines.append(f'secured: "{rng.randbytes(384).hex()}"')
    return "\n".join([*lines, "---", ""])


def _invent_item(rng: random.Random, name: str, time: datetime) -> list[str]:
    provider, domain = rng.choice(_PROVIDERS)
    url = f"https://www.{domain}/{time:%Y/%m}/{name}-{'-'.join(rng.choices(_WORDS, k=5))}.html"
    return [
        f'title: "{_invent_sentence(rng, 9)}: part {name}"',
        f'excerpt: "{_invent_sentence(rng, 28)}."',
        f"publishedDateTime: {time:%Y-%m-%dT%H:%M:%SZ}",
        f'originalUrl: "{url}"',
        f'webUrl: "{url}"',
        f'ampWebUrl: "{url}?amp"',
        "type: article",
        "provider:",
        f"  name: {provider}",
        f"  domain: {domain}",
        "images:",
        f'  - url: "https://images.{domain}/{name}.jpg"',
        f"    width: {rng.choice((640, 1200, 1920))}",
        f"    height: {rng.choice((360, 675, 1080))}",
        "    isCached: true",
    ]


def _invent_sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words)).capitalize()

"""Make the articles to measure with, and edit one as an editor would."""

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
    """Articles, `size` of them, and the catalog that is to be made of them."""

    size: int
    articles: Path
    catalog: Path

    @property
    def database_url(self) -> str:
        """The catalog's address, as `DATABASE_URL` takes it."""
        return f"sqlite:///{self.catalog}"


def prepare_corpus(folder: Path, size: int, *, program: Path | None) -> Corpus:
    """Have `size` articles in `folder`, written by `program` or invented, unless they are there already."""
    corpus = Corpus(size, folder / f"articles-{size}", folder / f"catalog-{size}.sqlite")
    if corpus.articles.is_dir():
        return corpus
    # Under another name until they are complete, so that what an interrupted run left behind is not taken for them.
    unfinished = corpus.articles.with_suffix(".unfinished")
    if program:
        run([sys.executable, str(program), str(size), str(unfinished)])
    else:
        invent_articles(unfinished, size)
    unfinished.rename(corpus.articles)
    return corpus


def invent_articles(folder: Path, count: int) -> None:
    """Write articles of our own invention, shaped like a news pipeline's; the same count gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        moment = _START + number * _STEP
        path = folder / f"{moment:%Y-%m-%d}-{number:08d}.md"
        path.write_text(_invent_article(number, moment), encoding="utf-8")


def find_newest(corpus: Corpus) -> Path:
    """Find the newest article that is shown; articles are named by their dates."""
    for path in sorted(corpus.articles.rglob("*.md"), key=lambda path: path.name, reverse=True):
        text = path.read_text(encoding="utf-8")
        if _TITLE.search(text) and not _HIDDEN.search(text):
            return path
    raise ValueError(f"no article of {corpus.size} is published with a title in double quotes")


def retitle(path: Path, title: str) -> None:
    """Change an article's title in place."""
    text = path.read_text(encoding="utf-8")
    path.write_text(_TITLE.sub(f'title: "{title}"', text, count=1), encoding="utf-8")


@contextmanager
def restoring(path: Path) -> Iterator[Path]:
    """Give a file to edit, and put back afterwards what it said."""
    data = path.read_bytes()
    try:
        yield path
    finally:
        path.write_bytes(data)


def _invent_article(number: int, moment: datetime) -> str:
    rng = random.Random(number)  # noqa: S311 the same articles each time are what is wanted
    lines = [
        "---",
        "category: news",
        *_invent_item(rng, f"a{number}", moment),
        f"quality: {rng.randrange(101)}",
        f"heat: {rng.choice(['null', '-1', '12', '79'])}",
        f"published: {str(rng.random() < 0.7).lower()}",  # noqa: PLR2004 the share that real ones have
        "topics:",
        *(f"  - {topic}" for topic in rng.sample(_TOPICS, rng.choice((1, 2, 2, 3)))),
    ]
    if rng.random() < 0.6:  # noqa: PLR2004 as above
        lines.append("related:")
        for index in range(rng.choice((1, 1, 2, 3, 5, 8))):
            item = _invent_item(rng, f"r{number}-{index}", moment - (index + 1) * timedelta(minutes=7))
            lines += [f"  {'-' if at == 0 else ' '} {line}" for at, line in enumerate(item)]
    lines.append(f'secured: "{rng.randbytes(384).hex()}"')
    return "\n".join([*lines, "---", ""])


def _invent_item(rng: random.Random, name: str, moment: datetime) -> list[str]:
    provider, domain = rng.choice(_PROVIDERS)
    url = f"https://www.{domain}/{moment:%Y/%m}/{name}-{'-'.join(rng.choices(_WORDS, k=5))}.html"
    return [
        f'title: "{_invent_sentence(rng, 9)}: part {name}"',
        f'excerpt: "{_invent_sentence(rng, 28)}."',
        f"publishedDateTime: {moment:%Y-%m-%dT%H:%M:%SZ}",
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

"""A misspelt field is reported with the likely name, and no other unknown field is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.articles.article import parse_article
from feeds.articles.field_names import ARTICLE_FIELDS, KNOWN_NAMES, TOPIC_FIELDS, Fields, find_misspelt
from feeds.articles.topic_file import parse_topic_file
from feeds.model.errors import Level, Problem
from tests.articles.test_article import MINIMAL, wrap

MISSPELT = {
    "exerpt": "excerpt",
    "excertp": "excerpt",
    "Excerpt": "excerpt",
    "topic": "topics",
    "image": "images",
    "titel": "title",
    "tilte": "title",
    "publishDateTime": "publishedDateTime",
    "publishDate": "publishedDateTime",
    "publishedAt": "publishedDateTime",
    "published_date_time": "publishedDateTime",
    "updatedDate": "updatedDateTime",
    "expiryDateTime": "expiryDate",
    "expires": "expiryDate",
    "expires_at": "expiryDate",
    "expiry": "expiryDate",
    "relatedItems": "related",
    "amp_url": "ampWebUrl",
    "unpublishDateTime": "unpublishDate",
    "unpublishAt": "unpublishDate",
    "web-url": "webUrl",
    "weburl": "webUrl",
    "unpublished": "published",
    "lastmod": "updatedDateTime",
    "last_modified_at": "updatedDateTime",
    "pubDate": "publishedDateTime",
    "heroImage": "images",
    "lang": "locale",
    "drafts": "draft",
    "providers": "provider",
    "secure": "secured",
}
SILENT = (
    "tags locale actions length price ratings layout removed category author date"
    " description image_ratio summary slug"
    " permalink weight aliases cascade keywords linkTitle markup outputs series url uid ids video created"
    " modified contents body menu source tag x heading_1 0123456789 déjà"
)


def find(front: str) -> list[Problem]:
    return [problem for problem in parse_article(wrap(front), "a.md")[1] if problem.code == "unknown-field"]


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_field_is_reported_with_the_likely_name(name: str) -> None:
    (problem,) = find(f"{MINIMAL}\n{name}:\n  - x")
    assert (problem.line, problem.column, problem.level) == (5, 1, Level.WARNING)
    assert problem.message == f"Unknown field `{name}`, did you mean `{MISSPELT[name]}`? Unknown fields are ignored."


@pytest.mark.parametrize("name", SILENT.split())
def test_other_unknown_fields_are_ignored(name: str) -> None:
    assert find(f"{MINIMAL}\n{name}: false") == []


def test_parts_of_an_article_are_searched_too() -> None:
    front = f"""{MINIMAL}
images: [{{url: "https://x.example/", widht: 3, isCached: true}}]
provider: {{nam: x, domain: x.example, authors: [{{Name: x}}, x], images: {{ulr: x, link: x}}}}
related:
  - {{title: x, webUrl: "https://x.example/", topics: [x], excertp: y, image: z}}
  - {{title: x, webUrl: "https://y.example/", provider: {{names: x}}}}"""
    lines = wrap(front).decode().splitlines()
    found = find(front)
    likely = [(problem.line, problem.message.split("`")[3]) for problem in found]
    assert likely == [(5, "width"), (6, "name"), (6, "name"), (6, "url"), (8, "excerpt"), (8, "images"), (9, "name")]
    for problem in found:
        assert lines[problem.line - 1][problem.column - 1 :].startswith(problem.message.split("`")[1])


def test_topic_files_are_searched_too() -> None:
    data = b"name: Tides\nalias: [x]\nkeywords: x\nsucessor: y\nimages: [{urls: z}]\n"
    _, problems = parse_topic_file(data, "t.yaml")
    found = [(problem.line, problem.message.split("`")[3]) for problem in problems if problem.code == "unknown-field"]
    assert found == [(2, "aliases"), (4, "successor"), (5, "url")]


def test_a_hidden_article_is_searched_too() -> None:
    assert len(find("publishd: false\nid: urn:x\npublished: false")) == 1


@pytest.mark.parametrize("fields", [ARTICLE_FIELDS, TOPIC_FIELDS])
def test_no_known_field_is_misspelt(fields: Fields) -> None:
    assert list(find_misspelt(dict.fromkeys(KNOWN_NAMES), fields)) == []


@given(st.dictionaries(st.text(max_size=50) | st.sampled_from(list(MISSPELT)), st.none(), max_size=8))
def test_no_message_quotes_a_name_that_is_far_from_every_field(mapping: dict[str, None]) -> None:
    for path, likely in find_misspelt(mapping, ARTICLE_FIELDS):
        assert len(str(path[-1])) < 2 * len(likely)
        assert str(path[-1]).isascii()


def test_a_file_with_many_unknown_fields_costs_little() -> None:
    front = MINIMAL + "".join(f"\ntitel{number:05}x{number:05}: x" for number in range(20_000)) + "\ntitel: x"
    assert find(front) == []


def test_real_articles_have_no_misspelt_fields(corpus: Path) -> None:
    for path in corpus.rglob("*.md"):
        _, problems = parse_article(path.read_bytes(), path.name)
        assert "unknown-field" not in {problem.code for problem in problems}
    for path in corpus.rglob("topics/*.yaml"):
        _, problems = parse_topic_file(path.read_bytes(), path.name)
        assert "unknown-field" not in {problem.code for problem in problems}

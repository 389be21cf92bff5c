"""Articles that go wrong in common ways: the publisher is told, and subscribers see what the author meant."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from feeds.cli import main
from tests.renderers.documents import select_texts
from tests.support.validity import check_json, check_xml

STORY = "title: {0}\nwebUrl: https://harbour.example/{0}\npublishedDateTime: 2021-03-01T08:00:00Z\ntopics: [Tides]\n"


class Desk:
    """A publisher at the command line, in the folder above the articles."""

    def __init__(self, folder: Path) -> None:
        self.content = folder / "content"
        self.content.mkdir()

    def write(self, name: str, front: str, body: str = "") -> None:
        """Write an article."""
        (self.content / f"{name}.md").write_text(f"---\n{front}---\n{body}", encoding="utf-8")

    def run(self, *args: str) -> Result:
        """Run a command; an exception is a failure."""
        return CliRunner().invoke(main, args, catch_exceptions=False)

    def check(self) -> list[str]:
        """Return the problems that `check` finds, and then collect."""
        problems = self.run("check").output.splitlines()[:-1]
        assert self.run("collect").exit_code == 0
        return problems

    def show(self, path: str) -> bytes:
        """Return a document."""
        result = self.run("show", path)
        assert result.exit_code == 0, result.output
        return result.stdout_bytes

    def read_entries(self) -> list[tuple[str, str]]:
        """Return the titles and ids of the feed of everything, equal and valid in all formats."""
        atom, rss, feed = (self.show(f"/feed.{name}") for name in ("atom", "rss", "json"))
        assert [*check_xml(atom), *check_xml(rss), *check_json(feed)] == []
        items = [(item["title"], item["id"]) for item in json.loads(feed)["items"]]
        root = etree.fromstring(atom)
        titles = select_texts(root, "//atom:entry/atom:title")
        assert list(zip(titles, select_texts(root, "//atom:entry/atom:id"), strict=True)) == items
        root = etree.fromstring(rss)
        titles = select_texts(root, "//item/title")
        assert list(zip(titles, select_texts(root, "//item/guid"), strict=True)) == items
        return items


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a desk without articles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDS_CONTENT", "content")
    monkeypatch.setenv("FEEDS_SITE_URL", "https://feeds.example")
    return Desk(tmp_path)


def test_an_article_of_tomorrow_leaves_no_trace(desk: Desk) -> None:
    desk.write("a", STORY.format("a"))
    desk.write(
        "b",
        "title: Takeover\nwebUrl: https://quiet.example/b\npublishedDateTime: 2999-01-01\ntopics: [Tides, Takeover]\n"
        "related: [{title: Takeover, webUrl: 'https://quiet.example/c'}]\n",
    )
    assert desk.check() == []
    assert desk.run("topics").output.split()[0::4] == ["tides"]
    assert desk.run("show", "/topics/takeover.atom").exit_code == 1
    assert desk.run("show", "/providers/quiet.example").exit_code == 1
    desk.run("export", "public")
    files = [path for path in Path("public").rglob("*") if path.suffix in {".atom", ".html", ".json", ".opml", ".rss"}]
    assert len(files) > 10
    for path in [*files, Path("public/sitemap.xml")]:
        text = f"{path} {path.read_text()}".lower()
        assert not [word for word in ("takeover", "quiet.example", "2999") if word in text]


def test_a_draft_is_unpublished(desk: Desk) -> None:
    desk.write("a", STORY.format("a"))
    desk.write("b", f"{STORY.format('b')}draft: true\n")
    assert desk.check() == []
    assert desk.read_entries() == [("a", "https://harbour.example/a")]


@pytest.mark.parametrize("date", ["2021-03-01T08:00:00Z", "2021-03-02"])
def test_two_stories_with_one_id_both_stay(desk: Desk, date: str) -> None:
    desk.write("m", f"{STORY.format('m')}id: urn:template\n")
    desk.write("z", f"{STORY.format('z').replace('2021-03-01T08:00:00Z', date)}id: urn:template\n")
    assert [line.split()[:3] for line in desk.check()] == [
        ["content/m.md:1:1:", "error", "id-shared"],
        ["content/z.md:1:1:", "error", "id-taken"],
    ]
    assert sorted(desk.read_entries()) == [("m", "urn:template"), ("z", "https://harbour.example/z")]


def test_a_related_item_names_no_id_of_another_file(desk: Desk) -> None:
    desk.write("m", STORY.format("m"))
    desk.write("n", STORY.format("n"))
    items = [{"title": "x", "webUrl": f"https://harbour.example/{name}", "id": "urn:x"} for name in "mn"]
    desk.write("z", f"{STORY.format('z')}related: {json.dumps(items)}\n")
    assert ["warning related-id `id`" in line for line in desk.check()] == [True, True]
    assert sorted(desk.read_entries()) == [(name, f"https://harbour.example/{name}") for name in "mnz"]


def test_a_misspelt_field_is_reported_with_the_likely_name(desk: Desk) -> None:
    desk.write("a", f"{STORY.format('a')}exerpt: Unseen\npublishDateTime: 2021-03-02\nweather: fair\n")
    assert [line.partition(" Unknown fields")[0] for line in desk.check()] == [
        "content/a.md:6:1: warning unknown-field Unknown field `exerpt`, did you mean `excerpt`?",
        "content/a.md:7:1: warning unknown-field Unknown field `publishDateTime`, did you mean `publishedDateTime`?",
    ]


def test_an_article_without_an_excerpt_has_no_empty_element(desk: Desk) -> None:
    desk.write("a", STORY.format("a"), "Some text.\n")
    assert desk.check() == []
    assert len(desk.read_entries()) == 1
    assert b"<summary" not in desk.show("/feed.atom")


def test_a_site_without_topics_has_a_list_of_one_feed(desk: Desk) -> None:
    desk.write("a", STORY.format("a").replace("topics: [Tides]\n", ""))
    assert desk.check() == []
    opml = desk.show("/feeds.opml")
    assert check_xml(opml) == []
    assert select_texts(etree.fromstring(opml), "//outline/@xmlUrl") == ["https://feeds.example/feed.atom"]


def test_escapes_of_json_are_read(desk: Desk) -> None:
    desk.write("a", STORY.format("a").replace("title: a", f"title: {json.dumps('Lift-off 🚀👩‍🚀')}"))
    assert desk.check() == []
    assert [title for title, _ in desk.read_entries()] == ["Lift-off 🚀👩‍🚀"]


def test_any_character_in_an_address_gives_valid_feeds(desk: Desk) -> None:
    expected = set()
    for number, character in enumerate('[]|{}^`\\"<> ü'):
        url = f"https://harbour.example/list?x{character}y"
        desk.write(str(number), STORY.format(number).replace(f"https://harbour.example/{number}", json.dumps(url)))
        expected.add(url.replace(character, character if character == "ü" else f"%{ord(character):02X}"))
    assert desk.check() == []
    assert {id for _, id in desk.read_entries()} == expected


@pytest.mark.slow
def test_long_articles_are_cut_in_feeds_and_found_whole(desk: Desk) -> None:
    body = "\n\n".join(f"Word{number} {'tide ' * 50}" for number in range(300))
    for number in range(50):
        desk.write(f"s{number:02}", STORY.format(f"s{number:02}"), body)
    problems = desk.check()
    assert [problem.split()[:3] for problem in problems] == [
        [f"content/s{number:02}.md:7:1:", "warning", "cut-body"] for number in range(50)
    ]
    for name in ("atom", "rss", "json"):
        feed = desk.show(f"/feed.{name}")
        assert len(feed) < 5 * 1024 * 1024
        assert feed.count(b"Read the whole article at") == 50
        assert b"Word299" not in feed
    assert json.loads(desk.show("/feed.json?q=word299&limit=1"))["items"][0]["title"] == "s00"

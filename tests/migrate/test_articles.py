"""Every story of the content folders is a candidate: articles, unpublished ones, and related items."""

from pathlib import Path

from feeds.migrate.articles import read_stories
from feeds.migrate.stories import Candidate
from tests.support.newsroom import START, Newsroom, related, url_of


def test_stories_are_read(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "content", f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    newsroom.write("one", topics=["Web Design"], related=related("two", "three"), publishedDateTime=str(START))
    newsroom.write("two", published=False)
    newsroom.write("damaged", title=None)
    (newsroom.folder / "topics").mkdir()
    (newsroom.folder / "topics" / "go.yaml").write_text("name: Go\naliases: [Golang]\n")
    stories = read_stories([newsroom.folder], follow_links=False)
    found = {each.url.rpartition("/")[2]: each for each in stories.candidates}
    assert found.keys() == {"one", "two", "three"}
    one, two, three = (str(newsroom.folder / f"{name}.md") for name in ("one", "two", "one"))
    assert found["one"] == Candidate(
        url=url_of("one"), path=one, title="Story one", published=START, topics=frozenset({"web-design"})
    )
    assert found["two"] == Candidate(url=url_of("two"), path=two)
    assert found["three"] == Candidate(url=url_of("three"), path=three)
    assert stories.topics == {"web-design", "go", "golang"}

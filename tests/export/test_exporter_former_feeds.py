"""An export has a file for each earlier feed with a file name, and writes it again with the feed."""

from pathlib import Path

from tests.export.publisher import Publisher

ADOPTED = """\
feeds:
- url: https://blog.example/index.xml
  feed: /feed.rss
- url: https://blog.example/tags/tides/index.xml
  feed: /topics/tides.rss
- url: https://blog.example/tags/none/index.xml
  feed: /topics/none.rss
- url: https://blog.example/feed/
  feed: /feed.rss
- url: https://blog.example/?feed=rss2
  feed: /feed.rss
- url: https://blog.example/topics/tides.html
  feed: /feed.rss
"""


def test_an_export_has_the_files_of_earlier_feeds(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path)
    publisher.write("one")
    publisher.collect()
    publisher.export(compress=False)
    assert not (publisher.root / "index.xml").exists()
    (publisher.content / "adopted.yaml").write_text(ADOPTED)
    publisher.collect()
    assert publisher.export(compress=False).left_out == ()
    read = {path: (publisher.root / path).read_bytes() for path in ("index.xml", "tags/tides/index.xml", "feed.rss")}
    assert read["index.xml"] == read["feed.rss"]
    assert read["tags/tides/index.xml"] == (publisher.root / "topics/tides.rss").read_bytes()
    assert (publisher.root / "topics/tides.html").read_bytes().startswith(b"<!doctype html>")
    assert not (publisher.root / "tags/none").exists()
    assert publisher.export(compress=False).written == 0
    publisher.write("two")
    publisher.collect()
    publisher.export(compress=False)
    assert (
        (publisher.root / "index.xml").read_bytes() == (publisher.root / "feed.rss").read_bytes() != read["index.xml"]
    )
    (publisher.content / "adopted.yaml").write_text(ADOPTED.replace("/feed.rss", "/feed.json"))
    publisher.collect()
    publisher.export(compress=False)
    assert (publisher.root / "index.xml").read_bytes() == (publisher.root / "feed.json").read_bytes()
    (publisher.content / "adopted.yaml").unlink()
    publisher.collect()
    publisher.export(compress=False)
    assert not (publisher.root / "index.xml").exists()
    assert (publisher.root / "feed.rss").exists()

"""Links are URIs in every document, and a story keeps one id, whichever file mentions the story."""

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from lxml import etree

from feeds.web.app import create_app
from tests.renderers.documents import select, select_texts
from tests.support.app import make_settings
from tests.support.newsroom import Newsroom
from tests.support.validity import check_json, check_xml

STORY = "https://möwen.example/küste/a b|c"
ID = "https://möwen.example/küste/a%20b%7Cc"
LINK = "https://xn--mwen-5qa.example/k%C3%BCste/a%20b%7Cc"


@pytest.fixture
def client(newsroom: Newsroom) -> Iterator[FlaskClient]:
    app = create_app(make_settings(), newsroom.catalog, clock=newsroom.clock)
    with app.test_client() as client:
        yield client


def test_a_related_item_and_an_article_with_one_url_are_one_story(newsroom: Newsroom) -> None:
    newsroom.write("lead", related=[{"title": "As coverage", "webUrl": STORY}])
    newsroom.collect()
    assert newsroom.see().entry(ID).url == LINK
    newsroom.write("story", webUrl=STORY)
    newsroom.collect()
    lead, story = sorted(newsroom.see().entries, key=lambda entry: entry.title)
    assert (story.id, story.url, story.title) == (ID, LINK, "Story story")
    assert [reference.url for reference in lead.coverage] == [LINK]
    newsroom.write("story", webUrl=STORY, published=False)
    newsroom.collect()
    assert newsroom.see().entry(ID).title == "As coverage"
    newsroom.write("story", webUrl=STORY, removed=True)
    newsroom.collect()
    assert newsroom.see().titles == ["Story lead"]
    assert newsroom.see().entries[0].coverage == ()


def test_documents_have_uris_as_links_and_the_id_as_written(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.write(
        "story",
        webUrl=STORY,
        provider={"name": "Möwen", "domain": "möwen.example"},
        images=["https://möwen.example/möwe.png"],
        topics=["Möwen & <b>Meer</b>"],
    )
    newsroom.collect()
    atom, rss, opml = (client.get(path).data for path in ("/feed.atom", "/feed.rss", "/feeds.opml?provider=1"))
    feed = client.get("/feed.json").data
    assert [*check_xml(atom), *check_xml(rss), *check_xml(opml), *check_json(feed)] == []
    assert check_xml(client.get("/sitemap.xml").data) == []
    item = select(etree.fromstring(rss), "//item")[0]
    assert select_texts(item, "guid|link") == [ID, LINK] or select_texts(item, "guid|link") == [LINK, ID]
    assert select_texts(item, "guid/@isPermaLink") == ["false"]
    assert select_texts(item, "source/@url") == ["https://xn--mwen-5qa.example/"]
    assert select_texts(item, "media:content/@url") == ["https://xn--mwen-5qa.example/m%C3%B6we.png"]
    assert select_texts(etree.fromstring(atom), "//atom:entry/atom:id") == [ID]
    (story,) = json.loads(feed)["items"]
    assert (story["id"], story["url"]) == (ID, LINK)
    assert f'href="{LINK}"' in client.get("/latest").text


def test_topics_that_differ_in_invisible_characters_are_one(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.write("a", topics=["\u2764\ufe0f", "Möwen"])
    newsroom.write("b", topics=["\u2764", "\ufeffMö\u00adwen", "\u200b"])
    newsroom.write("c", topics=["\u2764\ufe0f"])
    newsroom.collect()
    assert sorted(newsroom.query("SELECT slug, name, entries FROM topics")) == [
        ("mowen", "Möwen", 2),
        ("u2764", "\u2764\ufe0f", 3),
    ]
    former = client.get("/topics/u2764-%EF%B8%8F.atom")
    assert (former.status_code, former.headers["Location"]) == (301, "/topics/u2764.atom")


def test_an_empty_site_has_a_list_of_one_feed_and_no_dates(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.collect()
    opml = client.get("/feeds.opml").data
    assert check_xml(opml) == []
    assert b"/feed.atom" in opml
    for path in ("/feed.atom", "/feed.rss", "/feed.json", "/feeds.opml", "/sitemap.xml", "/"):
        answer = client.get(path)
        assert "Last-Modified" not in answer.headers
        assert b"1970" not in answer.data
        assert b"lastBuildDate" not in answer.data
        assert b"dateModified" not in answer.data

"""Every text of a page carries its own language, with a site in Japanese, English texts and a story in Greek."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from lxml import html

from tests.support.app import collected, make_client
from tests.support.articles import write_article

SCRIPTS = {
    "ja": re.compile("[\u3040-\u30ff\u4e00-\u9fff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "en": re.compile("[A-Za-z]{2}"),
}
# Names and addresses are in no language; the name of a publisher is isolated.
NEUTRAL = {"code", "bdi", "option"}
PAGES = (
    "/",
    "/topics",
    "/topics-by-name",
    "/providers",
    "/latest",
    "/latest?q=港*",
    "/latest?q=無い",
    "/topics/港",
    "/topics/港+船",
    "/feed/archive/1",
    "/topics/港/weekly",
    "/topics/港湾",
    "/latest?min_heat=x",
    "/compose",
    "/providers/gazette.example",
    "/nope",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("content")
    (folder / "topics").mkdir()
    (folder / "topics" / "port.yaml").write_text("name: 港\ndescription: 港の話。\n")
    related = (
        "[{title: 第三埠頭, webUrl: 'https://post.example/3', publishedDateTime: 2024-05-06T07:08:09Z,"
        " provider: {name: 新聞}}]"
    )
    correction = "[{date: 2024-11-24T08:00:00Z, text: 十二隻。}]"
    write_article(
        folder, "one", title="港の嵐", excerpt="船が待つ。", topics="[港, 船]", related=related, corrections=correction
    )
    write_article(folder, "two", title="Λιμάνι", locale="el", excerpt="Πλοία.", topics="[港]")
    for number in range(60):
        write_article(folder, f"more-{number}", title="船の話", topics="[港]")
    with collected(folder, folder / "catalog.sqlite3") as catalog:
        yield make_client(
            catalog, FEEDS_LANGUAGE="ja", FEEDS_SITE_TITLE="港の新聞", FEEDS_SITE_DESCRIPTION="港の毎日。"
        )


def list_texts(page: html.HtmlElement) -> Iterator[tuple[str, str, str]]:
    """Yield each text in the body, with its language and its element."""
    for text in page.xpath("//body//text()[normalize-space()] | //body//@alt | //body//@placeholder"):
        element = text.getparent()
        if text.is_tail:
            element = element.getparent()
        languages = element.xpath("ancestor-or-self::*/@lang")
        yield str(text).strip(), languages[-1], element.tag


@pytest.mark.parametrize("path", PAGES)
def test_every_text_has_its_language(client: FlaskClient, path: str) -> None:
    page = html.fromstring(client.get(path).data.decode())
    texts = list(list_texts(page))
    assert len(texts) > 10
    wrong = [
        (text, language, tag)
        for text, language, tag in texts
        for expected, script in SCRIPTS.items()
        if script.search(text) and language != expected and tag not in NEUTRAL
    ]
    assert wrong == []

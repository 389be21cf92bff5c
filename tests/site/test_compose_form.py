"""The form leads to the feed, or keeps what was entered and names what is wrong in each field."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from feeds.catalog.catalog import Catalog
from feeds.model.errors import MovedError
from feeds.model.translation.texts import find_texts
from feeds.site.compose_form import answer_form
from feeds.site.compose_form_view import FieldError, FieldReason, FormView, Option
from feeds.site.compose_names import NameFinder
from feeds.site.compose_query import Picker, read_form, write_edit
from feeds.site.listed_names import NameKeeper
from tests.support.app import NOW, SITE_URL, collected, make_settings

TOPICS = ("AI", "Robotics", "Robot Ethics", "Computer Vision", "Crypto", "Möwen & Boote", "海")
PUBLISHERS = ("gazette.example", "post.example")
MIXED = "/topics/ai+crypto,robotics"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    folder = tmp_path_factory.mktemp("site")
    write_articles(folder / "content")
    with collected(folder / "content", folder / "catalog.sqlite3") as catalog:
        yield catalog


def write_articles(folder: Path) -> None:
    """Write an article on each topic, another that is retired, and one that is not published yet."""
    (folder / "topics").mkdir(parents=True)
    (folder / "topics" / "old.yaml").write_text("name: Steam\nretired: 2020-01-01\n")
    for number, topic in enumerate((*TOPICS, "Steam", "Secrets")):
        year = 2030 if topic == "Secrets" else 2021
        (folder / f"{number}.md").write_text(
            f"---\ntitle: Story {number}\nwebUrl: https://{PUBLISHERS[number % 2]}/{number}\ntopics: ['{topic}']\n"
            f"publishedDateTime: {year}-01-0{number + 1}\nprovider: {{domain: {PUBLISHERS[number % 2]}}}\n---\n"
        )


class Desk:
    """Answers forms."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def answer(self, query_string: str) -> FormView | str:
        """Return the form, or the path and query to which it leads."""
        with self._catalog.reading() as reader:
            names = NameKeeper().read(reader, now=NOW)
            finder = NameFinder(names, reader, make_settings(), NOW, find_texts("en"))
            try:
                return answer_form(read_form(query_string), finder)
            except MovedError as moved:
                return moved.reference

    def fill_in(self, query_string: str) -> FormView:
        """Return the form."""
        answer = self.answer(query_string)
        assert isinstance(answer, FormView), answer
        return answer


@pytest.fixture(scope="module")
def desk(catalog: Catalog) -> Desk:
    return Desk(catalog)


@pytest.mark.parametrize(
    ("query_string", "reference"),
    [
        ("any=AI&any=computer-vision&q=&limit=&related=", "/topics/ai,computer-vision"),
        ("all=ai&not=crypto&min_quality=50", "/topics/ai+!crypto?min_quality=50"),
        ("q=bill", "/latest?q=bill"),
        ("provider=gazette.example", "/latest?provider=gazette.example"),
        ("do=show&topic=ai&topic=!crypto&find_feed=x", "/topics/ai+!crypto"),
        ("do=show&topic=ai&publisher=!post.example", "/topics/ai?provider=!post.example"),
        ("do=show&publisher=post.example", "/providers/post.example"),
        ("do=show&limit=50", "/latest"),
        ("do=show&topics=ai%2Bcrypto,AI%2Brobotics", "/topics/ai+crypto,ai+robotics"),
        (
            "do=show&topic=ai&find_topic=computer+vision&find_publisher=POST.example",
            "/topics/ai,computer-vision?provider=post.example",
        ),
        ("do=enter&topic=ai&min_heat=5", "/topics/ai?min_heat=5"),
        (
            "do=list&feed=ai&feed=/topics/crypto/daily.rss&find_feed=海",
            "/feeds.opml?feed=/topics/%25E6%25B5%25B7.atom&feed=/topics/ai.atom&feed=/topics/crypto/daily.rss",
        ),
        (f"do=list&find_feed={SITE_URL}/topics/ai", "/feeds.opml?feed=/topics/ai.atom"),
    ],
)
def test_a_finished_form_leads_to_its_feed_or_list(desk: Desk, query_string: str, reference: str) -> None:
    assert desk.answer(query_string) == reference


@pytest.mark.parametrize(
    ("query_string", "errors"),
    [
        ("do=show", [("find_topic", FieldReason.NOTHING_CHOSEN, "")]),
        ("do=enter", [("find_topic", FieldReason.NOTHING_CHOSEN, "")]),
        ("do=show&feed=ai", [("find_topic", FieldReason.NOTHING_CHOSEN, "")]),
        ("do=list&topic=ai", [("find_feed", FieldReason.NO_FEEDS, "")]),
        ("do=find+topic", [("find_topic", FieldReason.NO_NAME, "")]),
        ("topic=robotcis", [("topic-0", FieldReason.UNKNOWN_TOPIC, "robotcis")]),
        ("any=ai&any=steam", [("topic-1", FieldReason.ENDED_TOPIC, "steam")]),
        ("any=ai,b", [("topic-0", FieldReason.UNKNOWN_TOPIC, "ai,b")]),
        ("any=secrets", [("topic-0", FieldReason.UNKNOWN_TOPIC, "secrets")]),
        ("publisher=nope", [("publisher-0", FieldReason.UNKNOWN_PUBLISHER, "nope")]),
        ("do=show&find_topic=robotcis", [("find_topic", FieldReason.UNKNOWN_TOPIC, "robotcis")]),
        ("do=show&find_topic=robot", [("find_topic", FieldReason.SEVERAL_NAMES, "robot")]),
        ("topics=ai%2B", [("topics", FieldReason.COMBINATION, "ai+")]),
        ("topics=ai%2Bnope,crypto", [("topics", FieldReason.UNKNOWN_TOPIC, "nope")]),
        ("q=-bill", [("q", FieldReason.WORDS, "-bill")]),
        ("q=a&q=b", [("q", FieldReason.REPEATED, "a")]),
        ("type=a,,b", [("type", FieldReason.TYPES, "a,,b")]),
        ("related=some", [("related", FieldReason.OPTION, "some")]),
        ("edit=/nope", [("compose", FieldReason.NO_FEED, "/nope")]),
        ("edit=/topics/nope", [("compose", FieldReason.NO_FEED, "/topics/nope")]),
        ("do=list&feed=nope&feed=ai", [("feed-0", FieldReason.NO_FEED, "nope")]),
        ("do=list&find_feed=/nope", [("find_feed", FieldReason.NO_FEED, "/nope")]),
        (
            "any=ai&all=robotics&all=crypto&any=computer-vision&any=robot-ethics",
            [("find_topic", FieldReason.TOO_MANY_NAMES, "")],
        ),
        (
            "limit=0&min_heat=1001&topic=ai&min_quality=high&q=boats&publisher=nope",
            [
                ("publisher-0", FieldReason.UNKNOWN_PUBLISHER, "nope"),
                ("min_quality", FieldReason.NUMBER, "high"),
                ("min_heat", FieldReason.NUMBER, "1001"),
                ("limit", FieldReason.NUMBER, "0"),
            ],
        ),
        (f"q={'a+' * 90}&type={'b' * 1900}", [("compose", FieldReason.TOO_LONG, "")]),
        (f"q=a&x={'y' * 5_000}", [("compose", FieldReason.TOO_LONG, "")]),
    ],
)
def test_each_error_names_its_field(desk: Desk, query_string: str, errors: list[tuple[str, FieldReason, str]]) -> None:
    view = desk.fill_in(query_string)
    assert view.errors == tuple(FieldError(*error) for error in errors)
    assert view.find_error(errors[0][0]) == view.errors[0]


def test_everything_entered_is_kept(desk: Desk) -> None:
    entered = (
        "topic=ai&topic=%2Bcrypto&topic=!nope&publisher=post.example&q=a+-b&type=video&min_heat=x&related=links&limit=7"
        "&feed=/topics/ai.rss&feed=nope&find_topic=robot&find_publisher=x&do=show"
    )
    view = desk.fill_in(entered)
    topics, publishers, feeds = (view.pickers[picker] for picker in Picker)
    assert [str(row.chosen) for row in topics.rows] == ["ai", "+crypto", "!nope"]
    assert [row.name for row in topics.rows] == ["AI", "Crypto", "nope"]
    assert [row.chosen.name for row in publishers.rows] == ["post.example"]
    assert [(row.chosen.name, row.name) for row in feeds.rows] == [("/topics/ai.rss", "AI"), ("nope", "nope")]
    assert (topics.typed, publishers.typed) == ("robot", "x")
    assert view.filters == {"q": "a -b", "type": "video", "min_heat": "x", "related": "links", "limit": "7"}


@pytest.mark.parametrize(
    ("text", "names", "is_error"),
    [
        ("robot", ["Robot Ethics", "Robotics"], False),
        ("visoin", ["Computer Vision"], True),
        ("secret", [], True),
        ("tics", ["Robotics"], False),
        ("ro", ["Robot Ethics", "Robotics"], False),
    ],
)
def test_typed_text_finds_names(desk: Desk, text: str, names: list[str], *, is_error: bool) -> None:
    view = desk.fill_in(urlencode({"topic": "ai", "find_topic": text, "do": "find topic"}))
    picker = view.pickers[Picker.TOPIC]
    assert sorted(option.name for option in picker.matches) == names
    assert (picker.typed, view.focus, bool(view.errors)) == (text, Picker.TOPIC, is_error)
    assert len(picker.rows) == 1


@pytest.mark.parametrize("text", ["computer vision", "Computer-Vision", "computervision", "COMPUTER VISION"])
@pytest.mark.parametrize("button", ["find topic", "enter"])
def test_a_typed_name_is_chosen(desk: Desk, text: str, button: str) -> None:
    view = desk.fill_in(urlencode({"topic": "ai", "find_topic": text, "do": button}))
    picker = view.pickers[Picker.TOPIC]
    assert [str(row.chosen) for row in picker.rows] == ["ai", "computer-vision"]
    assert (picker.typed, picker.added, view.errors) == ("", "Computer Vision", ())
    assert view.feed == "/topics/ai,computer-vision.atom"


def test_a_misspelled_row_is_replaced_by_one_button(desk: Desk) -> None:
    row = desk.fill_in("topic=ai&topic=!robotcis&do=show").pickers[Picker.TOPIC].rows[1]
    assert row.near[0] == Option("robotics", "Robotics")
    view = desk.fill_in(
        urlencode({"topic": str(row.chosen), "do": f"swap topic {row.near[0].value} {row.chosen.name}"})
    )
    assert [str(row.chosen) for row in view.pickers[Picker.TOPIC].rows] == ["!robotics"]
    assert not view.errors


@pytest.mark.parametrize(
    ("button", "names"),
    [
        ("add topic crypto", ["ai", "!robotics", "crypto"]),
        ("add topic ai", ["ai", "!robotics"]),
        ("remove topic robotics", ["ai"]),
        ("add publisher post.example", ["ai", "!robotics"]),
    ],
)
def test_buttons_change_the_chosen_topics(desk: Desk, button: str, names: list[str]) -> None:
    view = desk.fill_in(urlencode({"do": button}) + "&topic=ai&topic=!robotics&find_topic=x&min_heat=high")
    assert [str(row.chosen) for row in view.pickers[Picker.TOPIC].rows] == names
    assert view.filters == {"min_heat": "high"}
    assert not view.errors


@pytest.mark.parametrize(
    "reference",
    [
        "/topics/ai,computer-vision+!crypto?provider=!post.example&type=video&min_quality=5&q=a+-b&related=links&limit=7",
        "/topics/ai+!crypto,computer-vision+!crypto?provider=gazette.example,post.example",
        "/topics/mowen-and-boote+%E6%B5%B7+!ai",
        "/providers/!gazette.example+!post.example?min_heat=5",
        "/providers/gazette.example?provider=!post.example",
        "/latest?provider=gazette.example,post.example&q=%22a+b%22+cat*",
        MIXED,
        f"{MIXED}?provider=gazette.example%2B!post.example,post.example",
    ],
)
def test_an_edited_feed_keeps_its_url(desk: Desk, reference: str) -> None:
    for written in (
        reference,
        f"{SITE_URL}{reference}",
        reference.replace("?", ".atom?").replace("/latest.", "/feed."),
    ):
        view = desk.fill_in(write_edit(written))
        assert not view.errors
        assert view.edited
        fields = [("do", "show"), *view.filters.items()]
        for picker in view.pickers.values():
            fields += [(row.field, str(row.chosen)) for row in picker.rows] + list(picker.texts.items())
        assert desk.answer(urlencode(fields)) == reference.replace("%2B", "+")


def test_a_list_is_edited_too(desk: Desk) -> None:
    view = desk.fill_in(write_edit("/feeds.opml?feed=/topics/nope.atom&feed=AI"))
    assert [row.name for row in view.pickers[Picker.FEED].rows] == ["AI", "/topics/nope.atom"]


def test_a_composed_feed_joins_the_list(desk: Desk) -> None:
    view = desk.fill_in("topic=ai&topic=!crypto&limit=5&feed=/feed.atom&do=collect")
    rows = view.pickers[Picker.FEED].rows
    assert [(row.chosen.name, row.name) for row in rows] == [
        ("/feed.atom", "Harbour News"),
        ("/topics/ai+!crypto.atom?limit=5", "AI, not Crypto"),
    ]
    assert view.feed_list == "/feeds.opml?feed=/feed.atom&feed=/topics/ai+!crypto.atom?limit=5"


def test_only_visible_names_are_offered(desk: Desk) -> None:
    view = desk.fill_in("find_topic=secrets&do=find+topic")
    assert view.errors[0].reason is FieldReason.UNKNOWN_TOPIC
    assert "Secrets" not in {option.name for option in view.pickers[Picker.TOPIC].matches}

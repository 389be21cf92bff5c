"""Names are found in any spelling, with typing errors, and only while lists show them."""

from collections.abc import Sequence

import pytest

from feeds.model.query import Query
from feeds.model.topics import slugify
from feeds.site.listed_names import NameKeeper
from feeds.site.nearest import MAX_CHARACTERS, Name, NameIndex
from tests.support.newsroom import Newsroom

TOPICS = (
    *("AI", "C", "C#", "C++", "Climate Change", "Computer Vision", "Cryptography", "Cybersecurity", "Data Science"),
    *(
        "Deep Learning",
        "Économie",
        "Education",
        "Ethics",
        "Facial Recognition",
        "Health Care",
        "Künstliche Intelligenz",
    ),
    *("Machine Learning", "Natural Language Processing", "News", "Open Source", "Quantum Computing", "Robotics"),
    *("Self-Driving Cars", "Video Games", "تعلم الآلة", "機械学習", "Машинное обучение"),
)
EMBARGO = "2021-03-04T15:00:00Z"


def index(names: Sequence[str], *, entries: int = 1) -> NameIndex:
    return NameIndex(
        Name(name, Query.for_topic(slugify(name)), entries, spellings=(name,), parts=(name,)) for name in names
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("machne-learning", "Machine Learning"),
        ("machinelearning", "Machine Learning"),
        ("Machine_Learning", "Machine Learning"),
        ("learning machine", "Machine Learning"),
        ("edcuation", "Education"),
        ("eduction", "Education"),
        ("roboticss", "Robotics"),
        ("robot", "Robotics"),
        ("computer-vison", "Computer Vision"),
        ("vision", "Computer Vision"),
        ("face-recognition", "Facial Recognition"),
        ("cyber-security", "Cybersecurity"),
        ("criptography", "Cryptography"),
        ("data-sicence", "Data Science"),
        ("selfdriving-car", "Self-Driving Cars"),
        ("opensource", "Open Source"),
        ("helthcare", "Health Care"),
        ("climate", "Climate Change"),
        ("deep-lerning", "Deep Learning"),
        ("quantum-computer", "Quantum Computing"),
        ("nlp", "Natural Language Processing"),
        ("aii", "AI"),
        ("ia", "AI"),
        ("c++", "C++"),
        ("C#", "C#"),
        ("economie", "Économie"),
        ("KUENSTLICHE INTELIGENZ", "Künstliche Intelligenz"),
        ("تعلم الاله", "تعلم الآلة"),
        ("機械學習", "機械学習"),
        ("МАШИНОЕ-ОБУЧЕНИЕ", "Машинное обучение"),
    ],
)
def test_a_typing_error_finds_the_name(typed: str, name: str) -> None:
    assert index(TOPICS).find(typed, limit=3)[0].name.name == name


@pytest.mark.parametrize("typed", ["", "  ", "zzzz", "wp-login", "xmlrpc", "\u202e\x00", "!,.", "x" * 10_000])
def test_nothing_is_near(typed: str) -> None:
    assert index(TOPICS).find(typed, limit=3) == []


def test_an_equal_name_has_the_score_1() -> None:
    assert index(TOPICS).find("robotics", limit=1)[0].score == 1


def test_the_name_with_more_entries_comes_first() -> None:
    large, small = Query.for_topic("games-1"), Query.for_topic("games-2")
    names = [Name("Games", query, len(query.path) + (query is large), ("Games",), ()) for query in (small, large)]
    assert [near.name.query for near in NameIndex(names).find("gamse", limit=2)] == [large, small]


def test_the_beginnings_of_long_names_are_compared() -> None:
    name = "tide " * 40
    assert index([name]).find("tide " * 30 + "gauge", limit=1)[0].score == 1
    assert len(name) > MAX_CHARACTERS


def test_names_are_those_that_lists_show(newsroom: Newsroom) -> None:
    newsroom.write("a", topics=["Tides"])
    newsroom.write(
        "b", topics=["Secret Boats"], publishedDateTime=EMBARGO, provider={"name": "Secret", "domain": "secret.example"}
    )
    newsroom.collect()
    keeper = NameKeeper()

    def find(text: str) -> list[str]:
        with newsroom.catalog.reading() as reader:
            names = keeper.read(reader, now=newsroom.now)
            return [near.name.name for each in (names.topics, names.providers) for near in each.find(text, limit=5)]

    with newsroom.catalog.reading() as reader:
        assert keeper.read(reader, now=newsroom.now) is keeper.read(reader, now=newsroom.now)
    assert find("tide") == ["Tides"]
    assert find("gazete.example") == ["gazette.example"]
    assert find("secret") == []
    newsroom.wait(hours=4)
    assert find("secret") == ["Secret Boats", "secret.example"]
    newsroom.delete("b")
    newsroom.write("c", topics=["Tides"])
    newsroom.write("d", topics=["Tides"])
    newsroom.collect()
    assert find("secret") == []


def test_former_names_find_a_topic(newsroom: Newsroom) -> None:
    (newsroom.folder / "topics").mkdir()
    (newsroom.folder / "topics" / "tides.yaml").write_text("name: Tides\naliases: [Ebb and Flow]\n")
    newsroom.write("a", topics=["Ebb and Flow"])
    newsroom.collect()
    with newsroom.catalog.reading() as reader:
        topics = NameKeeper().read(reader, now=newsroom.now).topics
    assert [near.name.name for near in topics.find("ebb-flow", limit=5)] == ["Tides"]
    assert [name.name for name in topics.list_largest(5)] == ["Tides"]
    assert len(topics) == 1

"""A topic's metadata file becomes a topic file, and its problems are reported."""

from datetime import UTC, datetime

import pytest

from feeds.articles.topic_file import parse_topic_file
from feeds.model.errors import ArticleError
from feeds.model.topics import TopicFile


def test_every_field_is_read() -> None:
    data = (
        b"_id: ml\nname: Machine Learning\nshortname: ML\nparent: AI\ndescription: It learns.\n"
        b"images:\n  - url: https://img.example/ml.png\nunknown: 1\n"
    )
    file, problems = parse_topic_file(data, "ml.yaml")
    assert problems == ()
    assert file == TopicFile(
        name="Machine Learning",
        labels=("ml", "ML"),
        description="It learns.",
        image="https://img.example/ml.png",
        parent="AI",
    )
    assert file.keys == ("machine learning", "ml")


def test_the_id_serves_as_the_name() -> None:
    assert parse_topic_file(b"_id: tides\n", "tides.yaml")[0] == TopicFile(name="tides")


def test_a_topic_may_have_had_other_names() -> None:
    data = b"name: AI\nshortname: ML\naliases: [A.I., Minds, AI]\nrenamed_from: Thinking Machines\n"
    file, problems = parse_topic_file(data, "ai.yaml")
    assert problems == ()
    assert file.labels == ("ML", "A.I.", "Minds", "Thinking Machines")
    assert file.former == ("Thinking Machines",)


def test_a_topic_may_end() -> None:
    file, problems = parse_topic_file(b"name: Tides\nretired: 2026-03-01\nsuccessor: Sea\n", "tides.yaml")
    assert problems == ()
    assert (file.retired, file.successor) == (datetime(2026, 3, 1, tzinfo=UTC), "Sea")
    assert parse_topic_file(b"name: Tides\nmerged_into: Sea\n", "tides.yaml")[0].merged_into == "Sea"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("retired: some day\nsuccessor: Sea", "2:10: warning bad-date"),
        ("retired: 2026-02-30", "2:10: warning bad-date"),
        ("successor: Sea", "2:12: warning not-retired"),
        ("merged_into: Sea\nretired: 2026-03-01", "3:10: warning merged-and-retired"),
        ("merged_into: [Sea]", "2:14: warning not-text"),
        ("aliases: {a: b}", "2:10: warning not-a-list"),
        ("renamed_from:\n  - {a: b}", "3:5: warning not-text"),
    ],
)
def test_a_bad_field_costs_only_itself(text: str, found: str) -> None:
    file, problems = parse_topic_file(f"name: Tides\n{text}\n".encode(), "tides.yaml")
    assert (file.name, file.retired, file.successor) == ("Tides", None, "")
    (problem,) = problems
    assert str(problem).startswith(f"tides.yaml:{found} ")
    assert problem.message.endswith(".")


def test_labels_that_are_too_long_for_the_catalog_are_left_out() -> None:
    long = "x" * 201
    text = f"_id: {long}\nname: Tides\naliases: [{long}, Ebb]\nparent: {long}\n"
    file, problems = parse_topic_file(text.encode(), "tides.yaml")
    assert (file.keys, file.parent) == (("tides", "ebb"), "")
    assert [(problem.line, problem.code) for problem in problems] == [(1, "too-long"), (3, "too-long"), (4, "too-long")]
    with pytest.raises(ArticleError, match="missing-name"):
        parse_topic_file(f"name: {long}\n".encode(), "tides.yaml")


def test_all_problems_of_a_file_are_reported_at_once() -> None:
    with pytest.raises(ArticleError) as caught:
        parse_topic_file(b"description: x\nretired: soon\nparent: [a]\nparent: b\n", "ai.yaml")
    assert [(problem.line, problem.code) for problem in caught.value.problems] == [
        (1, "missing-name"),
        (2, "bad-date"),
        (3, "not-text"),
        (4, "duplicate-key"),
    ]


def test_a_bad_image_costs_only_itself() -> None:
    file, problems = parse_topic_file(b"name: AI\nimages:\n  - url: javascript:1\n", "ai.yaml")
    assert (file.name, file.image) == ("AI", "")
    assert [str(problem).partition(" ")[0] for problem in problems] == ["ai.yaml:3:10:"]


@pytest.mark.parametrize("data", [b"", b"description: x\n", b"- a\n", b"name: [\n", b"\xff\n", b"name: \n"])
def test_a_file_without_a_topic_name_is_refused(data: bytes) -> None:
    with pytest.raises(ArticleError) as caught:
        parse_topic_file(data, "ai.yaml")
    assert str(caught.value).startswith("ai.yaml:")

"""What a topic's metadata file says."""

import pytest

from feeds.errors import ArticleError
from feeds.topicfile import parse_topic_file
from feeds.topics import TopicFile


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


def test_a_bad_picture_costs_itself() -> None:
    file, problems = parse_topic_file(b"name: AI\nimages:\n  - url: javascript:1\n", "ai.yaml")
    assert (file.name, file.image) == ("AI", "")
    assert [str(problem).partition(" ")[0] for problem in problems] == ["ai.yaml:3:10:"]


@pytest.mark.parametrize("data", [b"", b"description: x\n", b"- a\n", b"name: [\n", b"\xff\n", b"name: \n"])
def test_a_file_that_names_no_topic_is_refused(data: bytes) -> None:
    with pytest.raises(ArticleError) as caught:
        parse_topic_file(data, "ai.yaml")
    assert str(caught.value).startswith("ai.yaml:")

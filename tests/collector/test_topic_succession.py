"""Topic files are resolved against each other."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.collector.topic_succession import TopicConflict, resolve_topic_files
from feeds.model.topics import TopicFile, topic_key
from tests.support.app import NOW


def list_labels(files: dict[str, TopicFile]) -> dict[str, tuple[str, ...]]:
    """Return the labels of each topic, by name."""
    return {topic.name: topic.labels for topic in resolve_topic_files(files)[0]}


def list_conflicts(files: dict[str, TopicFile]) -> list[tuple[str, str, str]]:
    return [(conflict.file, conflict.field, conflict.code) for conflict in resolve_topic_files(files)[1]]


def test_a_single_file_stays_unchanged() -> None:
    file = TopicFile(name="AI", labels=("ml", "Machine Minds"), former=("Machine Minds",), retired=NOW)
    assert resolve_topic_files({"ai.yaml": file}) == ([file], [])


def test_a_merged_topic_gives_away_all_labels() -> None:
    files = {
        "boats": TopicFile(name="Boats", labels=("barges",), merged_into="Ships"),
        "ships": TopicFile(name="Ships", labels=("vessels",), merged_into="marine"),
        "sea": TopicFile(name="Sea", labels=("Marine",)),
    }
    assert list_labels(files) == {"Sea": ("Marine", "Boats", "barges", "Ships", "vessels")}
    assert list_conflicts(files) == []


def test_the_name_of_a_topic_is_no_label_of_another_topic() -> None:
    files = {"a": TopicFile(name="AI", labels=("Robots",)), "b": TopicFile(name="Robots")}
    assert list_labels(files) == {"AI": (), "Robots": ()}
    (conflict,) = resolve_topic_files(files)[1]
    message = "Label “Robots” already belongs to the topic of b; remove it from one file."
    assert conflict == TopicConflict("a", "aliases", "label-taken", message)


def test_a_label_belongs_to_the_first_topic_that_claims_it() -> None:
    files = {
        "a": TopicFile(name="AI", labels=("Minds",)),
        "b": TopicFile(name="Brains", labels=("minds",), former=("minds",)),
    }
    assert list_labels(files) == {"AI": ("Minds",), "Brains": ()}
    assert resolve_topic_files(files)[0][1].former == ()
    assert list_conflicts(files) == [("b", "renamed_from", "label-taken")]


def test_a_merged_topic_may_be_an_alias_too() -> None:
    files = {"a": TopicFile(name="AI", labels=("Robots",)), "b": TopicFile(name="Robots", merged_into="AI")}
    assert list_labels(files) == {"AI": ("Robots",)}
    assert list_conflicts(files) == []


def test_the_first_of_two_files_about_a_topic_is_used() -> None:
    files = {"a": TopicFile(name="AI", description="A"), "b": TopicFile(name="ai", labels=("Minds",))}
    assert list_labels(files) == {"AI": ()}
    assert list_conflicts(files) == [("b", "name", "topic-twice")]


def test_a_topic_without_a_file_cannot_be_merged_into_or_succeed() -> None:
    files = {
        "a": TopicFile(name="AI", merged_into="Nothing"),
        "b": TopicFile(name="Boats", retired=NOW, successor="Nothing"),
    }
    topics, _ = resolve_topic_files(files)
    assert [(topic.name, topic.merged_into, topic.successor) for topic in topics] == [("AI", "", ""), ("Boats", "", "")]
    assert list_conflicts(files) == [("a", "merged_into", "unknown-topic"), ("b", "successor", "unknown-topic")]


def test_a_circle_is_cut() -> None:
    files = {
        "a": TopicFile(name="A", merged_into="B"),
        "b": TopicFile(name="B", merged_into="A"),
        "c": TopicFile(name="C", merged_into="A"),
        "d": TopicFile(name="D", retired=NOW, successor="E"),
        "e": TopicFile(name="E", retired=NOW, successor="d"),
        "f": TopicFile(name="F", retired=NOW, successor="F"),
    }
    assert list_labels(files) == {"A": ("C",), "B": (), "D": (), "E": (), "F": ()}
    assert [topic.successor for topic in resolve_topic_files(files)[0]] == [""] * 5
    assert {code for _, _, code in list_conflicts(files)} == {"circle"}
    assert len(list_conflicts(files)) == 5


def test_a_successor_may_be_named_by_any_label() -> None:
    files = {
        "a": TopicFile(name="A", retired=NOW, successor="bee"),
        "b": TopicFile(name="B", labels=("Bee",), merged_into="C"),
        "c": TopicFile(name="C"),
    }
    assert resolve_topic_files(files)[0][0].successor == "C"


NAMES = st.sampled_from("ABCDE")


@st.composite
def topic_files(draw: st.DrawFn) -> TopicFile:
    labels = tuple(draw(st.lists(NAMES, max_size=2, unique=True)))
    retired, successor = draw(st.sampled_from([(None, ""), (NOW, draw(NAMES))]))
    merged_into = "" if retired else draw(st.sampled_from(["", draw(NAMES)]))
    return TopicFile(
        name=draw(NAMES),
        labels=labels,
        former=labels[:1],
        merged_into=merged_into,
        retired=retired,
        successor=successor,
    )


@given(st.dictionaries(st.sampled_from("vwxyz"), topic_files()))
def test_every_label_has_one_topic_and_no_succession_is_circular(files: dict[str, TopicFile]) -> None:
    topics, _ = resolve_topic_files(files)
    keys = [key for topic in topics for key in topic.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) >= {topic_key(file.name) for file in files.values()}
    successors = {topic.name: topic.successor for topic in topics}
    for name in successors:
        line = [name]
        while line[-1]:
            assert len(line) <= len(successors)
            line.append(successors[line[-1]])

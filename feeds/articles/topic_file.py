"""Turn a topic's metadata file, a YAML mapping, into what it says of the topic."""

from datetime import datetime

from feeds.articles.fields import Note, Section, place_notes, read_image
from feeds.articles.front_matter import load_mapping, locate
from feeds.model.errors import ArticleError, Level, Problem
from feeds.model.topics import TopicFile


def parse_topic_file(data: bytes, path: str) -> tuple[TopicFile, tuple[Problem, ...]]:
    """Read a topic's names, description, picture and parent, and how it ends; other fields are no concern of ours.

    `_id`, `shortname`, `aliases` and `renamed_from` are further labels that mean the topic. The first usable picture
    counts.

    Raises:
        ArticleError: the file is not a mapping in YAML, or names no topic.
    """
    front = load_mapping(data, path)
    notes: list[Note] = []
    section = Section(front.fields, (), notes=notes)
    name = section.read_text("name") or section.read_text("_id")
    if not name:
        message = "the file does not say which topic it is about; give it a `name`"
        raise ArticleError(Problem(path, 1, 1, Level.ERROR, "missing-name", message))
    image = read_image(section)
    former = tuple(label for label in section.read_texts("renamed_from") if label != name)
    labels = (section.read_text("_id"), section.read_text("shortname"), *section.read_texts("aliases"), *former)
    merged_into = section.read_text("merged_into")
    retired, successor = _read_end(section, is_merged=bool(merged_into))
    file = TopicFile(
        name=name,
        labels=tuple(label for label in dict.fromkeys(labels) if label and label != name),
        former=former,
        description=section.read_text("description"),
        image=image.url if image else "",
        parent=section.read_text("parent"),
        merged_into=merged_into,
        retired=retired,
        successor=successor,
    )
    return file, (*front.problems, *place_notes(front, notes))


def place_field(data: bytes, path: str, field: str) -> tuple[int, int]:
    """Say at which line and column of a topic file a field's value stands, both from 1; at the top if it does not.

    Raises:
        ArticleError: the file is not a mapping in YAML.
    """
    return locate(load_mapping(data, path).source, [(field,)])[0]


def _read_end(section: Section, *, is_merged: bool) -> tuple[datetime | None, str]:
    """Read when the topic is retired, if it is, and which one comes after it."""
    retired = section.read_date("retired")
    successor = section.read_text("successor")
    if is_merged and retired:
        message = "a topic that is merged into another has ended already; remove `retired` or `merged_into`"
        section.note("merged-and-retired", message, at=("retired",))
        return None, ""
    if successor and not section.has("retired"):
        message = "`successor` means nothing without `retired`; say on which day the topic ends, or remove it"
        section.note("not-retired", message, at=("successor",))
    return retired, successor if retired else ""

"""Parse a topic's metadata file, a YAML mapping, into its labels, description and future."""

from datetime import datetime

from feeds.articles.field_names import TOPIC_FIELDS
from feeds.articles.field_problem import FieldProblem
from feeds.articles.fields import Section, locate_problems, raise_if_rejected, read_image
from feeds.articles.front_matter import load_yaml_mapping, locate_values
from feeds.model.errors import Level, Problem
from feeds.model.topics import TopicFile


def parse_topic_file(data: bytes, path: str) -> tuple[TopicFile, tuple[Problem, ...]]:
    """Read a topic's names, description, picture, parent and end. Other fields are ignored.

    `_id`, `shortname`, `aliases` and `renamed_from` are further labels of the topic. The first usable picture counts.
    Returns the topic file and its warnings.

    Raises:
        ArticleError: the file is not a YAML mapping, or does not name a topic.
    """
    front = load_yaml_mapping(data, path)
    found: list[FieldProblem] = []
    section = Section(front.fields, (), problems=found)
    if front.has_unknown_names:
        section.report_misspelt(TOPIC_FIELDS)
    id = section.read_topic("_id")
    name = section.read_topic("name") or id
    if not name:
        section.report("missing-name", "Missing topic name; add `name`.", at=("name",), level=Level.ERROR)
    image = read_image(section)
    former = tuple(label for label in section.read_topics("renamed_from") if label != name)
    labels = (id, section.read_topic("shortname"), *section.read_topics("aliases"), *former)
    merged_into = section.read_topic("merged_into")
    retired, successor = _read_end(section, is_merged=bool(merged_into))
    file = TopicFile(
        name=name,
        labels=tuple(label for label in dict.fromkeys(labels) if label and label != name),
        former=former,
        description=section.read_text("description"),
        image=image.url if image else "",
        parent=section.read_topic("parent"),
        merged_into=merged_into,
        retired=retired,
        successor=successor,
    )
    located = locate_problems(front, found)
    raise_if_rejected(located)
    return file, located


def locate_field(data: bytes, path: str, field: str) -> tuple[int, int]:
    """Return the line and column of a field's value in a topic file, both from 1; (1, 1) if the field is absent.

    Raises:
        ArticleError: the file is not a YAML mapping.
    """
    return locate_values(load_yaml_mapping(data, path).source, [(field,)])[0]


def _read_end(section: Section, *, is_merged: bool) -> tuple[datetime | None, str]:
    """Read the time at which the topic is retired, if any, and its successor."""
    retired = section.read_date("retired")
    successor = section.read_topic("successor")
    if is_merged and retired:
        message = "A merged topic cannot be retired too; remove `retired` or `merged_into`."
        section.report("merged-and-retired", message, at=("retired",))
        return None, ""
    if successor and not section.has("retired"):
        message = "`successor` needs `retired`; add the day on which the topic ends, or remove `successor`."
        section.report("not-retired", message, at=("successor",))
    return retired, successor if retired else ""

"""Turn a topic's metadata file, a YAML mapping, into what it says of the topic."""

from feeds.errors import ArticleError, Level, Problem
from feeds.fields import Note, Section, place_notes, read_image
from feeds.frontmatter import load_mapping
from feeds.topics import TopicFile


def parse_topic_file(data: bytes, path: str) -> tuple[TopicFile, tuple[Problem, ...]]:
    """Read `name`, `_id`, `shortname`, `parent`, `description` and `images`; other fields are no concern of ours.

    `_id` and `shortname` are further labels that mean the topic. The first usable picture counts.

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
    labels = (section.read_text("_id"), section.read_text("shortname"))
    file = TopicFile(
        name=name,
        labels=tuple(label for label in dict.fromkeys(labels) if label and label != name),
        description=section.read_text("description"),
        image=image.url if image else "",
        parent=section.read_text("parent"),
    )
    return file, (*front.problems, *place_notes(front, notes))

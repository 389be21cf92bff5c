"""Resolve topic files against each other: owners of labels, merged topics, and successors."""

from collections.abc import Mapping

import msgspec

from feeds.model.topics import TopicFile, topic_key

UNKNOWN_TOPIC = "unknown-topic"
"""The code of a conflict with a topic that has no file."""


class TopicConflict(msgspec.Struct, frozen=True):
    """A `field` of the topic file with the key `file` that contradicts another topic file."""

    file: str
    field: str
    code: str
    message: str


def resolve_topic_files(files: Mapping[str, TopicFile]) -> tuple[list[TopicFile], list[TopicConflict]]:
    """Return the topics described by all files, by key, together, and the conflicts between the files.

    A label belongs to the topic with the same name, or else to the first topic with the label. A topic merged into
    another topic is left out, and the other topic gets all labels. `successor` is the name of a topic in the result.
    """
    resolver = _Resolver(files)
    return resolver.list_topics(), resolver.conflicts


class _Resolver:
    """Map topic keys to files, and labels to topics."""

    def __init__(self, files: Mapping[str, TopicFile]) -> None:
        self.conflicts: list[TopicConflict] = []
        self._files: dict[str, TopicFile] = {}
        self._file_keys: dict[str, str] = {}
        for file_key, file in files.items():
            self._add(file_key, file)
        self._owners = {key: key for key in self._files}
        for key, file in self._files.items():
            for label in file.keys:
                self._owners.setdefault(label, key)
        self._merged = self._find_targets("merged_into")
        self._owners = {label: self._follow_merges(key) for label, key in self._owners.items()}
        self._successors = self._find_targets("successor")
        self._labels: dict[str, list[str]] = {}
        # A topic's own labels come before the labels of topics merged into it.
        for key in sorted(self._files, key=lambda key: key in self._merged):
            self._assign_labels(key)

    def list_topics(self) -> list[TopicFile]:
        """Return the remaining topics, in the order of the files."""
        return [self._resolve(key, file) for key, file in self._files.items() if key not in self._merged]

    def _add(self, file_key: str, file: TopicFile) -> None:
        key = topic_key(file.name)
        if key in self._files:
            message = f"Duplicate topic, already described and used in {self._file_keys[key]}; keep one file."
            self.conflicts.append(TopicConflict(file_key, "name", "topic-twice", message))
            return
        self._files[key], self._file_keys[key] = file, file_key

    def _find_targets(self, field: str) -> dict[str, str]:
        """Return the key of the topic named in a field, by the key of the topic with the field."""
        targets: dict[str, str] = {}
        for key, file in self._files.items():
            label = getattr(file, field)
            if label and topic_key(label) in self._owners:
                targets[key] = self._owners[topic_key(label)]
            elif label:
                message = f"`{field}` names a topic without a file; name another topic or add the file."
                self._report(key, field, code=UNKNOWN_TOPIC, message=message)
        circular = [key for key in targets if _is_circular(key, targets)]
        for key in circular:
            message = f"`{field}` leads back to this topic; name a topic outside the circle."
            self._report(key, field, code="circle", message=message)
            del targets[key]
        return targets

    def _follow_merges(self, key: str) -> str:
        while key in self._merged:
            key = self._merged[key]
        return key

    def _assign_labels(self, key: str) -> None:
        """Assign the labels in a file to the topic, and report labels of other topics."""
        file, topic = self._files[key], self._follow_merges(key)
        labels = self._labels.setdefault(topic, [])
        for label in (file.name, *file.labels):
            if self._owners[topic_key(label)] == topic:
                labels.append(label)
            else:
                other = self._file_keys[self._owners[topic_key(label)]]
                field = "renamed_from" if label in file.former else "aliases"
                message = f"Label “{label}” already belongs to the topic of {other}; remove it from one file."
                self._report(key, field, code="label-taken", message=message)

    def _resolve(self, key: str, file: TopicFile) -> TopicFile:
        labels = self._labels[key]
        successor = self._successors.get(key)
        return msgspec.structs.replace(
            file,
            labels=tuple(label for label in dict.fromkeys(labels) if label != file.name),
            former=tuple(label for label in file.former if label in labels),
            merged_into="",
            successor=self._files[successor].name if successor else "",
        )

    def _report(self, key: str, field: str, *, code: str, message: str) -> None:
        self.conflicts.append(TopicConflict(self._file_keys[key], field, code, message))


def _is_circular(key: str, targets: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    current = key
    while current in targets and current not in seen:
        seen.add(current)
        current = targets[current]
    return current == key

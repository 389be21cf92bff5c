"""Settle what topic files say of each other: whose a label is, what has merged into what, and who succeeds whom."""

from collections.abc import Mapping

import msgspec

from feeds.model.topics import TopicFile, topic_key


class Fault(msgspec.Struct, frozen=True):
    """Something in the file called `file` that cannot be as its `field` says, since another file says otherwise."""

    file: str
    field: str
    code: str
    message: str


def settle(files: Mapping[str, TopicFile]) -> tuple[list[TopicFile], list[Fault]]:
    """Give the topics that files, by name, describe together, and what in them cannot be.

    A label belongs to the topic that is named so, else to the first that claims it. A topic that is merged into another
    one is not among them: all its labels are the other's. `successor` is the name of a topic that is.
    """
    settling = _Settling(files)
    return settling.list_topics(), settling.faults


class _Settling:
    """Files by topic key, and the topic that each label leads to in the end."""

    def __init__(self, files: Mapping[str, TopicFile]) -> None:
        self.faults: list[Fault] = []
        self._files: dict[str, TopicFile] = {}
        self._names: dict[str, str] = {}
        for name, file in files.items():
            self._take(name, file)
        self._owners = {key: key for key in self._files}
        for key, file in self._files.items():
            for label in file.keys:
                self._owners.setdefault(label, key)
        self._merged = self._find_targets("merged_into")
        self._owners = {label: self._follow(key) for label, key in self._owners.items()}
        self._successors = self._find_targets("successor")
        self._labels: dict[str, list[str]] = {}
        # A topic's own labels come before those of what has merged into it.
        for key in sorted(self._files, key=lambda key: key in self._merged):
            self._share_out(key)

    def list_topics(self) -> list[TopicFile]:
        """Give the topics that there are, in the order of their files."""
        return [self._describe(key, file) for key, file in self._files.items() if key not in self._merged]

    def _take(self, name: str, file: TopicFile) -> None:
        key = topic_key(file.name)
        if key in self._files:
            message = f"{self._names[key]} is about this topic too, and counts; make one file of the two"
            self.faults.append(Fault(name, "name", "topic-twice", message))
            return
        self._files[key], self._names[key] = file, name

    def _find_targets(self, field: str) -> dict[str, str]:
        """Give, for each topic whose file names another one in a field, the key of that one."""
        targets: dict[str, str] = {}
        for key, file in self._files.items():
            label = getattr(file, field)
            if label and topic_key(label) in self._owners:
                targets[key] = self._owners[topic_key(label)]
            elif label:
                message = f"`{field}` names no topic that has a file; write the name of one, or give it a file"
                self._note(key, field, "unknown-topic", message)
        circular = [key for key in targets if _is_circular(key, targets)]
        for key in circular:
            message = f"`{field}` leads back to this very topic; name one that goes on"
            self._note(key, field, "circle", message)
            del targets[key]
        return targets

    def _follow(self, key: str) -> str:
        while key in self._merged:
            key = self._merged[key]
        return key

    def _share_out(self, key: str) -> None:
        """Give the labels in a file to the topic they belong to, and note those that another one has."""
        file, topic = self._files[key], self._follow(key)
        labels = self._labels.setdefault(topic, [])
        for label in (file.name, *file.labels):
            if self._owners[topic_key(label)] == topic:
                labels.append(label)
            else:
                other = self._names[self._owners[topic_key(label)]]
                field = "renamed_from" if label in file.former else "aliases"
                message = f"the label “{label}” means another topic, that of {other}; leave it out in one of the two"
                self._note(key, field, "label-taken", message)

    def _describe(self, key: str, file: TopicFile) -> TopicFile:
        labels = self._labels[key]
        successor = self._successors.get(key)
        return msgspec.structs.replace(
            file,
            labels=tuple(label for label in dict.fromkeys(labels) if label != file.name),
            former=tuple(label for label in file.former if label in labels),
            merged_into="",
            successor=self._files[successor].name if successor else "",
        )

    def _note(self, key: str, field: str, code: str, message: str) -> None:
        self.faults.append(Fault(self._names[key], field, code, message))


def _is_circular(key: str, targets: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    place = key
    while place in targets and place not in seen:
        seen.add(place)
        place = targets[place]
    return place == key

"""Define a problem with a value in the front matter."""

import msgspec

from feeds.articles.yaml_values import Path
from feeds.model.errors import Level


class FieldProblem(msgspec.Struct, frozen=True):
    """A problem with the value at `path` in the front matter, without line and column."""

    path: Path
    level: Level
    code: str
    message: str

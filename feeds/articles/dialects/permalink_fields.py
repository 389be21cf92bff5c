"""Define what the path of a post depends on, besides the name of its file and the configuration."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

_MAX_PATTERN = 2_000


class PermalinkError(ValueError):
    """The path of a post cannot be built; the message is one sentence that says what to do."""


class PostFields(msgspec.Struct, frozen=True):
    """The fields of a post that its path may depend on; absent ones are empty.

    `date` has the offset that its author wrote, because Hugo takes the day from it; a date without an offset is in the
    site's time zone. `slug`, `permalink` and `url` are the fields of these names. `categories` are in the order of the
    file: `categories`, then `category`. `others` are the texts of other fields, for templates of Eleventy.
    """

    date: datetime | None = None
    slug: str = ""
    title: str = ""
    categories: tuple[str, ...] = ()
    permalink: str = ""
    url: str = ""
    others: Mapping[str, str] = {}

    def get_date(self, part: str) -> datetime:
        """Return the date for a part of a pattern.

        Raises:
            PermalinkError: the post has no date.
        """
        if self.date is None:
            raise PermalinkError(f"The pattern of the address needs a date for `{part}`; add `date`.")
        return self.date


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that takes long to fill in for each post.

    Raises:
        PermalinkError: the pattern is too long.
    """
    if len(pattern) > _MAX_PATTERN:
        raise PermalinkError(f"The pattern of the address is longer than {_MAX_PATTERN:,} characters; shorten it.")

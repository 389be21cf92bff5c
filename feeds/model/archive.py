"""Name the parts of a feed's archive (RFC 5005 section 4)."""

import msgspec


class FeedEnd(msgspec.Struct, frozen=True):
    """The end of a feed, where its archive continues: below an entry `published` at a time in seconds since 1970.

    `mark` distinguishes entries of equal time: the first 8 hexadecimal digits of the fingerprint of the entry's id.
    """

    published: int
    mark: str


class ArchivePart(msgspec.Struct, frozen=True):
    """The part of an archive in one document: a block of entries by number, whole or up to a feed end."""

    block: int
    end: FeedEnd | None = None

    @property
    def name(self) -> str:
        """The name of the part in URL paths."""
        return f"{self.block}-{self.end.published}-{self.end.mark}" if self.end else str(self.block)

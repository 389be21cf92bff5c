"""Name the parts of a feed's archive (RFC 5005 section 4)."""

import msgspec


class Cut(msgspec.Struct, frozen=True):
    """The end of a feed, where its archive continues: below an entry `published` at a time in seconds since 1970.

    `mark` distinguishes entries of equal time: the first 8 hexadecimal digits of the fingerprint of the entry's id.
    """

    published: int
    mark: str


class ArchivePart(msgspec.Struct, frozen=True):
    """The part of an archive in one document: a block of entries by number, whole or from its start up to a cut."""

    block: int
    cut: Cut | None = None

    @property
    def name(self) -> str:
        """The name of the part in URL paths."""
        return f"{self.block}-{self.cut.published}-{self.cut.mark}" if self.cut else str(self.block)

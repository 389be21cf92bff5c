"""Name the parts of a feed's archive (RFC 5005 section 4)."""

import msgspec


class Cut(msgspec.Struct, frozen=True):
    """Where a feed ends and its archive goes on: below an entry `published` at a moment, in seconds.

    `mark` tells the entry from others of that moment: 8 hexadecimal digits, the first of the fingerprint of its id.
    """

    published: int
    mark: str


class ArchivePart(msgspec.Struct, frozen=True):
    """What an archive document holds: a whole block of entries, by its number, or from its beginning up to a cut."""

    block: int
    cut: Cut | None = None

    @property
    def name(self) -> str:
        """What stands for it in a path."""
        return f"{self.block}-{self.cut.published}-{self.cut.mark}" if self.cut else str(self.block)

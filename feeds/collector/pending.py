"""The entries and topics to update in a collect."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class PendingUpdates:
    """The entries and topics to update in a collect; `everything` in a new catalog.

    `entry_names` are URLs and ids of entries, `topic_keys` keys and `topic_numbers` numbers of topics. `removed_urls`
    are the URLs of articles that became removed or are no longer removed: the articles that list them as coverage
    change too. `described_keys` are the keys in changed topic files: all entries of the topics may get other names.
    """

    entry_names: set[str] = field(default_factory=set)
    removed_urls: set[str] = field(default_factory=set)
    topic_keys: set[str] = field(default_factory=set)
    topic_numbers: set[int] = field(default_factory=set)
    described_keys: set[str] = field(default_factory=set)
    everything: bool = False

"""Say which entries a feed holds, in terms of what they are: the catalog's side of a feed's address."""

import msgspec

from feeds.model.expression import Expression, name
from feeds.model.search import Search


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry must be to be selected; with nothing said, every entry is.

    `topics` is over slugs, each of `providers` over domains, `types` over the articles' `type`, casefolded.
    `min_quality` and `min_heat` are the least quality and peak heat; an entry without one has less than any. `search`
    is for words in its text. Without `with_related`, published articles only.
    """

    topics: Expression | None = None
    providers: tuple[Expression, ...] = ()
    types: Expression | None = None
    min_quality: int | None = None
    min_heat: int | None = None
    search: Search | None = None
    with_related: bool = True

    @property
    def topic(self) -> str:
        """The one topic it selects by, by slug, where topics enter into it in no other way."""
        return self.topics.single if self.topics else ""

    @property
    def provider(self) -> str:
        """The one provider it selects by, by domain, where providers enter into it in no other way."""
        return self.providers[0].single if len(self.providers) == 1 else ""

    @property
    def is_plain(self) -> bool:
        """Whether it is all there is, of one topic, or of one provider: what the catalog keeps in order."""
        asked = (self.types, self.min_quality, self.min_heat, self.search)
        is_named = bool(self.topic) + bool(self.provider) == bool(self.topics) + len(self.providers)
        return all(each is None for each in asked) and is_named and not (self.topic and self.provider)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The parts of the catalog whose versions move whenever something here does.

        What an alternative does not want says nothing of what it does: `!a` may gain an entry of any topic. What it
        does want is enough, for an entry that changes sides is a change in all its topics.
        """
        topics = self.topics.names if self.topics else ()
        named = [f"topics/{slug}" for slug in topics]
        named += [f"providers/{domain}" for each in self.providers for domain in each.names]
        expressions = (*([self.topics] if self.topics else []), *self.providers)
        is_bound = any(all(not terms[0].is_negated for terms in each.alternatives) for each in expressions)
        return tuple(dict.fromkeys(named if is_bound else ["feed", *named]))


def plain(topic: str = "", provider: str = "", *, with_related: bool = True) -> Selection:
    """Select a topic, by slug, a provider, by domain, or, with neither, everything."""
    return Selection(
        topics=name(topic) if topic else None,
        providers=(name(provider),) if provider else (),
        with_related=with_related,
    )

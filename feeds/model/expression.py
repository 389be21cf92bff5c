"""Parse and write expressions over names: `,` any of, `+` all of, `!` not; `,` binds loosest."""

import re
from collections.abc import Callable, Sequence

import msgspec

from feeds.model.errors import BadRequestError

MAX_TERMS = 8


class Term(msgspec.Struct, frozen=True, order=True):
    """A name to include or exclude; included names sort first."""

    is_negated: bool
    name: str

    def __str__(self) -> str:
        return f"!{self.name}" if self.is_negated else self.name


class Expression(msgspec.Struct, frozen=True):
    """Any of `alternatives`, each matched by all of its terms; `parse_expression` sorts both and removes duplicates."""

    alternatives: tuple[tuple[Term, ...], ...]

    def __str__(self) -> str:
        return ",".join("+".join(map(str, terms)) for terms in self.alternatives)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name in the expression, once, in written order."""
        return tuple(dict.fromkeys(term.name for terms in self.alternatives for term in terms))

    @property
    def single(self) -> str:
        """The only name, if the expression is a single included name; else empty."""
        only = self.alternatives[0][0]
        return only.name if str(self) == only.name else ""

    def rename(self, spell: Callable[[str], str]) -> "Expression":
        """Return the expression with each name replaced by `spell(name)`, sorted again."""
        return _sort([[Term(term.is_negated, spell(term.name)) for term in terms] for terms in self.alternatives])

    def holds(self, names: frozenset[str]) -> bool:
        """Return whether the expression matches an item with these names."""
        return any(all((term.name in names) is not term.is_negated for term in terms) for terms in self.alternatives)


def name(single: str) -> Expression:
    """Return the expression for one name."""
    return Expression(((Term(is_negated=False, name=single),),))


def parse_expression(text: str) -> Expression:
    """Parse an expression; spaces count as `+`, because a query string writes spaces as `+` (HTML, section 4.10.21.8).

    Raises:
        BadRequestError: the expression is malformed or has more than 8 terms; the message names the invalid part.
    """
    _check_count(len(re.split("[,+ ]", text)))
    return _sort([[_parse_term(part, text) for part in re.split("[+ ]", terms)] for terms in text.split(",")])


def combine(any_of: Sequence[str], *, all_of: Sequence[str], none_of: Sequence[str]) -> Expression | None:
    """Return the expression for items with any, all and none of the given names; None without names.

    Raises:
        BadRequestError: the expression would have more than 8 terms.
    """
    rest = [
        *(Term(is_negated=False, name=name) for name in all_of),
        *(Term(is_negated=True, name=name) for name in none_of),
    ]
    alternatives = [[Term(is_negated=False, name=name), *rest] for name in any_of] or [rest]
    _check_count(sum(map(len, alternatives)))
    return _sort(alternatives) if any(alternatives) else None


def _check_count(count: int) -> None:
    if count > MAX_TERMS:
        raise BadRequestError(f"Invalid expression: {count} terms; use at most {MAX_TERMS}.")


def _parse_term(part: str, text: str) -> Term:
    name = part.removeprefix("!")
    if not name:
        missing = "after “!”" if part else "between two signs or at an end"
        raise BadRequestError(f"Invalid expression “{text}”: missing name {missing}; write a, b+c or a+!b.")
    if "!" in name:
        raise BadRequestError(f"Invalid name “{part}”: use “!” only once, at the start.")
    return Term(part.startswith("!"), name)


def _sort(alternatives: list[list[Term]]) -> Expression:
    return Expression(tuple(sorted({tuple(sorted(set(terms))) for terms in alternatives})))

"""Read and write expressions over names: `,` any of, `+` all of, `!` not; `,` binds loosest."""

import re
from collections.abc import Callable, Sequence

import msgspec

from feeds.model.errors import BadRequestError

MOST_TERMS = 8


class Term(msgspec.Struct, frozen=True, order=True):
    """A name that is wanted or not; those that are wanted sort first."""

    is_negated: bool
    name: str

    def __str__(self) -> str:
        return f"!{self.name}" if self.is_negated else self.name


class Expression(msgspec.Struct, frozen=True):
    """Any of `alternatives`, each of them all of its terms; `parse_expression` gives them sorted, and each once."""

    alternatives: tuple[tuple[Term, ...], ...]

    def __str__(self) -> str:
        return ",".join("+".join(map(str, terms)) for terms in self.alternatives)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name in it, once, in the order of writing."""
        return tuple(dict.fromkeys(term.name for terms in self.alternatives for term in terms))

    @property
    def single(self) -> str:
        """The name it consists of, where it is nothing but one that is wanted; else empty."""
        only = self.alternatives[0][0]
        return only.name if str(self) == only.name else ""

    def rename(self, spell: Callable[[str], str]) -> "Expression":
        """Put another spelling for each name, and sort it anew."""
        return _sort([[Term(term.is_negated, spell(term.name)) for term in terms] for terms in self.alternatives])

    def holds(self, names: frozenset[str]) -> bool:
        """Say whether it selects what bears these names."""
        return any(all((term.name in names) is not term.is_negated for term in terms) for terms in self.alternatives)


def name(single: str) -> Expression:
    """Make the expression that is one name."""
    return Expression(((Term(is_negated=False, name=single),),))


def parse_expression(text: str) -> Expression:
    """Read an expression; blanks count as `+`, which they are in a query (HTML, section 4.10.21.8).

    Raises:
        BadRequestError: it is ill-formed, or has more than 8 terms; the sentence points at the part.
    """
    _check_count(len(re.split("[,+ ]", text)))
    return _sort([[_read_term(part, text) for part in re.split("[+ ]", terms)] for terms in text.split(",")])


def combine(any_of: Sequence[str], *, all_of: Sequence[str], none_of: Sequence[str]) -> Expression | None:
    """Make the expression for what bears any of some names, all of others, and none of yet others; None without names.

    Raises:
        BadRequestError: it would have more than 8 terms.
    """
    rest = [
        *(Term(is_negated=False, name=name) for name in all_of),
        *(Term(is_negated=True, name=name) for name in none_of),
    ]
    alternatives = [[Term(is_negated=False, name=name), *rest] for name in any_of] or [rest]
    _check_count(sum(map(len, alternatives)))
    return _sort(alternatives) if any(alternatives) else None


def _check_count(count: int) -> None:
    if count > MOST_TERMS:
        raise BadRequestError(f"This has {count} terms; at most {MOST_TERMS} can be combined.")


def _read_term(part: str, text: str) -> Term:
    name = part.removeprefix("!")
    if not name:
        missing = "a name is missing after “!”" if part else "there is nothing between two signs, or at an end"
        raise BadRequestError(f"In “{text}”, {missing}: write a, b+c, or a+!b.")
    if "!" in name:
        raise BadRequestError(f"In “{part}”, “!” may stand once, in front.")
    return Term(part.startswith("!"), name)


def _sort(alternatives: list[list[Term]]) -> Expression:
    return Expression(tuple(sorted({tuple(sorted(set(terms))) for terms in alternatives})))

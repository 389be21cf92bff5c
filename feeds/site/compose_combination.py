"""Hold chosen names of topics or publishers as rows of the compose form, and as the expression that they mean."""

from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Self

import msgspec

from feeds.model.errors import BadRequestError
from feeds.model.expression import Expression, combine, parse_expression

_SIGNS_IN_NAMES = frozenset(",+! ")


class Choice(StrEnum):
    """How a chosen name counts; the value is the sign before the name in a field of the form."""

    ANY = ""
    ALL = "+"
    NONE = "!"


class Chosen(msgspec.Struct, frozen=True):
    """A chosen name, and how it counts."""

    name: str
    choice: Choice = Choice.ANY

    def __str__(self) -> str:
        return f"{self.choice}{self.name}"


class Combination(msgspec.Struct, frozen=True):
    """Chosen names, one row of the form for each; or, if rows cannot show it, an expression as `text`."""

    chosen: tuple[Chosen, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.chosen or self.text)

    @classmethod
    def of(cls, expression: Expression | None) -> Self:
        """Return the combination with the meaning and spelling of an expression."""
        if expression is None:
            return cls()
        chosen = _split(expression)
        with suppress(BadRequestError):  # other rows may need more terms than a feed may have
            if _combine(chosen) == expression:
                return cls(chosen)
        return cls(text=str(expression))

    def write_expression(self) -> Expression | None:
        """Return the expression; None without names.

        Raises:
            BadRequestError: a name or the text is not well-formed, or there are too many terms.
        """
        if self.text and self.chosen:
            raise BadRequestError(f"“{self.text}” and {len(self.chosen)} more names are given; give one or the other.")
        if self.text:
            return parse_expression(self.text)
        for each in self.chosen:
            if not each.name or _SIGNS_IN_NAMES & set(each.name):
                raise BadRequestError(f"Invalid name “{each.name}”; choose names one by one.")
        return _combine(self.chosen)


def _split(expression: Expression) -> tuple[Chosen, ...]:
    """Return the rows that may mean an expression: names of all alternatives, and the other name of each."""
    alternatives = [set(terms) for terms in expression.alternatives]
    shared = set.intersection(*alternatives)
    wanted = [term for term in sorted(shared) if not term.is_negated]
    others = [term for terms in expression.alternatives for term in terms if term not in shared]
    if len(alternatives) == 1 and len(wanted) == 1:
        wanted, others = [], wanted
    return (
        *(Chosen(term.name, Choice.ANY) for term in others),
        *(Chosen(term.name, Choice.ALL) for term in wanted),
        *(Chosen(term.name, Choice.NONE) for term in sorted(shared) if term.is_negated),
    )


def _combine(chosen: Sequence[Chosen]) -> Expression | None:
    names = {choice: [each.name for each in chosen if each.choice is choice] for choice in Choice}
    return combine(names[Choice.ANY], all_of=names[Choice.ALL], none_of=names[Choice.NONE])

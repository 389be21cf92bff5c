"""Write the result of a soak as tables in Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.soak.run import SoakResult


def write_result(result: SoakResult) -> str:
    """Return the figures, the faults with their seconds, and the problems."""
    lines = [*_write_table(("figure", "value"), _list_figures(result)), ""]
    if result.faults:
        lines += [*_write_table(("fault", "times", "seconds"), _list_faults(result)), ""]
    lines.append(f"problems: {sum(result.problem_counts.values())}")
    lines += [f"  {kind}: {count}" for kind, count in result.problem_counts.items()]
    return "\n".join([*lines, *(f"    {problem}" for problem in result.problems)])


def _list_figures(result: SoakResult) -> Iterator[tuple[str, str]]:
    yield "duration", f"{result.seconds:,.0f} s"
    yield "requests", f"{sum(result.counts.values()):,}"
    yield "edits, visible commits", f"{result.edits:,}, {result.commits:,}"
    statuses = Counter[str]()
    for name, count in result.counts.items():
        statuses[name.rpartition(" ")[2]] += count
    for status, count in sorted(statuses.items()):
        yield f"answers: {status}", f"{count:,}"
    for name, value in zip(("median", "99 %", "99.9 %", "longest"), result.milliseconds, strict=True):
        yield f"time of an answer, {name}", f"{value:,.1f} ms"
    yield "longest delay of a client itself", f"{result.own_seconds * 1_000:,.1f} ms"
    if result.memory:
        yield "workers' memory (PSS), first and last", f"{result.memory[0]:.1f} MB, {result.memory[-1]:.1f} MB"
    yield "memory, last quarter ÷ second quarter", f"{result.growth:.3f}"
    yield "answers that nobody could verify", f"{result.unverified:,}"
    yield "wrong or late answers", f"{sum(result.problem_counts.values()):,}"


def _list_faults(result: SoakResult) -> Iterator[tuple[str, str, str]]:
    seconds: dict[str, list[float]] = {}
    for fault in result.faults:
        seconds.setdefault(fault.name, []).append(fault.end - fault.start)
    for name, each in sorted(seconds.items()):
        yield name, str(len(each)), ", ".join(f"{one:.0f}" for one in each)


def _write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (headings, ["---"] * len(headings), *rows)]

"""Run the benchmarks with `python -m benchmarks`."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks.catalog.benchmark import SECTION as CATALOG
from benchmarks.catalog.benchmark import Plan, measure_catalog
from benchmarks.clients.benchmark import SECTION as CLIENTS
from benchmarks.clients.benchmark import Plan as ClientsPlan
from benchmarks.clients.benchmark import measure_clients
from benchmarks.composing.benchmark import SECTION as COMPOSING
from benchmarks.composing.benchmark import Plan as ComposingPlan
from benchmarks.composing.benchmark import measure_composing
from benchmarks.corpus import Corpus, prepare_corpus
from benchmarks.figures import Figure
from benchmarks.machine import describe_machine
from benchmarks.processes import run_python
from benchmarks.report import Report, Section, write_json, write_markdown, write_table
from benchmarks.serving.benchmark import SECTION as SERVING
from benchmarks.serving.benchmark import Plan as ServingPlan
from benchmarks.serving.benchmark import measure_serving
from benchmarks.soak import Load, Outcome, run_soak

PROGRAM = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)
FOLDER = click.Path(file_okay=False, resolve_path=True, path_type=Path)

MAKE_CORPUS = click.option(
    "--make-corpus",
    type=PROGRAM,
    envvar="BENCH_MAKE_CORPUS",
    help="Python script called as PATH COUNT OUT_DIR, to write the articles; without it they are invented.",
)
SIZES = click.option("--sizes", default="1000,10000,100000", show_default=True, help="How many articles, each time.")
WORK = click.option(
    "--work", type=FOLDER, help="Where articles and catalogs are, or are made and stay; otherwise they are deleted."
)
OUT = click.option(
    "--out", type=FOLDER, default="docs/benchmarks", show_default=True, help="Where figures and plots go."
)
DATE = click.option("--date", default="", help="The date that the report bears; it bears none by itself.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Measure, side by side; but for soak, nothing here passes or fails."""


@main.command()
@MAKE_CORPUS
@click.option(
    "--hugo",
    type=PROGRAM,
    envvar="BENCH_HUGO",
    help="Script called as PATH ARTICLES_DIR, to build them with Hugo and print `N s wall, … KB peak`.",
)
@click.option("--hugo-limit", type=int, help="The most articles to build with Hugo, whose memory grows with them.")
@SIZES
@click.option("--runs", default=5, show_default=True, help="How many times everything is measured.")
@click.option("--changes", default=10, show_default=True, help="How many changes `collect --watch` is timed with.")
@WORK
@OUT
@DATE
def catalog(  # noqa: PLR0913 one parameter per option
    *,
    make_corpus: Path | None,
    hugo: Path | None,
    hugo_limit: int | None,
    sizes: str,
    runs: int,
    changes: int,
    work: Path | None,
    out: Path,
    date: str,
) -> None:
    """Measure collecting, rendering, and starting at growing numbers of articles.

    Writes OUT/catalog.json, plots beside it where matplotlib is installed, and a section of OUT.md.
    """
    with _working_folder(work) as folder:
        corpora = [prepare_corpus(folder, size, program=make_corpus) for size in _parse_sizes(sizes)]
        figures, notes = _measure(corpora, Plan(runs=runs, changes=changes, hugo=hugo, hugo_limit=hugo_limit))
    arguments = f"--sizes {sizes} --runs {runs} --changes {changes}"
    _publish(CATALOG, out, arguments=arguments, date=date, make_corpus=make_corpus, figures=figures, notes=notes)


@main.command()
@MAKE_CORPUS
@SIZES
@click.option("--runs", default=3, show_default=True, help="How many times everything is measured.")
@click.option("--flood", default=20_000, show_default=True, help="How many distinct queries are a flood.")
@WORK
@OUT
@DATE
def composing(  # noqa: PLR0913 one parameter per option
    *, make_corpus: Path | None, sizes: str, runs: int, flood: int, work: Path | None, out: Path, date: str
) -> None:
    """Measure the first rendering of composed feeds, digests and searches, and what others notice of a flood of them.

    Writes OUT/composing.json and a section of OUT.md.
    """
    plan = ComposingPlan(runs=runs, flood=flood)
    with _working_folder(work) as folder:
        corpora = [prepare_corpus(folder, size, program=make_corpus) for size in _parse_sizes(sizes)]
        figures = measure_composing(folder, corpora, plan, tell=_tell_progress)
    arguments = f"--sizes {sizes} --runs {runs} --flood {flood}"
    _publish(COMPOSING, out, arguments=arguments, date=date, make_corpus=make_corpus, figures=figures)


@main.command()
@click.option("--slow", type=click.IntRange(1, 10_000), default=1_000, show_default=True, help="How many are slow.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How many rounds of each kind.")
@click.option("--seconds", default=4.0, show_default=True, help="How long a round is.")
@click.option("--others/--no-others", default=True, help="Measure gunicorn's own workers, too.")
@OUT
@DATE
def clients(  # noqa: PLR0913 one parameter per option
    *, slow: int, rounds: int, seconds: float, others: bool, out: Path, date: str
) -> None:
    """Measure what normal clients notice of a thousand slow ones, and of restarts.

    Writes OUT/clients.json and a section of OUT.md.
    """
    plan = ClientsPlan(slow=slow, rounds=rounds, seconds=seconds, with_others=others)
    with _working_folder(None) as folder:
        figures = measure_clients(folder, plan, tell=_tell_progress)
    arguments = f"--slow {slow} --rounds {rounds} --seconds {seconds:g}"
    _publish(CLIENTS, out, arguments=arguments, date=date, figures=figures)


@main.command()
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="How often each is asked.")
@click.option("--seconds", type=click.IntRange(1), default=2, show_default=True, help="For how long, each time.")
@OUT
@DATE
def serving(*, rounds: int, seconds: int, out: Path, date: str) -> None:
    """Measure how many requests a second are answered, by us and by others.

    Writes OUT/serving.json and a section of OUT.md.
    """
    with _working_folder(None) as folder:
        figures, notes = measure_serving(folder, ServingPlan(rounds=rounds, seconds=seconds), tell=_tell_progress)
    arguments = f"--rounds {rounds} --seconds {seconds}"
    _publish(SERVING, out, arguments=arguments, date=date, figures=figures, notes=notes)


@main.command()
@click.option("--seconds", type=click.IntRange(1, 3_600), default=600, show_default=True, help="For how long.")
@click.option("--readers", type=click.IntRange(1, 64), default=8, show_default=True, help="How many ask at once.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="How many processes serve.")
def soak(*, seconds: int, readers: int, workers: int) -> None:
    """Load a server with every kind of request while an article changes every second, and judge every answer.

    Exits with 1 if one is torn, stale by more than a second, a wrong 304 or an error, or if memory grows.
    """
    with _working_folder(None) as folder:
        outcome = run_soak(folder, Load(seconds=seconds, readers=readers, workers=workers))
    _tell(outcome)
    if outcome.faults or not outcome.is_flat:
        raise SystemExit(1)


def _tell(outcome: Outcome) -> None:
    requests = sum(outcome.counts.values())
    click.echo(f"{requests:,} requests and {outcome.commits} commits in {outcome.seconds:.0f} s")
    click.echo(", ".join(f"{name}: {count:,}" for name, count in outcome.counts.items()))
    click.echo(f"half of them took up to {outcome.p50_ms:.1f} ms, 99 % up to {outcome.p99_ms:.1f} ms")
    memory = f"{outcome.memory[0]:.1f} MB at first, {outcome.memory[-1]:.1f} MB at last"
    click.echo(f"the workers' memory (PSS): {memory}; last quarter over second: {outcome.growth:.3f}")
    click.echo(f"faults: {outcome.faults}")
    for finding in outcome.findings:
        click.echo(f"  {finding}")


def _measure(corpora: list[Corpus], plan: Plan) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    return measure_catalog(corpora, plan, tell=_tell_progress)


def _tell_progress(text: str) -> None:
    click.echo(text, err=True)


def _publish(  # noqa: PLR0913 what a report is made of
    section: Section,
    out: Path,
    *,
    arguments: str,
    date: str,
    figures: tuple[Figure, ...],
    notes: tuple[str, ...] = (),
    make_corpus: Path | None = None,
) -> None:
    report = Report(
        command=f"make bench BENCH_ARGS='{section.name} {arguments}'",
        date=date,
        articles="of another program" if make_corpus else "invented",
        machine=describe_machine(),
        figures=figures,
        notes=notes,
    )
    click.echo(write_table(report, section))
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{section.name}.json"
    write_json(report, path)
    write_markdown(report, section, out.with_name(f"{out.name}.md"))
    if not section.plots:
        return
    if find_spec("matplotlib"):
        # Apart, so that the processes measured above were not started by one that had grown by it.
        run_python("benchmarks.plots", str(path), str(out))
    else:
        click.echo("No plots: matplotlib is not installed; `make bench` does that.", err=True)


@contextmanager
def _working_folder(work: Path | None) -> Iterator[Path]:
    if work:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with tempfile.TemporaryDirectory(prefix="feeds-benchmark-") as folder:
        yield Path(folder)


def _parse_sizes(text: str) -> list[int]:
    sizes = [part.strip().replace("_", "") for part in text.split(",")]
    if not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise click.BadParameter("write numbers such as 1000,10000", param_hint="--sizes")
    return sorted({int(size) for size in sizes})


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")

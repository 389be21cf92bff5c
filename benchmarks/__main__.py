"""The commands of `python -m benchmarks`."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import click

from benchmarks.catalog.benchmark import SECTION as CATALOG
from benchmarks.catalog.benchmark import CatalogPlan, measure_catalog
from benchmarks.clients.benchmark import SECTION as CLIENTS
from benchmarks.clients.benchmark import ClientsPlan, measure_clients
from benchmarks.composing.benchmark import SECTION as COMPOSING
from benchmarks.composing.benchmark import ComposingPlan, measure_composing
from benchmarks.corpus import prepare_corpus
from benchmarks.costs import MAX_MB, MAX_SECONDS, measure_costs
from benchmarks.edge.run import EdgePlan, run_edge, write_edge_result
from benchmarks.edits.benchmark import SECTION as EDITS
from benchmarks.edits.benchmark import EditsPlan, measure_edits
from benchmarks.exporting.benchmark import SECTION as EXPORTING
from benchmarks.exporting.benchmark import ExportingPlan, measure_exporting
from benchmarks.figures import Figure
from benchmarks.machine import describe_machine
from benchmarks.prediction.replay import replay_history, write_prediction_result
from benchmarks.processes import MeasureError, run_python
from benchmarks.report import Report, Section, write_json, write_markdown, write_table
from benchmarks.serving.benchmark import SECTION as SERVING
from benchmarks.serving.benchmark import ServingPlan, measure_serving
from benchmarks.soak import SoakPlan, run_soak, write_result

PROGRAM = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)
FOLDER = click.Path(file_okay=False, resolve_path=True, path_type=Path)

MAKE_CORPUS = click.option(
    "--make-corpus",
    type=PROGRAM,
    envvar="BENCH_MAKE_CORPUS",
    help="Python script that writes the articles, called as PATH COUNT OUT_DIR; by default, articles are invented.",
)
HUGO = click.option(
    "--hugo",
    type=PROGRAM,
    envvar="BENCH_HUGO",
    help="Script that builds articles with Hugo, called as PATH ARTICLES_DIR; prints `N s wall, … KB peak`.",
)
SIZES = click.option("--sizes", default="1000,10000,100000", show_default=True, help="Numbers of articles.")
WORK = click.option(
    "--work",
    type=FOLDER,
    help="Folder that keeps articles and catalogs for the next run; by default, a temporary folder.",
)
OUT = click.option(
    "--out", type=FOLDER, default="docs/benchmarks", show_default=True, help="Folder for figures and plots."
)
EARLIER = click.option("--earlier", type=FOLDER, help="Also measure an earlier version: a checkout with its own .venv.")
HISTORY = click.option(
    "--history",
    type=PROGRAM,
    envvar="BENCH_HISTORY",
    help="Recorded edits: gzipped lines of JSON with commit, path, action and text; by default, edits are invented.",
)
DATE = click.option("--date", default="", help="Date to write into the report; by default, none.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Measure speed and memory, also of other programs.

    Only `soak`, `faults`, `edge`, `prediction` and `costs` pass or fail.
    """


@main.command()
@MAKE_CORPUS
@HUGO
@click.option("--hugo-limit", type=int, help="Maximum articles to build with Hugo: its memory grows with their number.")
@SIZES
@click.option("--runs", default=5, show_default=True, help="Times to repeat every measurement.")
@EARLIER
@click.option("--changes", default=10, show_default=True, help="Changes to time `collect --watch` with.")
@WORK
@OUT
@DATE
def catalog(  # noqa: PLR0913 one parameter per option
    *,
    make_corpus: Path | None,
    hugo: Path | None,
    hugo_limit: int | None,
    earlier: Path | None,
    sizes: str,
    runs: int,
    changes: int,
    work: Path | None,
    out: Path,
    date: str,
) -> None:
    """Measure collecting, rendering and starting.

    Measures at growing numbers of articles. Writes OUT/catalog.json, a section of OUT.md, and with matplotlib plots in
    OUT.
    """
    with _working_folder(work) as folder:
        corpora = [prepare_corpus(folder, size, program=make_corpus) for size in _parse_sizes(sizes)]
        plan = CatalogPlan(runs=runs, changes=changes, hugo=hugo, hugo_limit=hugo_limit, earlier=earlier)
        figures, notes = measure_catalog(corpora, plan, progress=_print_progress)
    arguments = f"--sizes {sizes} --runs {runs} --changes {changes}" + (" --earlier FOLDER" if earlier else "")
    _write_report(CATALOG, out, arguments=arguments, date=date, make_corpus=make_corpus, figures=figures, notes=notes)


@main.command()
@MAKE_CORPUS
@SIZES
@click.option("--runs", default=3, show_default=True, help="Times to repeat every measurement.")
@click.option("--flood", default=20_000, show_default=True, help="Distinct queries in a flood.")
@WORK
@OUT
@DATE
def composing(  # noqa: PLR0913 one parameter per option
    *, make_corpus: Path | None, sizes: str, runs: int, flood: int, work: Path | None, out: Path, date: str
) -> None:
    """Measure composed feeds, digests and searches.

    Measures their first rendering, and how a flood of their requests slows down other requests. Writes
    OUT/composing.json and a section of OUT.md.
    """
    plan = ComposingPlan(runs=runs, flood=flood)
    with _working_folder(work) as folder:
        corpora = [prepare_corpus(folder, size, program=make_corpus) for size in _parse_sizes(sizes)]
        figures = measure_composing(folder, corpora, plan, progress=_print_progress)
    arguments = f"--sizes {sizes} --runs {runs} --flood {flood}"
    _write_report(COMPOSING, out, arguments=arguments, date=date, make_corpus=make_corpus, figures=figures)


@main.command()
@MAKE_CORPUS
@HUGO
@click.option("--older-hugo", type=PROGRAM, help="Another Hugo; the script gets its path in the variable HUGO.")
@EARLIER
@click.option("--sizes", default="10000", show_default=True, help="Numbers of articles.")
@click.option("--runs", default=5, show_default=True, help="Times to repeat every measurement.")
@WORK
@OUT
@DATE
def exporting(  # noqa: PLR0913 one parameter per option
    *,
    make_corpus: Path | None,
    hugo: Path | None,
    older_hugo: Path | None,
    earlier: Path | None,
    sizes: str,
    runs: int,
    work: Path | None,
    out: Path,
    date: str,
) -> None:
    """Measure collecting and exporting, ours and others'.

    Writes OUT/exporting.json and a section of OUT.md.
    """
    plan = ExportingPlan(runs=runs, hugo=hugo, older_hugo=older_hugo, earlier=earlier)
    with _working_folder(work) as folder:
        corpora = [prepare_corpus(folder, size, program=make_corpus) for size in _parse_sizes(sizes)]
        figures = measure_exporting(corpora, plan, progress=_print_progress)
    arguments = f"--sizes {sizes} --runs {runs}" + (" --earlier FOLDER" if earlier else "")
    _write_report(EXPORTING, out, arguments=arguments, date=date, make_corpus=make_corpus, figures=figures)


@main.command()
@MAKE_CORPUS
@click.option("--articles", type=click.IntRange(1), default=100_000, show_default=True, help="Number of articles.")
@click.option("--edits", type=click.IntRange(20), default=20_000, show_default=True, help="Number of edits.")
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True, help="Times to repeat every measurement.")
@click.option("--database-url", default="", help="URL of an empty PostgreSQL database; by default, SQLite is used.")
@WORK
@OUT
@DATE
def edits(  # noqa: PLR0913 one parameter per option
    *,
    make_corpus: Path | None,
    articles: int,
    edits: int,
    runs: int,
    database_url: str,
    work: Path | None,
    out: Path,
    date: str,
) -> None:
    """Measure whether many edits slow down reading.

    Measures the first rendering of feeds, digests and searches before and after the edits. Writes OUT/edits.json and a
    section of OUT.md.
    """
    plan = EditsPlan(edits=edits, runs=runs, database_url=database_url)
    with _working_folder(work) as folder:
        figures = measure_edits(prepare_corpus(folder, articles, program=make_corpus), plan, progress=_print_progress)
    arguments = f"--articles {articles} --edits {edits} --runs {runs}" + (" --database-url URL" if database_url else "")
    _write_report(EDITS, out, arguments=arguments, date=date, make_corpus=make_corpus, figures=figures)


@main.command()
@click.option("--slow", type=click.IntRange(1, 10_000), default=1_000, show_default=True, help="Slow clients.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds for each kind.")
@click.option("--seconds", default=4.0, show_default=True, help="Length of a round.")
@click.option("--others/--no-others", default=True, help="Also measure gunicorn's other workers, and Granian.")
@OUT
@DATE
def clients(  # noqa: PLR0913 one parameter per option
    *, slow: int, rounds: int, seconds: float, others: bool, out: Path, date: str
) -> None:
    """Measure how slow and hostile clients delay normal clients.

    Restarts are measured too. Writes OUT/clients.json and a section of OUT.md.
    """
    plan = ClientsPlan(slow=slow, rounds=rounds, seconds=seconds, with_others=others)
    with _working_folder(None) as folder:
        figures = measure_clients(folder, plan, progress=_print_progress)
    arguments = f"--slow {slow} --rounds {rounds} --seconds {seconds:g}"
    _write_report(CLIENTS, out, arguments=arguments, date=date, figures=figures)


@main.command()
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Rounds for each server.")
@click.option("--seconds", type=click.IntRange(1), default=2, show_default=True, help="Length of a round.")
@EARLIER
@OUT
@DATE
def serving(*, rounds: int, seconds: int, earlier: Path | None, out: Path, date: str) -> None:
    """Measure requests per second, ours and others'.

    Writes OUT/serving.json and a section of OUT.md.
    """
    with _working_folder(None) as folder:
        plan = ServingPlan(rounds=rounds, seconds=seconds, earlier=earlier)
        figures, notes = measure_serving(folder, plan, progress=_print_progress)
    arguments = f"--rounds {rounds} --seconds {seconds}" + (" --earlier FOLDER" if earlier else "")
    _write_report(SERVING, out, arguments=arguments, date=date, figures=figures, notes=notes)


@main.command()
@click.option("--seconds", type=click.IntRange(1, 3_600), default=600, show_default=True, help="Length of the test.")
@click.option(
    "--readers",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Parallel feed readers.",
)
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="Server processes.")
@HISTORY
def soak(*, seconds: int, readers: int, workers: int, history: Path | None) -> None:
    """Check every answer of a server under load.

    Articles change every second while readers send every kind of request. Exits with 1 if an answer is torn, stale by
    more than a second, a wrong 304, late or an error, or if memory grows.
    """
    _run_soak(SoakPlan(seconds=seconds, clients=readers, workers=workers, history=history), None)


@main.command()
@click.option("--minutes", type=click.FloatRange(0.1, 600), default=30, show_default=True, help="Length of the test.")
@click.option("--clients", type=click.IntRange(1, 500), default=50, show_default=True, help="Parallel feed readers.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="Server processes.")
@click.option(
    "--every", type=click.FloatRange(5), default=60, show_default=True, help="Seconds from one fault to the next."
)
@click.option("--seed", default=1, show_default=True, help="Number that decides on the order of the faults.")
@HISTORY
@WORK
def faults(  # noqa: PLR0913 one parameter per option
    *, minutes: float, clients: int, workers: int, every: float, seed: int, history: Path | None, work: Path | None
) -> None:
    """Check every answer of a server while things fail.

    A collector replays a history of edits into PostgreSQL, and a random fault happens each minute: stopped, killed and
    restarted processes, lost packets, wrong clocks, missing folders, floods. Exits with 1 if an answer is wrong or
    later than two seconds, if anything is lost, or if memory grows. The folder --work must be empty; it keeps the logs.
    """
    plan = SoakPlan(
        seconds=minutes * 60,
        clients=clients,
        workers=workers,
        pause_seconds=0.25,
        stale_seconds=2.0,
        fault_seconds=every,
        history=history,
        seed=seed,
    )
    _run_soak(plan, work)


@main.command()
@click.option("--commits", type=click.IntRange(1), default=100, show_default=True, help="Commits to replay.")
@click.option("--every", type=click.FloatRange(0.5), default=3.5, show_default=True, help="Seconds between commits.")
@click.option("--readers", type=click.IntRange(1, 100), default=4, show_default=True, help="Parallel readers.")
@HISTORY
@WORK
def edge(*, commits: int, every: float, readers: int, history: Path | None, work: Path | None) -> None:
    """Check every answer of Varnish in front of a server while articles change.

    The last commits of a history are replayed while readers request documents from Varnish. Exits with 1 if replaced
    bytes are served for longer than three seconds, older bytes after newer ones, or wrong bytes at the end. The folder
    --work must be empty; it keeps the logs.
    """
    varnishd = which("varnishd", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if not varnishd:
        raise MeasureError("varnishd is not installed; `apt-get install varnish` installs it.")
    plan = EdgePlan(varnishd=varnishd, commits=commits, seconds=every, readers=readers, history=history)
    with _working_folder(work) as folder:
        result = run_edge(folder, plan, progress=_print_progress)
    click.echo(write_edge_result(result))
    if not result.has_passed:
        raise SystemExit(1)


@main.command()
@click.option("--commits", type=click.IntRange(1), default=10_000, show_default=True, help="Maximum commits to replay.")
@click.option("--skip", type=click.IntRange(0), default=0, show_default=True, help="Commits before the first poll.")
@HISTORY
@WORK
def prediction(*, commits: int, skip: int, history: Path | None, work: Path | None) -> None:
    """Check that `feeds diff` predicts what a feed reader counts.

    The commits of a history are replayed. Before each commit, `feeds diff` compares the commit with the last one, and
    after the commit, the library `reader` polls the real feeds. Exits with 1 if the reader counts other stories as new
    or modified than predicted. The folder --work must be empty.
    """
    with _working_folder(work) as folder:
        result = replay_history(folder, history, skip=skip, commits=commits, progress=_print_progress)
    click.echo(write_prediction_result(result))
    if not result.has_passed:
        raise SystemExit(1)


@main.command()
@click.argument("names", nargs=-1)
def costs(*, names: tuple[str, ...]) -> None:
    """Check files that cost more than they look.

    NAMES are kinds of bodies; by default, all kinds are measured at 10 KB, 100 KB and 1 MiB. Exits with 1 if 1 MiB
    takes more CPU time or memory than allowed.
    """
    exceeding = 0
    with _working_folder(None) as folder:
        for cost in measure_costs(folder, names):
            seconds = "  ".join(f"{usage.cpu_seconds:5.2f} s" for usage in cost.usages)
            click.echo(f"{seconds}  {cost.usages[-1].peak_mb:4.0f} MB  {cost.name}")
            exceeding += not cost.is_bounded
    click.echo(f"more than {MAX_SECONDS} s or {MAX_MB} MB: {exceeding}")
    if exceeding:
        raise SystemExit(1)


def _run_soak(plan: SoakPlan, work: Path | None) -> None:
    with _working_folder(work) as folder:
        result = run_soak(folder, plan, progress=_print_progress)
    click.echo(write_result(result))
    if not result.has_passed:
        raise SystemExit(1)


def _print_progress(text: str) -> None:
    click.echo(text, err=True)


def _write_report(  # noqa: PLR0913 the parts of a report
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
        articles="another program's" if make_corpus else "invented",
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
        # In a process of its own: matplotlib would enlarge this process, which starts the measured ones.
        run_python("benchmarks.plots", str(path), str(out))
    else:
        click.echo("No plots: matplotlib is not installed. Run `make bench` to install it.", err=True)


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
        raise click.BadParameter("expected numbers such as 1000,10000.", param_hint="--sizes")
    return sorted({int(size) for size in sizes})


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")

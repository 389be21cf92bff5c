"""Measure composed feeds; `python -m benchmarks.composing.benchmark DATABASE_URL` does one run.

Each feed is made from its URL to its bytes, as for the first request. Normal clients measure how a flood of distinct
queries delays other feeds.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.catalog.render import find_largest_topics
from benchmarks.clients.run_clients import Round, request_feeds
from benchmarks.composing.flood import flooding
from benchmarks.corpus import Corpus, prepare_corpus
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import read_memory, run, run_python
from benchmarks.report import Section
from benchmarks.servers import COLLECT, OURS, serving, wait_for_workers
from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.model.clock import SYSTEM_CLOCK
from feeds.model.expression import parse_expression
from feeds.settings import Settings
from feeds.site.documents import make_document, parse_and_resolve

_ROUNDS = 5
_MAX_RATIO_PLAIN = 3.0
_MAX_RATIO_SEARCH = 10.0
_MAX_RATIO_FLOOD = 2.0
_MAX_RATIO_MEMORY = 1.1
_PLAIN = "a topic"
_ARTICLES = 10_000
_PATH = "/feed.atom"
_FLOOD_SECONDS = 4.0

SECTION = Section(
    name="composing",
    title="Composed feeds",
    size="articles",
    legend=(
        "The first rendering as Atom, from the URL to the bytes, compared with a topic's plain feed in the same "
        "process, for the largest topics. Medians over runs, each the median of five rounds. The flood consists of "
        "distinct queries from 22 clients, which wait a hundredth of a second before each request, in place of a "
        "network. Two workers queue 18 of the clients, so the server always rejects four, which then send their next "
        "query. The normal clients described above run at the same time; server and clients share this machine."
    ),
)


class ComposingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The number of runs, and the number of distinct queries in the flood; 0 means no flood."""

    runs: int
    flood: int


def measure_composing(
    folder: Path, corpora: Sequence[Corpus], plan: ComposingPlan, *, progress: Progress
) -> tuple[Figure, ...]:
    """Measure every size, with existing catalogs where possible.

    Raises:
        MeasureError: a measured program failed.
    """
    figures: list[Figure] = []
    for corpus in corpora:
        if not corpus.catalog.exists():
            run((*COLLECT, str(corpus.articles)), {"DATABASE_URL": corpus.database_url})
        runs = []
        for number in range(plan.runs):
            progress(f"{corpus.size:,} articles: composing, run {number + 1} of {plan.runs}")
            printed = run_python("benchmarks.composing.benchmark", corpus.database_url)
            runs.append(msgspec.json.decode(printed, type=dict[str, float]))
        figures += _make_figures(corpus.size, runs)
    if plan.flood:
        figures += _measure_flood(prepare_corpus(folder, _ARTICLES, program=None), plan, progress=progress)
    return tuple(figures)


def _make_figures(size: int, runs: Sequence[Mapping[str, float]]) -> Iterator[Figure]:
    for name in runs[0]:
        if name != _PLAIN:
            yield Figure(
                name=name,
                size=size,
                unit="ms",
                ours=tuple(run[name] for run in runs),
                peer_name=_PLAIN,
                peer=tuple(run[_PLAIN] for run in runs),
                target=Target(Comparison.RATIO, _MAX_RATIO_SEARCH if "search" in name else _MAX_RATIO_PLAIN),
            )


def list_queries(reader: CatalogReader) -> dict[str, str]:
    """Map the name of each measured feed to its URL."""
    first, second, third, *_ = find_largest_topics(reader)
    small = min(
        reader.list_topics(now=SYSTEM_CLOCK.now()), key=lambda topic: (topic.entries or sys.maxsize, topic.slug)
    ).slug
    provider = max(reader.list_providers(now=SYSTEM_CLOCK.now()), key=lambda each: (each.entries, each.domain)).domain
    rare = min(reader.list_providers(now=SYSTEM_CLOCK.now()), key=lambda each: (each.entries, each.domain)).domain
    mixed = f"{first}+!{small},{second}+{third},{third}+!{second},!{first}+{small}"
    return {
        _PLAIN: _write_path(first),
        "any of three topics": _write_path(f"{first},{second},{third}"),
        "all of two topics": _write_path(f"{first}+{second}"),
        "one topic, not another": _write_path(f"{first}+!{second}"),
        "a small topic and a large one": _write_path(f"{first}+{small}"),
        "impossible: two providers at once": f"/providers/{parse_expression(f'{provider}+{rare}')}.atom",
        "a topic from a rare provider": f"{_write_path(first)}?provider={rare}",
        "anything but a topic": _write_path(f"!{first}"),
        "a topic, quality ≥ 70": f"{_write_path(first)}?min_quality=70",
        "everything, heat ≥ 1000 (nothing)": "/feed.atom?min_heat=1000",
        "eight terms and every parameter except `q`": (
            f"{_write_path(mixed)}?provider=!{rare}&type=!video&min_quality=20&min_heat=1&related=links&limit=60"
        ),
        "a topic, 200 entries": f"{_write_path(first)}?limit=200",
        "a topic, daily": f"/topics/{first}/daily.atom",
        "a topic, weekly": f"/topics/{first}/weekly.atom",
        "everything, daily": "/feed/daily.atom",
        "everything, weekly": "/feed/weekly.atom",
        "published articles, weekly": "/feed/weekly.atom?related=links",
        "search for a common word": "/feed.atom?q=the",
        "search for exactly a common word": "/feed.atom?q=%22the%22",
        "search for other forms of a word": "/feed.atom?q=companies",
        "search for either of common words": "/feed.atom?q=the+OR+new+data+OR+companies",
        "search for a word in a topic": f"{_write_path(first)}?q=new",
        "search for two words": "/feed.atom?q=new+data",
        "search for a phrase": "/feed.atom?q=%22artificial+intelligence%22",
        "search for a phrase of common words without matches": "/feed.atom?q=%22of+the+and%22",
        "search for a prefix": "/feed.atom?q=develop*",
        "search for one word without another": "/feed.atom?q=data+-new",
        "search for a word without matches": "/feed.atom?q=xyzzyplugh",
        "search for common words at a rare provider": f"/feed.atom?provider={rare}&q=the+new",
        "page of a search for a common word": "/latest?q=the",
        "page of a search for a common word, the best first": "/latest?q=the&sort=best",
        "page of a search for a word in a topic, the best first": f"/topics/{first}?q=new&sort=best",
        "page of a search for a misspelled word": "/latest?q=artficial+inteligence",
    }


def _write_path(topics: str) -> str:
    return f"/topics/{parse_expression(topics)}.atom"


def time_queries(database_url: str, *, others: Mapping[str, str] | None = None) -> dict[str, float]:
    """Return the milliseconds for each measured feed, and for `others`, given like the result of `list_queries`."""
    catalog = Catalog(database_url)
    with catalog.reading() as reader:
        queries = {**list_queries(reader), **(others or {})}
    milliseconds: dict[str, list[float]] = {name: [] for name in queries}
    for number in range(1 + _ROUNDS):
        for place, (name, url) in enumerate(queries.items()):
            path, _, query_string = url.partition("?")
            # Another site each time, because a process keeps the entries that it has written.
            settings = Settings.from_environ({"FEEDS_SITE_URL": f"https://{number}-{place}.example"})
            started = time.perf_counter()
            with catalog.reading() as reader:
                now = SYSTEM_CLOCK.now()
                address = parse_and_resolve(
                    path, reader, query_string=query_string, defaults=settings.defaults, now=now
                )
                make_document(address, reader, settings=settings, now=now)
            milliseconds[name].append((time.perf_counter() - started) * 1_000)
    return {name: median(rounds[1:]) for name, rounds in milliseconds.items()}  # the first round fills caches


def _measure_flood(corpus: Corpus, plan: ComposingPlan, *, progress: Progress) -> Iterator[Figure]:
    settings = {"DATABASE_URL": corpus.database_url, "FEEDS_CONTENT": str(corpus.articles), "WEB_CONCURRENCY": "2"}
    run((*COLLECT, str(corpus.articles)), settings)
    rounds: list[tuple[Round, Round]] = []
    answers: Counter[str] = Counter()
    with serving(OURS, settings, path=_PATH) as (pid, port, _):
        wait_for_workers(pid, 2)
        request_feeds(port, _PATH, seconds=_FLOOD_SECONDS)
        workers = wait_for_workers(pid, 2)  # the server's first collect has ended by now
        memory = [sum(read_memory(worker).pss for worker in workers)]
        for number in range(plan.runs):
            progress(f"a flood of {plan.flood:,} queries, {number + 1} of {plan.runs}")
            without = request_feeds(port, _PATH, seconds=_FLOOD_SECONDS)
            with flooding(port, first=number * plan.flood, count=plan.flood) as flood:
                while flood.is_running():
                    rounds.append((request_feeds(port, _PATH, seconds=_FLOOD_SECONDS), without))
                answers.update(flood.count_answers())
            memory.append(sum(read_memory(worker).pss for worker in workers))
    yield Figure(
        name="99th percentile for another feed during a flood of distinct queries",
        size=plan.flood,
        unit="ms",
        ours=tuple(each.p99_ms for each, _ in rounds),
        peer_name="without a flood",
        peer=tuple(each.p99_ms for _, each in rounds),
        target=Target(Comparison.RATIO, _MAX_RATIO_FLOOD),
    )
    yield Figure(
        name="workers' memory (PSS) after the last flood",
        size=plan.flood,
        unit="MB",
        ours=(memory[-1],),
        peer_name="after the first flood",
        peer=(memory[1],),
        target=Target(Comparison.RATIO, _MAX_RATIO_MEMORY),
    )
    composed, rejected = answers.pop("200", 0), answers.pop("503", 0)
    yield Figure(name="answered with a feed, all floods", size=plan.flood, unit="queries", ours=(composed,))
    yield Figure(name="rejected (503), all floods", size=plan.flood, unit="queries", ours=(rejected,))
    yield Figure(
        name="other answers, all floods",
        size=plan.flood,
        unit="queries",
        ours=(answers.total(),),
        target=Target(Comparison.VALUE, 0),
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(time_queries(sys.argv[1])))

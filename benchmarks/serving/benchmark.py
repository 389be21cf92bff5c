"""Measure requests per second of our server, a bare WSGI callable, Flask, WhiteNoise, Django, Granian and nginx."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

import msgspec

from benchmarks.corpus import Corpus, prepare_corpus
from benchmarks.figures import Comparison, Figure, Progress, Target
from benchmarks.processes import MeasureError, run
from benchmarks.report import Section
from benchmarks.servers import COLLECT, GUNICORN, OURS, serving, serving_with_granian, wait_for_workers
from benchmarks.serving.feed_files import PATH, VARIABLE, write_feed_files
from benchmarks.serving.nginx import make_command, write_example, write_plain
from benchmarks.serving.wrk import Throughput, measure_load
from feeds.settings import Settings
from tests.support.servers import GRANIAN, find_free_port

_ARTICLES = 200
_EARLIER = "earlier"

SECTION = Section(
    name="serving",
    title="Serving",
    size="workers",
    legend=(
        "wrk requests the feed of all entries, 50 entries in Atom, over 32 kept connections. wrk shares this "
        "machine's cores with the server, so figures for all cores show about half of the cores. All Python servers "
        "run in gunicorn with the same worker and the same settings, and send the same bytes, except Django, which "
        "renders the same entries for each request; an earlier version of this program runs with its own worker. "
        "gunicorn's gthread worker with 12 threads, and Granian as [the guide](deploy-granian.md) says, are compared "
        "with each other. All servers run all the time; each round measures the servers in turn, and begins with "
        "another server. Medians, with the smallest and the largest round in parentheses. CPU time is the time of the "
        "server's workers per request; other programs on the machine change it less than requests per second."
    ),
)


class ServingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The number of rounds, the seconds per server in a round, and the maximum workers; one worker is measured too.

    `earlier` is a checkout of an earlier version to measure, with its own `.venv`.
    """

    rounds: int = 7
    seconds: int = 2
    workers: int = os.cpu_count() or 1
    earlier: Path | None = None


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement: a server, request headers, the name of its peer, and the target ratio `floor`."""

    name: str
    server: str
    headers: Mapping[str, str] = {}
    status: int = 200
    peer: str = "the bare callable"
    floor: float | None = None


_APPS = {
    "bare": "benchmarks.serving.apps.bare_wsgi:app",
    "bare-headers": "benchmarks.serving.apps.bare_headers:app",
    "flask": "benchmarks.serving.apps.flask_view:app",
    "whitenoise": "benchmarks.serving.apps.whitenoise_file:app",
    "django": "benchmarks.serving.apps.django_syndication:app",
}
_GTHREAD = "gthread"
_THREADED = "the bare callable, gthread"
_GTHREAD_OPTIONS = ("--worker-class", "gthread", "--threads", "12")
_CONFIGURATIONS = {"nginx-plain": write_plain, "nginx-ours": write_example}
_VARIANTS = (
    Variant(name="the bare callable", server="bare", peer=""),
    Variant(name="the bare callable with our nine headers", server="bare-headers"),
    Variant(name="a plain Flask view", server="flask"),
    Variant(name="a file by WhiteNoise", server="whitenoise"),
    Variant(name="Django syndication", server="django"),
    Variant(name="ours, 200", server="ours", floor=0.92),
    Variant(name="the earlier version, 200", server=_EARLIER, peer=""),
    Variant(name="ours, 200, again", server="ours", peer="the earlier version, 200", floor=1.9),
    Variant(name="ours, 200, gzip", server="ours", headers={"Accept-Encoding": "gzip"}),
    Variant(name="ours, 200, brotli", server="ours", headers={"Accept-Encoding": "br"}),
    Variant(name="ours, 304", server="ours", headers={"If-None-Match": "{etag}"}, status=304, floor=1.1),
    Variant(name=_THREADED, server=_GTHREAD, peer=""),
    Variant(name="ours under Granian, 200", server=GRANIAN, peer=_THREADED, floor=5),
    Variant(
        name="ours under Granian, 200, gzip",
        server=GRANIAN,
        headers={"Accept-Encoding": "gzip"},
        peer=_THREADED,
        floor=8,
    ),
    Variant(
        name="ours under Granian, 304",
        server=GRANIAN,
        headers={"If-None-Match": "{etag}"},
        status=304,
        peer=_THREADED,
    ),
    Variant(name="a file by nginx", server="nginx-plain", peer=""),
    Variant(name="the export by nginx", server="nginx-ours", peer="a file by nginx", floor=0.95),
)


def measure_serving(
    folder: Path, plan: ServingPlan, *, progress: Progress
) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure in an empty folder with invented articles, with one worker and with the maximum.

    Raises:
        MeasureError: a server does not start, or a request fails.
    """
    corpus = prepare_corpus(folder, _ARTICLES, program=None)
    environ = _make_environ(corpus, folder)
    run(COLLECT, environ)
    run((*COLLECT[:-1], "export", str(folder / "site")), environ)
    write_feed_files(folder / "feed-files", Settings.from_environ({**environ, "PORT": "8000"}))
    figures: list[Figure] = []
    for workers in sorted({1, plan.workers}):
        figures += _measure_with(workers, folder, environ, plan=plan, progress=progress)
    return tuple(figures), tuple(f"{name} was not measured: it is not installed." for name in _list_missing())


def _make_environ(corpus: Corpus, folder: Path) -> dict[str, str]:
    # With a fixed URL, the feed is the same on any port.
    return {
        "DATABASE_URL": corpus.database_url,
        "FEEDS_CONTENT": str(corpus.articles),
        "FEEDS_SITE_URL": "https://feeds.example.org",
        VARIABLE: str(folder / "feed-files"),
    }


def _measure_with(
    workers: int, folder: Path, environ: Mapping[str, str], *, plan: ServingPlan, progress: Progress
) -> Iterator[Figure]:
    settings = {**environ, "WEB_CONCURRENCY": str(workers)}
    with _running(workers, folder, settings, earlier=plan.earlier) as servers:
        names = {"", *(variant.name for variant in _VARIANTS if variant.server in servers)}
        variants = [variant for variant in _VARIANTS if {variant.name, variant.peer} <= names]
        measured: dict[str, list[Throughput]] = {variant.name: [] for variant in variants}
        prepared = {variant.name: _make_headers(variant, *servers[variant.server]) for variant in variants}
        for number in range(plan.rounds):
            progress(f"{workers} workers: round {number + 1} of {plan.rounds}")
            start = number % len(variants)
            for variant in variants[start:] + variants[:start]:
                pid, port = servers[variant.server]
                url = f"http://127.0.0.1:{port}{PATH}"
                measured[variant.name].append(measure_load(pid, url, prepared[variant.name], seconds=plan.seconds))
    yield from _make_figures(workers, variants, measured)


@contextmanager
def _running(
    workers: int, folder: Path, settings: Mapping[str, str], *, earlier: Path | None
) -> Iterator[dict[str, tuple[int, int]]]:
    """Run all servers; yield the process id and the port of each server."""
    servers = {}
    options = ("--config", "python:benchmarks.serving.gunicorn_conf")
    commands: dict[str, Sequence[str]] = {
        name: (*GUNICORN, *options, _APPS[name]) for name in _APPS if name not in _list_missing()
    }
    commands["ours"] = OURS
    commands[_GTHREAD] = (*GUNICORN, *options, *_GTHREAD_OPTIONS, _APPS["bare"])
    with ExitStack() as stack:
        for name, command in commands.items():
            pid, port, _ = stack.enter_context(serving(command, settings, path=PATH))
            servers[name] = pid, port
        for name, write in _CONFIGURATIONS.items() if _find_nginx() else ():
            port = find_free_port()
            configuration = write(folder / f"{name}-{workers}", folder / "site", port=port, workers=workers)
            started = serving(make_command(_find_nginx(), configuration), {}, path=PATH, port=port)
            pid, _, _ = stack.enter_context(started)
            servers[name] = pid, port
        if GRANIAN not in _list_missing():
            started = serving_with_granian(settings, path=PATH, workers=workers)
            pid, port, _ = stack.enter_context(started)
            servers[GRANIAN] = pid, port
        if earlier:
            own = {**settings, "DATABASE_URL": f"sqlite:///{folder / 'earlier.sqlite'}"}
            command = (str(earlier / ".venv" / "bin" / "python"), *OURS[1:])
            pid, port, _ = stack.enter_context(serving(command, own, path=PATH, root=earlier))
            servers[_EARLIER] = pid, port
        for pid, _ in servers.values():
            wait_for_workers(pid, workers)
        yield servers


def _list_missing() -> list[str]:
    missing = [name for name in ("whitenoise", "django", GRANIAN) if not find_spec(name)]
    return missing if _find_nginx() else [*missing, "nginx"]


def _find_nginx() -> str:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or ""


def _make_headers(variant: Variant, _pid: int, port: int) -> dict[str, str]:
    """Return the request headers, after a check of the answer's status."""
    etag = _request(port, {})[1]
    headers = {name: value.format(etag=etag) for name, value in variant.headers.items()}
    status, _ = _request(port, headers)
    if status != variant.status:
        raise MeasureError(f"{variant.name}: expected {variant.status}, got {status}.")
    return headers


def _request(port: int, headers: Mapping[str, str]) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", PATH, headers=dict(headers))
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.getheader("ETag", "")


def _make_figures(
    workers: int, variants: Sequence[Variant], measured: Mapping[str, Sequence[Throughput]]
) -> Iterator[Figure]:
    for variant in variants:
        peers = measured.get(variant.peer, ())
        yield Figure(
            name=variant.name,
            size=workers,
            unit="/s",
            ours=tuple(each.per_second for each in measured[variant.name]),
            peer_name=variant.peer,
            peer=tuple(each.per_second for each in peers),
            target=Target(Comparison.RATIO, variant.floor, is_floor=True) if variant.floor else None,
        )
    for variant in variants:
        if variant.server in ("ours", "bare-headers", GRANIAN, "nginx-ours"):
            peers = measured.get(variant.peer, ())
            yield Figure(
                name=f"CPU time, {variant.name}",
                size=workers,
                unit="µs",
                ours=tuple(each.cpu_us for each in measured[variant.name]),
                peer_name=variant.peer,
                peer=tuple(each.cpu_us for each in peers),
            )

"""Measure requests a second: of ours, of the bare WSGI callable, of Flask, WhiteNoise, Django, and of nginx."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

import msgspec

from benchmarks.corpus import Corpus, prepare_corpus
from benchmarks.figures import Comparison, Figure, Target, Tell
from benchmarks.processes import MeasureError, run
from benchmarks.report import Section
from benchmarks.servers import COLLECT, GUNICORN, OURS, find_free_port, serving, wait_for_workers
from benchmarks.serving.nginx import compose_command, write_example, write_plain
from benchmarks.serving.served_feed import PATH, VARIABLE, write_material
from benchmarks.serving.wrk import Answered, load
from feeds.settings import Settings

_ARTICLES = 200

SECTION = Section(
    name="serving",
    title="Serving",
    size="workers",
    legend=(
        "The feed of everything, 50 entries in Atom, asked for by wrk over 32 kept connections; wrk has to share "
        "this machine's cores with the server, so that figures of all cores are of about half of them. All servers "
        "written in Python run in gunicorn with our worker and the same settings, and send the same bytes, but for "
        "Django, which renders the same entries for each request. All are up all the time and asked in turn, each "
        "round beginning with another one; medians, with the least and the greatest round in parentheses. CPU time "
        "is that of the server's workers for a request; what else a machine does moves it less than requests a "
        "second."
    ),
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How many rounds, for how many seconds each server is asked in each, and the most workers, beside one."""

    rounds: int = 7
    seconds: int = 2
    workers: int = os.cpu_count() or 1


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One way to be answered: by which server, with which headers, and what it stands beside; `floor` is the target."""

    name: str
    server: str
    headers: Mapping[str, str] = {}
    status: int = 200
    beside: str = "the bare callable"
    floor: float | None = None


_APPS = {
    "bare": "benchmarks.serving.apps.bare_wsgi:app",
    "flask": "benchmarks.serving.apps.flask_view:app",
    "whitenoise": "benchmarks.serving.apps.whitenoise_file:app",
    "django": "benchmarks.serving.apps.django_syndication:app",
}
_CONFIGURATIONS = {"nginx-plain": write_plain, "nginx-ours": write_example}
_VARIANTS = (
    Variant(name="the bare callable", server="bare", beside=""),
    Variant(name="a plain Flask view", server="flask"),
    Variant(name="a file by WhiteNoise", server="whitenoise"),
    Variant(name="Django syndication", server="django"),
    Variant(name="ours, 200", server="ours", floor=0.9),
    Variant(name="ours, 200, gzip", server="ours", headers={"Accept-Encoding": "gzip"}),
    Variant(name="ours, 200, brotli", server="ours", headers={"Accept-Encoding": "br"}),
    Variant(name="ours, 304", server="ours", headers={"If-None-Match": "{etag}"}, status=304, floor=1.0),
    Variant(name="a file by nginx", server="nginx-plain", beside=""),
    Variant(name="the export by nginx", server="nginx-ours", beside="a file by nginx", floor=0.95),
)


def measure_serving(folder: Path, plan: Plan, *, tell: Tell) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Measure in an empty folder, of invented articles, with one worker and with the most.

    Raises:
        MeasureError: a server does not start, or something is not answered.
    """
    corpus = prepare_corpus(folder, _ARTICLES, program=None)
    environ = _make_environ(corpus, folder)
    run(COLLECT, environ)
    run((*COLLECT[:-1], "export", str(folder / "site")), environ)
    write_material(folder / "material", Settings.from_environ({**environ, "PORT": "8000"}))
    figures: list[Figure] = []
    for workers in sorted({1, plan.workers}):
        figures += _measure_with(workers, folder, environ, plan=plan, tell=tell)
    return tuple(figures), tuple(f"{name} was not measured: it is not installed." for name in _list_missing())


def _make_environ(corpus: Corpus, folder: Path) -> dict[str, str]:
    # With an address of its own the feed is the same at whatever port.
    return {
        "DATABASE_URL": corpus.database_url,
        "FEEDS_CONTENT": str(corpus.articles),
        "FEEDS_SITE_URL": "https://feeds.example.org",
        VARIABLE: str(folder / "material"),
    }


def _measure_with(
    workers: int, folder: Path, environ: Mapping[str, str], *, plan: Plan, tell: Tell
) -> Iterator[Figure]:
    settings = {**environ, "WEB_CONCURRENCY": str(workers)}
    with _running(workers, folder, settings) as servers:
        variants = [variant for variant in _VARIANTS if variant.server in servers]
        answered: dict[str, list[Answered]] = {variant.name: [] for variant in variants}
        prepared = {variant.name: _prepare(variant, *servers[variant.server]) for variant in variants}
        for number in range(plan.rounds):
            tell(f"{workers} workers: round {number + 1} of {plan.rounds}")
            start = number % len(variants)
            for variant in variants[start:] + variants[:start]:
                pid, port = servers[variant.server]
                url = f"http://127.0.0.1:{port}{PATH}"
                answered[variant.name].append(load(pid, url, prepared[variant.name], seconds=plan.seconds))
    yield from _make_figures(workers, variants, answered)


@contextmanager
def _running(workers: int, folder: Path, settings: Mapping[str, str]) -> Iterator[dict[str, tuple[int, int]]]:
    """Have all servers run; give the process and the port of each."""
    servers = {}
    options = ("--config", "python:benchmarks.serving.gunicorn_conf")
    commands = {"ours": OURS} | {
        name: (*GUNICORN, *options, _APPS[name]) for name in _APPS if name not in _list_missing()
    }
    with ExitStack() as stack:
        for name, command in commands.items():
            pid, port, _ = stack.enter_context(serving(command, settings, path=PATH))
            servers[name] = pid, port
        for name, write in _CONFIGURATIONS.items() if _find_nginx() else ():
            port = find_free_port()
            configuration = write(folder / f"{name}-{workers}", folder / "site", port=port, workers=workers)
            started = serving(compose_command(_find_nginx(), configuration), {}, path=PATH, port=port)
            pid, _, _ = stack.enter_context(started)
            servers[name] = pid, port
        for pid, _ in servers.values():
            wait_for_workers(pid, workers)
        yield servers


def _list_missing() -> list[str]:
    return [name for name in ("whitenoise", "django") if not find_spec(name)] + ([] if _find_nginx() else ["nginx"])


def _find_nginx() -> str:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or ""


def _prepare(variant: Variant, _pid: int, port: int) -> dict[str, str]:
    """Give the headers to ask with, having seen that they are answered as they should be."""
    etag = _ask(port, {})[1]
    headers = {name: value.format(etag=etag) for name, value in variant.headers.items()}
    status, _ = _ask(port, headers)
    if status != variant.status:
        raise MeasureError(f"{variant.name} was answered with {status}.")
    return headers


def _ask(port: int, headers: Mapping[str, str]) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", PATH, headers=dict(headers))
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.getheader("ETag", "")


def _make_figures(
    workers: int, variants: Sequence[Variant], answered: Mapping[str, Sequence[Answered]]
) -> Iterator[Figure]:
    for variant in variants:
        beside = answered.get(variant.beside, ())
        yield Figure(
            name=variant.name,
            size=workers,
            unit="/s",
            ours=tuple(each.per_second for each in answered[variant.name]),
            peer_name=variant.beside,
            peer=tuple(each.per_second for each in beside),
            target=Target(Comparison.RATIO, variant.floor, is_floor=True) if variant.floor else None,
        )
    for variant in variants:
        if variant.server in ("ours", "nginx-ours"):
            beside = answered.get(variant.beside, ())
            yield Figure(
                name=f"CPU time, {variant.name}",
                size=workers,
                unit="µs",
                ours=tuple(each.cpu_us for each in answered[variant.name]),
                peer_name=variant.beside,
                peer=tuple(each.cpu_us for each in beside),
            )

"""The processes of a small site share the few connections of a small database plan."""

import itertools
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from feeds.model.clock import to_seconds
from tests.acceptance.test_machines import make_site, start_collector, watching
from tests.support.articles import LONG_AGO, write_titled_article
from tests.support.environment import SOAK
from tests.support.postgresql import DatabaseServer
from tests.support.site import SiteServer, stopping

PLAN_CONNECTIONS = 20
CLIENTS = 48
SECONDS = 60 if SOAK else 3
ARTICLES = 400
# On a busy machine, clients of the real server would wait too long, and get a 503 that says nothing about connections.
# A connection beyond the limit is an error at once, instead of being tried again.
PATIENT = """
import feeds.catalog.postgresql as connecting, feeds.web.connections as limits, feeds.web.greenlets as greenlets
import gunicorn.app.wsgiapp as server
connecting._FULL = ()
limits.QUEUE_SECONDS = limits.ANSWER_SECONDS = greenlets.WORK_SECONDS = 60
server.run()
"""
PATIENT_SERVER = ("-c", PATIENT, "--config", "python:feeds.gunicorn_conf", "feeds.wsgi:app")


@pytest.mark.program
@pytest.mark.thorough
def test_two_web_processes_a_worker_and_a_collect_share_twenty_connections(
    postgresql: DatabaseServer, tmp_path: Path
) -> None:
    content = tmp_path / "content"
    content.mkdir()
    for number in range(ARTICLES):
        write_titled_article(content / f"{number}.md", published=LONG_AGO + timedelta(hours=number))
    database_url = postgresql.create_limited_database(PLAN_CONNECTIONS)
    make = partial(make_site, content=content, database_url=database_url)
    first, worker, *webs = [make(tmp_path / name) for name in ("first", "worker", "one", "two")]
    webs = [web.with_settings(FEEDS_CACHE_MB="1", WEB_CONCURRENCY="2") for web in webs]
    first.collect()
    numbers = itertools.count()
    with ExitStack() as stack:
        stack.enter_context(watching(worker))
        servers = [stack.enter_context(web.serving(PATIENT_SERVER)) for web in webs]
        end = time.monotonic() + SECONDS
        with ThreadPoolExecutor(CLIENTS) as clients:
            asked = [clients.submit(ask, servers[client % 2], numbers, end=end) for client in range(CLIENTS)]
            with stopping(start_collector(first)) as collector:
                assert collector.wait() == 0
            statuses = sum((each.result() for each in asked), Counter[int]())
    print(f"{statuses.total()} archive documents, statuses {dict(statuses)}")  # noqa: T201 with -s
    assert statuses.keys() == {200}


def ask(server: SiteServer, numbers: "itertools.count[int]", *, end: float) -> Counter[int]:
    """Ask for one archive document after the other, all different, and count the statuses."""
    statuses: Counter[int] = Counter()
    while time.monotonic() < end:
        number = next(numbers)
        feed_end = to_seconds(LONG_AGO + timedelta(seconds=number))
        statuses[server.get(f"/feed/archive/1-{feed_end}-{number:08x}.atom").status] += 1
    return statuses

"""Replay what a real pipeline did, commit by commit, while the `reader` library polls the feeds that are served.

The first commits only, and JSON Feeds, which the library reads soonest; all commits, and Atom, with `FEEDS_SOAK`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from reader import EntryUpdateStatus, Reader
from reader._types import EntryData  # what its hooks are given has no public name
from werkzeug.http import parse_date
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from feeds.settings import Settings
from feeds.web import cache
from feeds.web.app import create_app
from tests.support.corpus_history import apply_commit, read_history
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, dump_fresh

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COMMITS = None if SOAK else 100
EXTENSION = ".atom" if SOAK else ".json"
# Publishers have addresses for countries, and the pipeline has articles of several of them: stories of their own.
COUNTRY = re.compile("/(?:au|nz|sg|uk)(?=/)")
LAST_MODIFIED_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What a feed was answered with, by whom `known_etag` was asked with; `body` is a digest of the bytes."""

    known_etag: str
    status: int
    etag: str
    last_modified: datetime
    body: str


@dataclass
class Witness:
    """WSGI middleware that notes the answers of an app by path."""

    app: "WSGIApplication"
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        body, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        changed = parse_date(headers.get("Last-Modified")) or LAST_MODIFIED_UNKNOWN
        digest = blake2b(b"".join(body)).hexdigest()
        answer = Answer(environ.get("HTTP_IF_NONE_MATCH", ""), int(status[:3]), headers["ETag"], changed, digest)
        self.answers.setdefault(environ["PATH_INFO"], []).append(answer)
        start_response(status, headers.to_wsgi_list())
        return list(body)


class Subscription:
    """A person's reader that subscribes to the feed of everything and to every topic as it comes up."""

    def __init__(self, reader: Reader, newsroom: Newsroom, *, url: str, witness: Witness) -> None:
        self._reader = reader
        self._newsroom = newsroom
        self._url = url
        self._witness = witness
        self._last: dict[str, Answer] = {}
        self._bodies: dict[str, str] = {}
        self._etags: dict[tuple[str, str], str] = {}
        self._topics: set[str] = set()
        self.ids_by_link: dict[str, set[str]] = {}
        self.ids_by_title: dict[tuple[str, str], set[str]] = {}
        reader.after_entry_update_hooks.append(self._note)
        reader.add_feed(f"{url}/feed{EXTENSION}")

    def _note(self, _reader: Reader, entry: EntryData, _status: EntryUpdateStatus) -> None:
        self.ids_by_link.setdefault(entry.link or "", set()).add(entry.id)
        story = (entry.title or "", ", ".join(author.name or "" for author in entry.authors))
        self.ids_by_title.setdefault(story, set()).add(COUNTRY.sub("", entry.id))

    def poll(self) -> set[str]:
        """Ask for every feed, and give the scopes of those that have moved."""
        with self._newsroom.catalog.reading() as catalog:
            topics = {topic.slug for topic in catalog.topics()}
        for slug in sorted(topics - self._topics):
            self._reader.add_feed(f"{self._url}/topics/{slug}{EXTENSION}")
        self._topics |= topics
        self._witness.answers.clear()
        self._reader.update_feeds(scheduled=False)
        assert [feed.last_exception for feed in self._reader.get_feeds(broken=True)] == []
        return {path[1:].removesuffix(EXTENSION) for path in self._topics_and_all() if self._has_moved(path)}

    def _topics_and_all(self) -> list[str]:
        return [f"/feed{EXTENSION}", *(f"/topics/{slug}{EXTENSION}" for slug in sorted(self._topics))]

    def _has_moved(self, path: str) -> bool:
        """Say whether a feed has other validators than at the last poll, and check that they are right."""
        (answer,) = self._witness.answers[path]
        # Where none of what it keeps has changed, this reader goes on asking with the tag from before.
        assert answer.status == (304 if answer.known_etag == answer.etag else 200), path
        if answer.status == 200:
            assert self._bodies.setdefault(answer.etag, answer.body) == answer.body, path
            assert self._etags.setdefault((path, answer.body), answer.etag) == answer.etag, path
        before = self._last.get(path)
        self._last[path] = answer
        if before and before.etag == answer.etag:
            assert answer.last_modified == before.last_modified, path
            return False
        assert before is None or answer.last_modified > before.last_modified, path
        return True


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


@contextmanager
def serve(newsroom: Newsroom) -> Iterator[tuple[str, Witness]]:
    """Serve what a newsroom publishes, by its clock, until the block ends."""
    with make_server("127.0.0.1", 0, lambda _environ, _start: [], request_handler=_Quiet) as server:
        url = f"http://127.0.0.1:{server.port}"
        settings = Settings.from_environ({"FEEDS_SITE_URL": url, "FEEDS_LIMIT": "200"})
        server.app = witness = Witness(create_app(settings, newsroom.catalog, clock=newsroom.clock))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield url, witness
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.timeout(900)
def test_a_reader_that_polls_through_history_sees_what_changed_and_no_story_twice(
    newsroom: Newsroom, corpus: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "POLL_SECONDS", 0)  # time passes here by the commit
    newsroom.collect()
    with serve(newsroom) as (url, witness):
        subscription = Subscription(reader, newsroom, url=url, witness=witness)
        subscription.poll()
        for number, changes in enumerate(islice(read_history(corpus), COMMITS)):
            apply_commit(newsroom.folder, changes)
            result = newsroom.collect()
            visible = {scope for scope in result.scopes if not scope.startswith("providers/")}
            # What no version speaks of is polled from time to time, to see that it has not moved.
            if visible or number % 10 == 0:
                assert subscription.poll() == visible, number
    assert {link: ids for link, ids in subscription.ids_by_link.items() if len(ids) > 1} == {}
    assert {story: ids for story, ids in subscription.ids_by_title.items() if len(ids) > 1} == {}
    assert newsroom.dump() == dump_fresh(newsroom, "")

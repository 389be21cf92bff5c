"""Replay the commits of a real pipeline while the `reader` library polls the feeds.

By default, the first commits with JSON Feeds, which the library reads fastest; with `FEEDS_SOAK`, all with Atom.
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
from flask import Flask
from reader import EntryUpdateStatus, Reader
from reader._types import EntryData  # the type of a hook's argument has no public name
from werkzeug.http import parse_date
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from feeds.settings import Settings
from feeds.web.app import create_app
from tests.support.corpus_history import apply_commit, read_history
from tests.support.environment import SOAK
from tests.support.newsroom import Newsroom, dump_fresh

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

pytestmark = pytest.mark.program

COMMITS = None if SOAK else 100
EXTENSION = ".atom" if SOAK else ".json"
# Publishers have URLs for countries; the pipeline treats the same article of two countries as two stories.
COUNTRY = re.compile("/(?:au|nz|sg|uk)(?=/)")
LAST_MODIFIED_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """An answer to a request with `known_etag`; `body` is a digest of the bytes."""

    known_etag: str
    status: int
    etag: str
    last_modified: datetime
    body: str


@dataclass
class AnswerRecorder:
    """WSGI middleware that records an app's answers by path, and polls the catalog: the clock advances by commit."""

    app: Flask
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        self.app.extensions["poller"].poll()
        body, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        changed = parse_date(headers.get("Last-Modified")) or LAST_MODIFIED_UNKNOWN
        digest = blake2b(b"".join(body)).hexdigest()
        answer = Answer(environ.get("HTTP_IF_NONE_MATCH", ""), int(status[:3]), headers["ETag"], changed, digest)
        self.answers.setdefault(environ["PATH_INFO"], []).append(answer)
        start_response(status, headers.to_wsgi_list())
        return list(body)


class ReaderSubscription:
    """A reader, subscribed to the feed of all entries and to every new topic."""

    def __init__(self, reader: Reader, newsroom: Newsroom, *, url: str, recorder: AnswerRecorder) -> None:
        self._reader = reader
        self._newsroom = newsroom
        self._url = url
        self._recorder = recorder
        self._last: dict[str, Answer] = {}
        self._bodies: dict[str, str] = {}
        self._etags: dict[tuple[str, str], str] = {}
        self._topics: set[str] = set()
        self.ids_by_link: dict[str, set[str]] = {}
        self.ids_by_title: dict[tuple[str, str], set[str]] = {}
        reader.after_entry_update_hooks.append(self._record)
        reader.add_feed(f"{url}/feed{EXTENSION}")

    def _record(self, _reader: Reader, entry: EntryData, _status: EntryUpdateStatus) -> None:
        self.ids_by_link.setdefault(entry.link or "", set()).add(entry.id)
        story = (entry.title or "", ", ".join(author.name or "" for author in entry.authors))
        self.ids_by_title.setdefault(story, set()).add(COUNTRY.sub("", entry.id))

    def poll(self) -> set[str]:
        """Poll every feed, and return the scopes of changed feeds."""
        with self._newsroom.catalog.reading() as catalog:
            topics = {topic.slug for topic in catalog.list_topics(now=self._newsroom.now)}
        for slug in sorted(topics - self._topics):
            self._reader.add_feed(f"{self._url}/topics/{slug}{EXTENSION}")
        self._topics |= topics
        self._recorder.answers.clear()
        self._reader.update_feeds(scheduled=False)
        assert [feed.last_exception for feed in self._reader.get_feeds(broken=True)] == []
        return {path[1:].removesuffix(EXTENSION) for path in self._list_paths() if self._has_changed(path)}

    def _list_paths(self) -> list[str]:
        return [f"/feed{EXTENSION}", *(f"/topics/{slug}{EXTENSION}" for slug in sorted(self._topics))]

    def _has_changed(self, path: str) -> bool:
        """Return whether a feed's validators changed since the last poll, and check the validators."""
        (answer,) = self._recorder.answers[path]
        # If none of the stored fields changed, the reader keeps sending the previous ETag.
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
def serve(newsroom: Newsroom) -> Iterator[tuple[str, AnswerRecorder]]:
    """Serve a newsroom's feeds with its clock until the block ends."""
    with make_server("127.0.0.1", 0, lambda _environ, _start: [], request_handler=_Quiet) as server:
        url = f"http://127.0.0.1:{server.port}"
        settings = Settings.from_environ({"FEEDS_SITE_URL": url, "FEEDS_LIMIT": "200"})
        server.app = recorder = AnswerRecorder(create_app(settings, newsroom.catalog, clock=newsroom.clock))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield url, recorder
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.timeout(900)
def test_a_polling_reader_sees_every_change_and_no_story_twice(
    newsroom: Newsroom, corpus: Path, reader: Reader
) -> None:
    newsroom.collect()
    with serve(newsroom) as (url, recorder):
        subscription = ReaderSubscription(reader, newsroom, url=url, recorder=recorder)
        subscription.poll()
        for number, changes in enumerate(islice(read_history(corpus), COMMITS)):
            apply_commit(newsroom.folder, changes)
            result = newsroom.collect()
            visible = {scope for scope in result.scopes if not scope.startswith("providers/")}
            # Without a new version, poll now and then to check that no feed changed.
            if visible or number % 10 == 0:
                assert subscription.poll() == visible, number
    assert {link: ids for link, ids in subscription.ids_by_link.items() if len(ids) > 1} == {}
    assert {story: ids for story, ids in subscription.ids_by_title.items() if len(ids) > 1} == {}
    assert newsroom.dump() == dump_fresh(newsroom, "")

"""The versions of documents that the catalog had, rendered from the catalog itself without the server."""

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Event, Lock
from urllib.parse import unquote

import msgspec

from feeds.catalog.catalog import Catalog
from feeds.catalog.reader import CatalogReader
from feeds.catalog.records import CatalogState
from feeds.model.errors import CatalogError, NotFoundError
from feeds.settings import Settings
from feeds.site.documents import make_document, resolve_address
from feeds.site.url_parser import parse_address

MISSING = b""
"""The digest of a document that the catalog does not have."""

_POLL_SECONDS = 0.05


class Version(msgspec.Struct, frozen=True):
    """A version of a document, which became current at a time between `earliest` and `latest`."""

    digest: bytes
    earliest: float
    latest: float


class VersionLog:
    """All versions of each document, in order; thread-safe. Times are seconds since 1970."""

    def __init__(self) -> None:
        self.known_until = 0.0
        """The versions before this time are complete."""
        self.commits: list[tuple[float, float]] = []
        """Each commit happened between two times."""
        self.gaps: list[tuple[float, float]] = []
        """The times between which a version may be missing, because two commits came fast."""
        self._versions: dict[str, list[Version]] = {}
        self._lock = Lock()

    def record(self, path: str, digest: bytes, *, earliest: float, latest: float) -> None:
        """Record that a document was current, unless it already was."""
        with self._lock:
            versions = self._versions.setdefault(path, [])
            if not versions or versions[-1].digest != digest:
                versions.append(Version(digest, earliest, latest))

    def list_versions(self, path: str) -> list[Version]:
        """Return all versions of a document; empty for a document that nobody tracks."""
        with self._lock:
            return list(self._versions.get(path, ()))

    def has_commit(self, start: float, end: float) -> bool:
        """Return whether there may have been a commit between two times."""
        return any(earliest <= end and start <= latest for earliest, latest in self.commits.copy())

    def has_gap(self, start: float, end: float) -> bool:
        """Return whether a version between two times may be missing."""
        return any(gap_start <= end and start <= gap_end for gap_start, gap_end in self.gaps.copy())


def make_digest(body: bytes) -> bytes:
    """Return a digest of a body without content coding."""
    return blake2b(body, digest_size=16).digest()


def render_all(reader: CatalogReader, paths: Sequence[str], settings: Settings) -> dict[str, bytes]:
    """Render documents, and return the digest of each."""
    return {path: _render(reader, path, settings) for path in paths}


def observe_until(stop: Event, settings: Settings, paths: Sequence[str], log: VersionLog) -> None:
    """Record each version of the documents at `paths` until `stop` is set; wait for a catalog that is away."""
    with closing(Catalog(settings.database_url)) as catalog:
        observer = _Observer(catalog, settings, paths, log=log)
        while not stop.is_set():
            try:
                observer.observe()
            except CatalogError:
                catalog.close()
            time.sleep(_POLL_SECONDS)


class _Observer:
    def __init__(self, catalog: Catalog, settings: Settings, paths: Sequence[str], *, log: VersionLog) -> None:
        self._catalog = catalog
        self._settings = settings
        self._paths = paths
        self._log = log
        self._state: CatalogState | None = None
        self._read = time.time()  # when the state was last read

    def observe(self) -> None:
        """Read the state of the catalog, and render all documents of a new state."""
        started = time.time()
        with self._catalog.reading() as reader:
            state = reader.read_state()
            latest = time.time()
            if self._is_new(state):
                for path, digest in render_all(reader, self._paths, self._settings).items():
                    self._log.record(path, digest, earliest=self._read, latest=latest)
                self._note_gap(state, latest=latest)
        self._state = state
        self._read = self._log.known_until = started

    def _is_new(self, state: CatalogState) -> bool:
        old = self._state
        return old is None or (state.generation, state.commit) != (old.generation, old.commit)

    def _note_gap(self, state: CatalogState, *, latest: float) -> None:
        old = self._state
        if old is not None:
            is_next = state.generation == old.generation and state.version == old.version + 1
            self._log.commits.append((self._read, latest))
            if not is_next:
                self._log.gaps.append((self._read, latest))


def _render(reader: CatalogReader, reference: str, settings: Settings) -> bytes:
    path, _, query = reference.partition("?")
    now = datetime.now(UTC)
    try:
        address = parse_address(unquote(path), query, defaults=settings.defaults)
        address = resolve_address(address, reader, path=unquote(path), now=now)
        return make_digest(make_document(address, reader, settings=settings, now=now).body)
    except NotFoundError:
        return MISSING

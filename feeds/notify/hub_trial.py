"""Try a hub out: subscribe to a temporary feed, publish a change, and wait for the hub to push it (WebSub)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import msgspec

from feeds.model.errors import FeedsError
from feeds.notify.http_client import TIMEOUT_SECONDS
from feeds.notify.websub import post_form, send_notification

_ACCEPTED = 202
_MAX_BODY_BYTES = 1_000_000


class HubTrial(msgspec.Struct, frozen=True):
    """The hub to try, the URL at which the hub reaches this machine, and the local port behind the URL.

    The hub has `wait_seconds` for each step.
    """

    hub: str
    callback: str
    port: int
    wait_seconds: float = 60


def try_hub(trial: HubTrial, report: Callable[[str], object]) -> None:
    """Subscribe, publish and wait; `report` gets a sentence after each step.

    Raises:
        FeedsError: a step failed; the message says which and what to do.
    """
    feed = _TemporaryFeed(trial)
    with feed.serving():
        start = time.monotonic()

        def tell(sentence: str) -> None:
            report(f"{time.monotonic() - start:5.1f} s  {sentence}")

        tell(f"This machine serves a temporary feed at {feed.topic}.")
        _subscribe(trial.hub, feed)
        tell("The hub accepts a subscription.")
        _wait(feed.verified, trial, f"did not verify the subscription; can it reach {feed.topic}?")
        tell("The hub has verified the subscription.")
        feed.publish()
        send_notification(trial.hub, feed.topic, timeout_seconds=TIMEOUT_SECONDS)
        tell("The hub accepts a notification.")
        _wait(feed.fetched, trial, "did not fetch the changed feed. Name another hub.")
        tell("The hub has fetched the changed feed.")
        _wait(feed.pushed, trial, "did not push the changed feed. Name another hub.")
        if feed.pushed_body != feed.body:
            raise FeedsError(f"The hub {trial.hub} pushed other bytes than those of the feed. Name another hub.")
        tell("The hub has pushed the changed feed. Subscribers will get changes at once.")


def _subscribe(hub: str, feed: "_TemporaryFeed") -> None:
    form = {"hub.mode": "subscribe", "hub.topic": feed.topic, "hub.callback": feed.callback, "hub.verify": "async"}
    status = post_form(hub, form, timeout_seconds=TIMEOUT_SECONDS).status
    if status != _ACCEPTED:
        raise FeedsError(f"The hub {hub} answered {status} to a subscription; expected 202. Name another hub.")


def _wait(event: Event, trial: HubTrial, failure: str) -> None:
    if not event.wait(trial.wait_seconds):
        raise FeedsError(f"Within {trial.wait_seconds:.0f} s the hub {trial.hub} {failure}")


class _TemporaryFeed:
    """A feed at `topic` that changes once, and a subscriber at `callback`; the events tell what the hub has done."""

    def __init__(self, trial: HubTrial) -> None:
        base, token = trial.callback.rstrip("/"), token_urlsafe(12)
        self.topic = f"{base}/{token}.atom"
        self.callback = f"{base}/{token}"
        self.verified, self.fetched, self.pushed = Event(), Event(), Event()
        self.pushed_body = b""
        self.links = f'<{trial.hub}>; rel="hub", <{self.topic}>; rel="self"'
        self.body = self._write("First")
        self._port = trial.port
        self._is_changed = False

    def publish(self) -> None:
        """Change the feed."""
        self.body = self._write("Second")
        self._is_changed = True

    def get(self, path: str, query: str) -> bytes | None:
        """Return the feed, or the answer to the verification of a subscription (WebSub section 5.3); else None."""
        if path == urlsplit(self.topic).path:
            if self._is_changed:
                self.fetched.set()
            return self.body
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        if path != urlsplit(self.callback).path or asked.get("hub.topic") != self.topic:
            return None
        if asked.get("hub.mode") == "subscribe":
            self.verified.set()
        return asked.get("hub.challenge", "").encode()

    def post(self, path: str, body: bytes) -> bytes | None:
        """Take pushed content (WebSub section 7); return None at another path."""
        if path != urlsplit(self.callback).path:
            return None
        self.pushed_body = body
        self.pushed.set()
        return b""

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer requests until the block ends.

        Raises:
            FeedsError: the port is in use.
        """
        try:
            server = ThreadingHTTPServer(("", self._port), _make_handler(self))
        except OSError as error:
            raise FeedsError(
                f"Cannot listen on port {self._port}: {error.strerror}. Choose a port by --port."
            ) from None
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _write(self, title: str) -> bytes:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return (
            "<?xml version='1.0' encoding='UTF-8'?>\n"
            f'<feed xmlns="http://www.w3.org/2005/Atom"><id>{self.topic}</id><title>A test of a hub</title>'
            f'<updated>{now}</updated><link rel="self" href="{self.topic}"/><author><name>topic-feeds</name></author>'
            f"<entry><id>{self.topic}#{title}</id><title>{title}</title><updated>{now}</updated>"
            f"<content>{title}</content></entry></feed>\n"
        ).encode()


def _make_handler(feed: _TemporaryFeed) -> type[BaseHTTPRequestHandler]:
    class TrialHandler(BaseHTTPRequestHandler):
        timeout = TIMEOUT_SECONDS

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(feed.get(parts.path, parts.query))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            body = self.rfile.read(min(int(length), _MAX_BODY_BYTES)) if length.isdecimal() else b""
            self._answer(feed.post(urlsplit(self.path).path, body))

        def _answer(self, body: bytes | None) -> None:
            self.send_response(404 if body is None else 200)
            is_feed = bool(body and body.startswith(b"<?xml"))
            self.send_header("Content-Type", "application/atom+xml" if is_feed else "text/plain")
            self.send_header("Link", feed.links)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_args: object) -> None:
            """Write no log: the steps are reported."""

    return TrialHandler

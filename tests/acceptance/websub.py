"""A hub and a subscriber on loopback, by the W3C's WebSub (https://www.w3.org/TR/websub/)."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.servers import find_free_port
from tests.support.site import fetch

Answer: TypeAlias = tuple[int, bytes]
SECRET = "correct horse"  # noqa: S105 the test's own
LEASE_SECONDS = 3600


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a POST request, and return the status."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("POST", parts.path, body=body, headers=dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()


@dataclass(frozen=True)
class Subscription:
    """A subscriber's callback URL and the secret for signatures."""

    callback: str
    secret: str


@dataclass
class PushHub:
    """A hub (sections 5, 7 and 8) that verifies subscribers, fetches notified topics, and pushes signed content."""

    url: str
    notifications: list[str] = field(default_factory=list)
    subscriptions: dict[str, list[Subscription]] = field(default_factory=dict)

    def post(self, form: Mapping[str, str]) -> Answer:
        """Answer a publisher's or a subscriber's request."""
        topic = form["hub.topic"]
        if form["hub.mode"] == "publish":
            self.notifications.append(topic)
            self._distribute(topic)
            return 204, b""
        subscription = Subscription(form["hub.callback"], form.get("hub.secret", ""))
        self._verify(topic, subscription)
        return 202, b""

    def _verify(self, topic: str, subscription: Subscription) -> None:
        """Verify the subscriber's intent (section 5.3)."""
        challenge = hashlib.sha256(topic.encode()).hexdigest()
        query = {
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.challenge": challenge,
            "hub.lease_seconds": str(LEASE_SECONDS),
        }
        answer = fetch(f"{subscription.callback}?{urlencode(query)}")
        if (answer.status, answer.body) == (200, challenge.encode()):
            self.subscriptions.setdefault(topic, []).append(subscription)

    def _distribute(self, topic: str) -> None:
        """Push the topic's current content (section 7), signed (section 7.1)."""
        content = fetch(topic)
        assert content.status == 200
        for subscription in self.subscriptions.get(topic, ()):
            signature = hmac.new(subscription.secret.encode(), content.body, hashlib.sha256).hexdigest()
            headers = {
                "Content-Type": content.headers["content-type"],
                "Link": f'<{self.url}>; rel="hub", <{topic}>; rel="self"',
                "X-PushHub-Signature": f"sha256={signature}",
            }
            assert post(subscription.callback, content.body, headers) == 200


@dataclass
class Subscriber:
    """A subscriber (sections 4 and 5) that discovers a feed's hub, subscribes, and receives pushed content."""

    url: str
    wanted: set[str] = field(default_factory=set)
    verified: set[str] = field(default_factory=set)
    pushed: list[tuple[str, bytes]] = field(default_factory=list)

    def subscribe(self, address: str) -> str:
        """Subscribe to the feed at an address, and return the feed's `self` URL."""
        links = read_links(fetch(address).headers["link"])
        self.wanted.add(links["self"])
        form = {
            "hub.mode": "subscribe",
            "hub.topic": links["self"],
            "hub.callback": self.url,
            "hub.secret": SECRET,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert post(links["hub"], urlencode(form).encode(), headers) == 202
        return links["self"]

    def get(self, query: Mapping[str, str]) -> Answer:
        """Confirm a requested subscription."""
        if query["hub.topic"] not in self.wanted:
            return 404, b""
        self.verified.add(query["hub.topic"])
        return 200, query["hub.challenge"].encode()

    def receive(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Store pushed content after a check of the signature."""
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-PushHub-Signature"] == f"sha256={signature}"
        self.pushed.append((read_links(headers["Link"])["self"], body))
        return 200, b""


def read_links(header: str) -> dict[str, str]:
    """Parse a `Link` header (RFC 8288) into URLs by relation."""
    parts = (link.strip().partition(">; rel=") for link in header.split(","))
    return {rel.strip('"'): target.removeprefix("<") for target, _, rel in parts}


@contextmanager
def running_push_hub() -> Iterator[PushHub]:
    """Run a hub until the block ends."""
    port = find_free_port()
    hub = PushHub(f"http://localhost:{port}/")
    with _serving(port, on_post=lambda body, _headers: hub.post(_read_form(body.decode()))):
        yield hub


@contextmanager
def running_subscriber() -> Iterator[Subscriber]:
    """Run a subscriber until the block ends."""
    port = find_free_port()
    subscriber = Subscriber(f"http://localhost:{port}/callback")
    with _serving(port, on_get=lambda query: subscriber.get(_read_form(query)), on_post=subscriber.receive):
        yield subscriber


def _read_form(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


@contextmanager
def _serving(
    port: int,
    *,
    on_post: Callable[[bytes, Mapping[str, str]], Answer],
    on_get: Callable[[str], Answer] = lambda _query: (404, b""),
) -> Iterator[None]:
    class WebSubHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(*on_get(urlsplit(self.path).query))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(*on_post(body, dict(self.headers)))

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("localhost", port), WebSubHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Every hub understands a notification, and any failure of a hub is the same error."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from feeds.model.errors import HubError
from feeds.notify.websub import send_notification
from tests.support.hub import Hub
from tests.support.servers import find_free_port

FEED = "https://news.example/topics/%C3%A9tude.atom?a=b&c"


@contextmanager
def saying(answer: bytes, *, endless: bytes = b"") -> Iterator[str]:
    """Listen on a port, accept one request, and answer with any bytes, then with `endless` every 50 ms."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_once() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)
                with suppress(ConnectionError):
                    while endless:
                        connection.sendall(endless)
                        time.sleep(0.05)

        thread = Thread(target=answer_once)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


def catch(hub: str, *, timeout_seconds: float = 5) -> HubError:
    with pytest.raises(HubError) as caught:
        send_notification(hub, FEED, timeout_seconds=timeout_seconds)
    assert hub in str(caught.value)
    return caught.value


def test_a_notification_names_the_feed_in_both_ways(hub: Hub) -> None:
    send_notification(hub.url, FEED, timeout_seconds=5)
    assert hub.forms == [{"hub.mode": ["publish"], "hub.url": [FEED], "hub.topic": [FEED]}]
    assert hub.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert hub.headers[0]["User-Agent"].startswith("topic-feeds/")


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_success_will_do(hub: Hub, status: int) -> None:
    hub.status = status
    send_notification(hub.url, FEED, timeout_seconds=5)


@pytest.mark.parametrize(
    ("status", "is_away"),
    [(301, False), (307, False), (400, False), (404, False), (429, True), (500, True), (503, True)],
)
def test_any_other_answer_is_an_error_and_no_redirect_is_followed(hub: Hub, status: int, *, is_away: bool) -> None:
    hub.status = status
    error = catch(hub.url)
    assert f"answered {status}" in str(error)
    assert error.is_away is is_away
    assert len(hub.forms) == 1


def test_a_hub_that_hangs_is_not_waited_for(hub: Hub) -> None:
    hub.is_hanging = True
    begun = time.monotonic()
    error = catch(hub.url, timeout_seconds=0.2)
    assert "cannot be reached (timed out)" in str(error)
    assert error.is_away
    assert time.monotonic() - begun < 5


def test_a_hub_that_answers_for_ever_is_not_waited_for() -> None:
    begun = time.monotonic()
    with saying(b"HTTP/1.1 20", endless=b"4") as hub:
        assert catch(hub, timeout_seconds=0.5).is_away
    # The status has arrived, and the connection may be reset afterwards.
    with saying(b"HTTP/1.1 204 No Content\r\nX: ", endless=b"x") as hub, suppress(HubError):
        send_notification(hub, FEED, timeout_seconds=0.5)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [
        (429, "120", 120),
        (503, "0", 0),
        (503, "9" * 5_000, 86_400),
        (503, "-5", 0),
        (429, "soon", 0),
        (429, "Fri, 13 Nov 20202020202020202020 10:00:00 GMT", 0),
        (429, "Sun, 01 Jan 2017 00:00:00 GMT", 0),
        (429, "Wed, 01 Jan 2200 00:00:00 GMT", 86_400),
        (429, "", 0),
        (404, "120", 0),
    ],
)
def test_a_hub_may_ask_for_patience(hub: Hub, status: int, text: str, seconds: int) -> None:
    hub.status, hub.retry_after = status, text
    assert catch(hub.url).patience_seconds == seconds


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 twelve\r\n\r\n"])
def test_a_hub_that_does_not_speak_http_is_away(answer: bytes) -> None:
    with saying(answer) as hub:
        assert catch(hub).is_away


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid", f"{'a' * 70}.example"])
def test_a_hub_that_is_not_there_is_away(host: str) -> None:
    error = catch(f"http://{host}:{find_free_port()}/")
    assert "cannot be reached" in str(error)
    assert error.is_away

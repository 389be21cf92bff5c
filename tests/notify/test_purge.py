"""A PURGE request has the path and host of the site, and any failure of a cache is the same error."""

from urllib.parse import urlsplit

import pytest

from feeds.model.errors import PurgeError
from feeds.notify.purge import send_purge
from tests.support.hub import Hub
from tests.support.servers import find_free_port

PAGE = "https://news.example/base/topics/%C3%A9tude.atom"


def find_cache(hub: Hub) -> str:
    return f"http://{urlsplit(hub.url).netloc}"


def test_a_purge_names_the_document_as_readers_do(hub: Hub) -> None:
    send_purge(find_cache(hub), PAGE, timeout_seconds=5)
    assert hub.purged == ["/base/topics/%C3%A9tude.atom"]
    assert hub.headers[0]["Host"] == "news.example"
    assert hub.headers[0]["User-Agent"].startswith("topic-feeds/")


@pytest.mark.parametrize("status", [200, 204, 404, 412])
def test_a_cache_without_the_document_is_fine(hub: Hub, status: int) -> None:
    hub.status = status
    send_purge(find_cache(hub), PAGE, timeout_seconds=5)


@pytest.mark.parametrize(("status", "is_away"), [(301, False), (403, False), (405, False), (503, True)])
def test_any_other_answer_is_an_error_and_no_redirect_is_followed(hub: Hub, status: int, *, is_away: bool) -> None:
    hub.status = status
    with pytest.raises(PurgeError, match=f"answered {status}; purges will be sent again later") as caught:
        send_purge(find_cache(hub), PAGE, timeout_seconds=5)
    assert caught.value.is_away is is_away
    assert len(hub.purged) == 1


def test_a_cache_that_is_not_there_is_away() -> None:
    with pytest.raises(PurgeError, match="cannot be reached") as caught:
        send_purge(f"http://127.0.0.1:{find_free_port()}", PAGE, timeout_seconds=5)
    assert caught.value.is_away


def test_a_cache_that_hangs_is_not_waited_for(hub: Hub) -> None:
    hub.is_hanging = True
    with pytest.raises(PurgeError, match="timed out"):
        send_purge(find_cache(hub), PAGE, timeout_seconds=0.2)

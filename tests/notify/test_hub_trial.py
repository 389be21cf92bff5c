"""A hub is tried out with a temporary feed, and each failure is named."""

from collections.abc import Iterator, Mapping
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from feeds.cli import main
from feeds.model.errors import FeedsError
from feeds.notify.hub_trial import HubTrial, try_hub
from tests.acceptance.websub import Answer, PushHub, running_push_hub
from tests.support.hub import running_hub
from tests.support.servers import find_free_port


@pytest.fixture
def push_hub() -> Iterator[PushHub]:
    with running_push_hub() as hub:
        yield hub


def attempt(hub: str) -> list[str]:
    """Try out a hub that has a moment for each step, and return the reported sentences."""
    port, steps = find_free_port(), list[str]()
    try_hub(HubTrial(hub, f"http://127.0.0.1:{port}/trial/", port, wait_seconds=0.3), report=steps.append)
    return steps


def test_a_working_hub_passes_every_step(push_hub: PushHub) -> None:
    port = find_free_port()
    result = CliRunner().invoke(
        main, ["audit", "--hub", push_hub.url, "--callback", f"http://127.0.0.1:{port}/", "--port", str(port)]
    )
    assert result.exit_code == 0, result.output
    steps = [line.split(" s  ", 1)[1] for line in result.stdout.splitlines()]
    assert steps[0].startswith(f"This machine serves a temporary feed at http://127.0.0.1:{port}/")
    assert steps[1:] == [
        "The hub accepts a subscription.",
        "The hub has verified the subscription.",
        "The hub accepts a notification.",
        "The hub has fetched the changed feed.",
        "The hub has pushed the changed feed. Subscribers will get changes at once.",
    ]


def test_a_hub_that_does_not_accept_subscriptions_is_named() -> None:
    with running_hub() as hub, pytest.raises(FeedsError, match=r"answered 204 to a subscription; expected 202"):
        attempt(hub.url)


def test_a_hub_that_is_not_there_is_named() -> None:
    with pytest.raises(FeedsError, match="cannot be reached"):
        attempt(f"http://127.0.0.1:{find_free_port()}/")


def test_a_hub_that_never_verifies_is_named() -> None:
    with running_hub() as hub:
        hub.status = 202
        with pytest.raises(FeedsError, match=r"Within 0 s the hub .* did not verify the subscription; can it reach"):
            attempt(hub.url)


@pytest.mark.parametrize(
    ("fetches", "failure"), [(False, "did not fetch the changed"), (True, "did not push the changed")]
)
def test_a_hub_that_accepts_notifications_and_pushes_nothing_is_named(
    push_hub: PushHub, monkeypatch: pytest.MonkeyPatch, failure: str, *, fetches: bool
) -> None:
    post = PushHub.post

    def idle(self: PushHub, form: Mapping[str, str]) -> Answer:
        if form["hub.mode"] == "subscribe":
            return post(self, form)
        if fetches:
            with urlopen(form["hub.topic"], timeout=5):  # noqa: S310 it is our own server's
                pass
        return 204, b""

    monkeypatch.setattr(PushHub, "post", idle)
    with pytest.raises(FeedsError, match=failure):
        attempt(push_hub.url)


def test_a_port_in_use_is_named(push_hub: PushHub) -> None:
    port = int(push_hub.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(FeedsError, match=rf"Cannot listen on port {port}: .*--port"):
        try_hub(HubTrial(push_hub.url, "http://127.0.0.1/", port), report=print)


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["--hub", "http://a.example/"],
        ["--callback", "http://a.example/"],
        ["http://a.example/", "--hub", "http://b.example/"],
    ],
)
def test_the_options_belong_together(args: list[str]) -> None:
    result = CliRunner().invoke(main, ["audit", *args])
    assert result.exit_code == 2
    assert "--hub and --callback" in result.stderr or "Missing argument" in result.stderr

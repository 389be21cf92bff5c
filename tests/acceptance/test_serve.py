"""One command collects and serves, and says where."""

from pathlib import Path

import pytest

from tests.support.paths import SEEDS
from tests.support.site import Site


@pytest.mark.parametrize("folders", [(), (str(SEEDS),)], ids=["of the setting", "named"])
def test_serve_collects_serves_and_says_where(tmp_path: Path, folders: tuple[str, ...]) -> None:
    site = Site(tmp_path, tmp_path / "nowhere" if folders else SEEDS)
    with site.serving(("-m", "feeds", "serve", *folders)) as server:
        response = server.get("/topics/ai.atom")
    assert response.body.count(b"<entry>") == 3
    assert f'href="{server.url}/topics/ai.atom" rel="self"'.encode() in response.body
    printed = server.log.read_text()
    assert "3 added" in printed
    assert f"Serving Topic Feeds at {server.url}/" in printed.splitlines()
    assert "its feed" not in printed  # a log gets one line

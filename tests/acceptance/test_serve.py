"""`feeds serve` collects, serves, and prints the URL."""

from pathlib import Path

import pytest

from tests.support.paths import SEEDS
from tests.support.site import Site

pytestmark = pytest.mark.program


@pytest.mark.parametrize("folders", [(), (str(SEEDS),)], ids=["by setting", "by argument"])
def test_serve_collects_serves_and_prints_the_url(tmp_path: Path, folders: tuple[str, ...]) -> None:
    site = Site(tmp_path, tmp_path / "nowhere" if folders else SEEDS)
    with site.serving(("-m", "feeds", "serve", *folders)) as server:
        response = server.get("/topics/ai.atom")
    assert response.body.count(b"<entry>") == 3
    assert f'href="{server.url}/topics/ai.atom" rel="self"'.encode() in response.body
    printed = server.log.read_text()
    assert "3 added" in printed
    assert f"Serving Topic Feeds at {server.url}/" in printed.splitlines()
    assert "its feed" not in printed  # a log gets a single line

"""Run newsboat as a user does."""

import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Item: TypeAlias = tuple[str, str, str, int]
"""A row of newsboat's cache: guid, title, link, seconds since 1970."""


@dataclass(frozen=True)
class Newsboat:
    """A newsboat with a separate home folder."""

    program: str
    folder: Path

    def subscribe(self, url: str) -> None:
        self.folder.mkdir()
        (self.folder / "config").write_text("reload-threads 1\ndownload-retries 1\n")
        (self.folder / "urls").write_text(f"{url}\n")

    def reload(self) -> None:
        files = [f"--url-file={self.folder}/urls", f"--config-file={self.folder}/config"]
        subprocess.run(
            [self.program, *files, f"--cache-file={self.folder}/cache.db", "--execute=reload"],
            env={**os.environ, "HOME": str(self.folder)},
            check=True,
            capture_output=True,
            timeout=60,
        )

    def import_opml(self, document: bytes) -> list[str]:
        """Import an OPML list, and return the URLs of all imported feeds."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "feeds.opml").write_bytes(document)
        files = [f"--url-file={self.folder}/urls", f"--import-from-opml={self.folder}/feeds.opml"]
        environ = {**os.environ, "HOME": str(self.folder)}
        subprocess.run([self.program, *files], env=environ, check=True, capture_output=True, timeout=60)
        return [line.split()[0] for line in (self.folder / "urls").read_text().splitlines()]

    def list_items(self) -> list[Item]:
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            return sorted(cache.execute("SELECT guid, title, url, pubDate FROM rss_item WHERE deleted = 0"))

    def count_unread(self) -> int:
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            (count,) = cache.execute("SELECT count(*) FROM rss_item WHERE deleted = 0 AND unread = 1").fetchone()
        assert isinstance(count, int)
        return count

    def mark_all_read(self) -> None:
        with closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            cache.execute("UPDATE rss_item SET unread = 0")
            cache.commit()

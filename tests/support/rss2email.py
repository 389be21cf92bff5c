"""Run rss2email as a user does, with a maildir instead of a mail server."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rss2Email:
    """An rss2email with a separate home folder."""

    program: str
    folder: Path

    def subscribe(self, url: str) -> None:
        """Subscribe to a feed, and take its present entries as known."""
        (self.folder / "mail").mkdir(parents=True)
        (self.folder / "r2e.cfg").write_text(
            "[DEFAULT]\nfrom = feeds@blog.example\nto = reader@blog.example\nemail-protocol = maildir\n"
            f"maildir-path = {self.folder}/mail\nmaildir-mailbox = new-stories\n\n[feed.blog]\nurl = {url}\n"
        )
        self._run("run", "--no-send")

    def update(self) -> int:
        """Fetch the feed, and return the number of new messages."""
        before = self._count()
        self._run("run")
        return self._count() - before

    def _run(self, *args: str) -> None:
        files = [f"--config={self.folder}/r2e.cfg", f"--data={self.folder}/r2e.json"]
        environ = {**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        environ = {name: value for name, value in environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        done = subprocess.run(
            [self.program, *files, *args], env=environ, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr

    def _count(self) -> int:
        return sum(1 for path in (self.folder / "mail").rglob("new/*") if path.is_file())

"""Run a real Varnish with the configuration of the guide."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.site import Response, fetch, stopping
from tests.support.waiting import wait_until

CONFIGURATION = ROOT / "docs" / "varnish.vcl"


@dataclass(frozen=True)
class Varnish:
    """A running Varnish on loopback."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Response:
        """Request a path."""
        return fetch(self.url + path, headers or {})

    def has(self, path: str) -> bool:
        """Return whether a document is served from the cache; afterwards it is."""
        # A hit has the number of the request that filled the cache as well.
        return len(self.get(path).headers["x-varnish"].split()) > 1

    def purge(self, path: str, *, source: str = "127.0.0.1") -> int:
        """Send a PURGE request from an address of this machine, and return the status."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10, source_address=(source, 0))
        try:
            connection.request("PURGE", path)
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def running_varnish(varnishd: str, folder: Path, *, port: int, backend: int) -> Iterator[Varnish]:
    """Run Varnish on a port in front of a server on another port."""
    text = CONFIGURATION.read_text()
    assert '.port = "8000"' in text
    configuration = folder / f"varnish-{port}.vcl"
    configuration.write_text(text.replace('.port = "8000"', f'.port = "{backend}"'))
    # Without a jail: the user of Debian's package cannot read the folders of tests.
    command = [varnishd, "-j", "none", "-F", "-n", str(folder / f"varnish-{port}"), "-a", f"127.0.0.1:{port}"]
    command += ["-f", str(configuration), "-s", "malloc,64m", "-p", "http_gzip_support=off", "-T", "none"]
    with (folder / f"varnish-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        with stopping(process):
            varnish = Varnish(port)
            wait_until(lambda: _answers(varnish, process))
            yield varnish


def _answers(varnish: Varnish, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "Varnish has ended"
    try:
        varnish.get("/healthz")
    except OSError:
        return False
    return True

"""Configure nginx to serve files, with the documentation's example or with a minimal configuration."""

import os
from pathlib import Path

from benchmarks.processes import ROOT

_EXAMPLE = ROOT / "docs" / "nginx.conf"
_MAIN = """
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
_PLAIN = """
server {{
    listen 127.0.0.1:{port};
    root {site};
}}
"""


def write_plain(folder: Path, site: Path, *, port: int, workers: int) -> Path:
    """Write a minimal configuration for the files in `site` into a new folder, and return its main file."""
    return _write(folder, _PLAIN.format(port=port, site=site), workers=workers)


def write_example(folder: Path, site: Path, *, port: int, workers: int) -> Path:
    """Write the documentation's example for the export in `site` into a new folder, and return its main file."""
    example = _EXAMPLE.read_text(encoding="utf-8")
    example = example.replace("listen 80;", f"listen 127.0.0.1:{port};")
    return _write(folder, example.replace("/var/www/feeds", str(site)), workers=workers)


def make_command(nginx: str, configuration: Path) -> list[str]:
    """Return the command that starts nginx."""
    return [nginx, "-e", "stderr", "-p", str(configuration.parent), "-c", str(configuration)]


def _write(folder: Path, site: str, *, workers: int) -> Path:
    folder.mkdir()
    (folder / "site.conf").write_text(site, encoding="utf-8")
    main = folder / "nginx.conf"
    # As root, nginx switches to another user, who cannot read temporary folders.
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(user + _MAIN.format(folder=folder, workers=workers), encoding="utf-8")
    return main

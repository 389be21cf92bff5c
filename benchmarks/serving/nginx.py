"""Configure nginx to serve files, by the example in our documentation or as plainly as can be."""

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
    """Configure nginx, in a new folder, to serve the files of `site` and nothing else; give the file to start it by."""
    return _write(folder, _PLAIN.format(port=port, site=site), workers=workers)


def write_example(folder: Path, site: Path, *, port: int, workers: int) -> Path:
    """Configure nginx, in a new folder, by our example to serve the export in `site`; give the file to start it by."""
    example = _EXAMPLE.read_text(encoding="utf-8")
    example = example.replace("listen 80;", f"listen 127.0.0.1:{port};")
    return _write(folder, example.replace("/var/www/feeds", str(site)), workers=workers)


def compose_command(nginx: str, configuration: Path) -> list[str]:
    """Give the command that starts it."""
    return [nginx, "-e", "stderr", "-p", str(configuration.parent), "-c", str(configuration)]


def _write(folder: Path, site: str, *, workers: int) -> Path:
    folder.mkdir()
    (folder / "site.conf").write_text(site, encoding="utf-8")
    main = folder / "nginx.conf"
    # Started by root, it would give up its rights, and could not read what lies in a temporary folder.
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(user + _MAIN.format(folder=folder, workers=workers), encoding="utf-8")
    return main

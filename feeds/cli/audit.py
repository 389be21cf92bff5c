"""The `feeds audit` command."""

import os
from urllib.parse import urlsplit

import click

from feeds.audit.site_audit import audit_site
from feeds.cli.progress import show_progress
from feeds.cli.report import color_count
from feeds.model.text import escape_controls
from feeds.settings import Settings


@click.command()
@click.argument("url")
def audit(url: str) -> None:
    """Audit the feeds of a running server.

    URL is a feed, an OPML document or a page; a page and its feeds.opml name the feeds to audit. Check how this server,
    or any other, responds to feed readers and caches, above all its validators and conditional requests. Each finding
    is a line `URL: message`. Exit with 1 if there are findings.
    """
    Settings.from_environ(os.environ)  # a bad setting stops every command
    if not _is_http_url(url):
        raise click.BadParameter("must be an absolute http(s) URL such as http://localhost:8000/.", param_hint="'URL'")
    with show_progress("Auditing") as progress:
        findings = audit_site(url, progress=progress)
    for finding in findings:
        click.echo(escape_controls(str(finding)))
    click.echo(color_count(len(findings), "finding", color="red"), err=True)
    if findings:
        raise SystemExit(1)


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number
        return False

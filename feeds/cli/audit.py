"""The `feeds audit` command."""

import os
from urllib.parse import urlsplit

import click

from feeds.audit.site_audit import audit_site
from feeds.cli.progress import show_progress
from feeds.cli.report import color_count
from feeds.model.text import escape_controls
from feeds.notify.hub_trial import HubTrial, try_hub
from feeds.settings import Settings


@click.command()
@click.argument("url", required=False)
@click.option("--hub", metavar="HUB", help="Try out a WebSub hub instead: subscribe, publish, and wait.")
@click.option("--callback", metavar="URL", help="With --hub: the URL at which the hub reaches this machine.")
@click.option("--port", type=click.IntRange(1, 65_535), help="With --callback: the local port, unless it is the URL's.")
def audit(url: str | None, *, hub: str | None, callback: str | None, port: int | None) -> None:
    """Audit the feeds of a running server, or a hub.

    URL is a feed, an OPML document or a page; a page and its feeds.opml name the feeds to audit. Check how this server,
    or any other, responds to feed readers and caches, above all its validators and conditional requests. Each finding
    is a line `URL: message`. Exit with 1 if there are findings.
    """
    Settings.from_environ(os.environ)  # a bad setting stops every command
    if hub or callback or port:
        if url or not hub or not callback:
            raise click.UsageError("To try out a hub, give --hub and --callback, and no other URL.")
        _check_url(hub, "--hub")
        _check_url(callback, "--callback")
        try_hub(HubTrial(hub, callback, port or _find_port(callback)), report=click.echo)
        return
    if not url:
        raise click.UsageError("Missing argument 'URL'.")
    _check_url(url, "'URL'")
    with show_progress("Auditing") as progress:
        findings = audit_site(url, progress=progress)
    for finding in findings:
        click.echo(escape_controls(str(finding)))
    click.echo(color_count(len(findings), "finding", color="red"), err=True)
    if findings:
        raise SystemExit(1)


def _check_url(url: str, name: str) -> None:
    if not _is_http_url(url):
        raise click.BadParameter("must be an absolute http(s) URL such as http://localhost:8000/.", param_hint=name)


def _find_port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number
        return False

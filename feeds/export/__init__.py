"""Write what the server answers as files, for a server of files, a bucket or a CDN."""

from feeds.export.exporter import Exporter, ExportResult

__all__ = ["ExportResult", "Exporter"]

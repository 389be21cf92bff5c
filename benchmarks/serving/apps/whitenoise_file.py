"""WhiteNoise, which serves the same bytes from a file."""

from collections.abc import Callable, Iterable

from whitenoise import WhiteNoise

from benchmarks.serving.feed_files import find_folder


def _refuse(
    _environ: dict[str, object], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    start_response("404 Not Found", [("Content-Length", "0")])
    return []


app = WhiteNoise(_refuse, root=find_folder())

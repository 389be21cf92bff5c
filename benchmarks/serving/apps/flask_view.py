"""A plain Flask view that returns the same bytes."""

from flask import Flask, Response

from benchmarks.serving.feed_files import MEDIA_TYPE, PATH, read_body

_BODY = read_body()

app = Flask(__name__, static_folder=None)


@app.get(PATH)
def serve() -> Response:
    """Answer with the feed."""
    return Response(_BODY, content_type=MEDIA_TYPE)

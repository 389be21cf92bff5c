"""Turn what goes wrong into short plain answers, which no cache keeps and which say nothing of the inside."""

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from feeds.model.errors import BadRequestError, CatalogError, GoneError, MovedError, NotFoundError, OverloadError
from feeds.settings import Settings
from feeds.web.responses import write_text

RETRY_AFTER_SECONDS = 30
SOON_SECONDS = 2
MOVED_MAX_AGE_SECONDS = 3_600

_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address can only be read: use GET or HEAD.",
    500: "Something went wrong here, and has been noted; please try again later.",
}


def register_error_handlers(app: Flask, settings: Settings) -> None:
    """Let the app answer with the status that each error means."""

    @app.errorhandler(MovedError)
    def redirect(error: MovedError) -> Response:
        response = write_text(301, f"This is found at {settings.site_url}{error.reference}")
        # Not the whole address: the request may have come by another name that is just as good.
        response.headers["Location"] = f"{settings.base_path}{error.reference}"
        response.headers["Cache-Control"] = f"public, max-age={MOVED_MAX_AGE_SECONDS}"
        return response

    @app.errorhandler(BadRequestError)
    def correct(error: BadRequestError) -> Response:
        return write_text(400, str(error))

    @app.errorhandler(NotFoundError)
    def refuse(error: NotFoundError) -> Response:
        status = 410 if isinstance(error, GoneError) else 404
        return write_text(status, f"{error} What there is stands at {settings.site_url}/")

    @app.errorhandler(CatalogError)
    def ask_for_patience(error: CatalogError) -> Response:
        app.logger.error("%s", error)
        response = write_text(503, "The feeds cannot be read at the moment; please try again soon.")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    @app.errorhandler(OverloadError)
    def put_off(error: OverloadError) -> Response:
        response = write_text(503, str(error))
        response.headers["Retry-After"] = str(SOON_SECONDS)
        return response

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> Response:
        status = error.code or 500
        response = write_text(status, _SENTENCES.get(status, f"{error.name}."))
        # Allow for 405, and the like.
        response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
        return response

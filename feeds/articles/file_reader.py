"""Read the bytes of one content file, and turn every failure into a problem of this file alone."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from feeds.model.errors import ArticleError, FeedsError, Level, Problem, UnexpectedFailureError

MAX_FILE_BYTES = 1024 * 1024


@contextmanager
def isolate_failures(path: str) -> Iterator[None]:
    """Turn any unexpected exception in the block, which reads the file at `path`, into a problem of this file.

    No other place in the package catches all exceptions.

    Raises:
        UnexpectedFailureError: the block raised an exception that is not a FeedsError.
    """
    try:
        yield
    except (FeedsError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    # A panic in a library written in Rust is not an Exception, only a BaseException.
    except BaseException as error:  # noqa: BLE001 a failure affects only this file
        # The text of the exception could quote the file, and the file holds a secret.
        raise UnexpectedFailureError(describe_failure(path, type(error).__name__)) from None


def describe_failure(path: str, cause: str) -> Problem:
    """Report that the program itself failed on a file."""
    message = f"The program failed on this file ({cause}); change the file, and report the failure."
    return _make_problem(path, "internal", message)


def read_file(path: str) -> bytes:
    """Read a content file.

    Raises:
        ArticleError: the file cannot be read, or is larger than MAX_FILE_BYTES.
    """
    if not is_utf8(path):
        message = "The path of the file is not valid UTF-8; rename the file or folder."
        raise ArticleError(_make_problem(path, "bad-file-name", message))
    try:
        data = _read_start(path)
    except FileNotFoundError:
        raise ArticleError(_make_problem(path, *_explain_absence(path))) from None
    except OSError as error:
        if error.errno in {errno.ENXIO, errno.ENODEV}:  # a socket, or a device without a driver
            raise _make_type_error(path) from None
        message = f"Cannot read the file ({error.strerror}); give the collector permission to read it."
        raise ArticleError(_make_problem(path, "unreadable", message)) from None
    if len(data) > MAX_FILE_BYTES:
        message = f"The file is larger than {MAX_FILE_BYTES:,} bytes; shorten it or split it into several articles."
        raise ArticleError(_make_problem(path, "too-large", message))
    return data


def is_utf8(path: str) -> bool:
    """Return whether the bytes of a path are UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def escape_path(path: str) -> str:
    """Write the bytes of a path that are not UTF-8 as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _read_start(path: str) -> bytes:
    """Read up to one byte more than the limit."""
    # Without O_NONBLOCK, opening a pipe would block the collector until a program writes to the pipe.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise _make_type_error(path)
        parts = [os.read(file, min(status.st_size, MAX_FILE_BYTES) + 1)]
        while parts[-1] and (left := MAX_FILE_BYTES + 1 - sum(map(len, parts))):
            parts.append(os.read(file, left))
        return b"".join(parts)
    finally:
        os.close(file)


def _make_type_error(path: str) -> ArticleError:
    message = "This is a folder, pipe, socket or device; replace it with a file."
    return ArticleError(_make_problem(path, "not-a-file", message))


def _explain_absence(path: str) -> tuple[str, str]:
    if os.path.islink(path):
        return "broken-symlink", "The target of this link does not exist; fix or remove the link."
    return "missing-file", "The file was removed during the collect; collect again."


def _make_problem(path: str, code: str, message: str) -> Problem:
    return Problem(path if is_utf8(path) else escape_path(path), 1, 1, Level.ERROR, code, message)

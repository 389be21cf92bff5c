"""Choose content codings and apply them, deterministically (RFC 9110 sections 8.4 and 12.5.3)."""

import gzip
from enum import StrEnum
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

_BROTLI_QUALITY = 6  # the step from 6 to 11 takes thirty times as long, for a tenth of the bytes
_GZIP_LEVEL = 6


class Encoding(StrEnum):
    """The codings a representation can be sent in, the preferred one first; the value is what headers call it."""

    BROTLI = "br"
    GZIP = "gzip"
    IDENTITY = "identity"


@lru_cache(maxsize=256)
def choose_encoding(accept_encoding: str) -> Encoding:
    """Choose the coding that an `Accept-Encoding` header prefers; identity where it names none of ours.

    Identity it is, too, where the header forbids that and everything else: an answer that the client may not like
    serves it better than 406.
    """
    accepted = parse_accept_header(accept_encoding, Accept)
    best = max((Encoding.BROTLI, Encoding.GZIP), key=lambda encoding: accepted.quality(encoding.value))
    quality = accepted.quality(best.value)
    return best if quality > 0 and quality >= _identity_quality(accepted) else Encoding.IDENTITY


def _identity_quality(accepted: Accept) -> float:
    # Identity is acceptable unless it is excluded, but preferred only where the header says so by name.
    return next((quality for value, quality in accepted if value.lower() == Encoding.IDENTITY), 0)


def encode(body: bytes, encoding: Encoding) -> bytes:
    """Compress bytes: the same bytes give the same result, whenever it is made."""
    match encoding:
        case Encoding.BROTLI:
            return bytes(brotli.compress(body, quality=_BROTLI_QUALITY, mode=brotli.MODE_TEXT))
        case Encoding.GZIP:
            return gzip.compress(body, _GZIP_LEVEL, mtime=0)
        case Encoding.IDENTITY:
            return body

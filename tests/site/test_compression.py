"""The client chooses the content coding, and the same bytes are always compressed to the same bytes."""

import gzip
import hashlib
import os
import subprocess
import sys

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.site.compression import Encoding, choose_encoding, encode
from tests.support.paths import ROOT

BODY = b"The bytes of a feed, again and again. " * 200
PROGRAM = f"""
import hashlib
from feeds.site.compression import Encoding, encode
print([hashlib.sha256(encode({BODY!r}, each)).hexdigest() for each in Encoding])
"""


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("deflate", "identity"),
        ("br;q=0.5, gzip", "gzip"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, *", "br"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("identity", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("identity;q=0", "identity"),
        ("gzip;q=x", "identity"),
        (",;,", "identity"),
    ],
)
def test_the_client_s_preference_decides(header: str, encoding: str) -> None:
    assert choose_encoding(header) == encoding


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255)))
def test_any_header_gives_a_coding(header: str) -> None:
    assert choose_encoding(header) in Encoding


@given(st.binary(max_size=2_000))
def test_compressed_bytes_are_read_back(body: bytes) -> None:
    assert gzip.decompress(encode(body, Encoding.GZIP)) == body
    assert brotli.decompress(encode(body, Encoding.BROTLI)) == body
    assert encode(body, Encoding.IDENTITY) == body


def test_compressed_bytes_are_fewer() -> None:
    assert len(encode(BODY, Encoding.BROTLI)) < len(encode(BODY, Encoding.GZIP)) < len(BODY) / 10


def test_gzip_is_as_small_as_zlib_s_usual_level() -> None:
    text = b" ".join(hashlib.sha256(bytes([number % 251])).hexdigest().encode() for number in range(5_000))
    assert len(encode(text, Encoding.GZIP)) <= 1.01 * len(gzip.compress(text, 6))


@pytest.mark.program
def test_another_process_compresses_to_the_same_bytes() -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    printed = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, check=True, capture_output=True, text=True)
    assert printed.stdout.strip() == str([hashlib.sha256(encode(BODY, each)).hexdigest() for each in Encoding])


def test_compressed_bytes_hold_no_time() -> None:
    assert encode(BODY, Encoding.GZIP)[4:8] == bytes(4)

"""Requests for the generator: envelopes of good form that nobody can open, each of them new."""

import itertools
import os
from collections.abc import Iterator

from crypto.envelope import HEADER_SIZE, SEALED_BOX_OVERHEAD

HEAD = (
    b"POST /v1/envelopes HTTP/1.1\r\nHost: bench\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
)
BATCH = 256


def length_of(size_class: int) -> int:
    """Bytes of an envelope of suite 01 whose plaintext is padded to `size_class`."""
    return HEADER_SIZE + SEALED_BOX_OVERHEAD + size_class


def make_envelopes(size_class: int = 512) -> Iterator[bytes]:
    """Envelopes without end. They differ in 16 bytes: their ids are hashes and differ in all."""
    rest = os.urandom(length_of(size_class) - HEADER_SIZE - 16)
    start = b"\x01\x01\x00\x01" + os.urandom(8)
    for number in itertools.count():
        yield b"%b%b%b" % (start, number.to_bytes(8, "big"), rest)


def make_singles(size_class: int = 512) -> Iterator[bytes]:
    """One envelope a request."""
    head = HEAD % (b"application/octet-stream", length_of(size_class))
    for envelope in make_envelopes(size_class):
        yield head + envelope


def make_batches(size_class: int = 512, items: int = BATCH) -> Iterator[bytes]:
    """So many envelopes a request, as a CBOR sequence."""
    mark = b"\x59" + length_of(size_class).to_bytes(2, "big")
    envelopes = make_envelopes(size_class)
    while True:
        body = b"".join([mark + envelope for envelope in itertools.islice(envelopes, items)])
        yield HEAD % (b"application/cbor-seq", len(body)) + body

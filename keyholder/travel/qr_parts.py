"""A small file as the texts of QR codes, in numbered parts. See spec/travel-v1.md.

As reporters' envelopes are shown (crypto/qr_text.py): base45, one text a code. What holders
exchange does not fit into one code, so each says which part of which file it is.
"""

import hashlib
from collections.abc import Iterable

from crypto.errors import CarriedError
from crypto.qr_text import read_base45, write_base45
from keyholder.errors import TravelError

MOST_PARTS = 96
SCREEN_SLICE = 390
"""Bytes a code that a terminal of 80 columns shows: version 13 at level L."""
PAGE_SLICE = 1_200
"""Bytes a code on paper: version 25 at level L."""
_MARK = 0x51
_DIGEST_SIZE = 16
_HEAD_SIZE = 3 + _DIGEST_SIZE


def write_parts(data: bytes, slice_size: int) -> list[str]:
    """The texts, in order. TravelError qr-too-big: over 96 codes."""
    slices = [data[at : at + slice_size] for at in range(0, len(data), slice_size)]
    if len(slices) > MOST_PARTS:
        raise TravelError("qr-too-big")
    digest = hashlib.sha256(data).digest()[:_DIGEST_SIZE]
    return [
        write_base45(bytes((_MARK, number, len(slices))) + digest + part)
        for number, part in enumerate(slices)
    ]


def read_parts(texts: Iterable[str]) -> tuple[bytes, list[int]]:
    """The file, and the numbers (from 1) of parts that are missing: then the file is empty.

    Texts may come in any order and several times. TravelError: qr-text, qr-mixed, qr-hash.
    """
    found: dict[int, bytes] = {}
    files = set()
    for text in texts:
        number, count, digest, part = _read_part(text)
        files.add((count, digest))
        if len(files) > 1:
            raise TravelError("qr-mixed")
        if found.setdefault(number, part) != part:
            raise TravelError("qr-hash")
    if not files:
        raise TravelError("qr-text")
    ((count, digest),) = files
    missing = [number + 1 for number in range(count) if number not in found]
    if missing:
        return b"", missing
    data = b"".join(found[number] for number in range(count))
    if hashlib.sha256(data).digest()[:_DIGEST_SIZE] != digest:
        raise TravelError("qr-hash")
    return data, []


def _read_part(text: str) -> tuple[int, int, bytes, bytes]:
    try:
        data = read_base45(text)
    except CarriedError as error:
        raise TravelError("qr-text") from error
    if len(data) <= _HEAD_SIZE or data[0] != _MARK or not data[1] < data[2] <= MOST_PARTS:
        raise TravelError("qr-text")
    return data[1], data[2], data[3:_HEAD_SIZE], data[_HEAD_SIZE:]

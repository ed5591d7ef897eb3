"""Runs vectors of the kinds `blob` and `blob-length`."""

import hashlib
from io import BytesIO

from crypto.blob_lengths import blob_length, pad_length, read_blob_length
from crypto.blob_opening import open_blob
from tests.crypto.vector import Vector


def run_blob(vector: Vector) -> str:
    blob = BytesIO(_read_blob(vector))
    size = int(vector.field("size"))
    content = b"".join(open_blob(blob, vector.hex("key"), vector.hex("id"), size))
    assert len(content) == size
    assert hashlib.sha256(content).digest() == vector.hex("content")
    return "open"


def _read_blob(vector: Vector) -> bytes:
    blob = vector.payload
    for zeros in vector.fields.get("zeros", []):
        at, count = map(int, zeros.split(" "))
        assert len(blob) >= at
        blob = blob[:at] + bytes(count) + blob[at:]
    return blob


def run_blob_length(vector: Vector) -> str:
    if "size" in vector.fields:
        size = int(vector.field("size"))
        assert blob_length(size) == int(vector.field("length"))
        assert pad_length(size) == int(vector.field("padded"))
    assert read_blob_length(int(vector.field("length"))) == int(vector.field("padded"))
    return "open"

"""Blobs sealed in JavaScript open in Python, and have lengths that a service takes."""

from io import BytesIO
from pathlib import Path

import pytest

from crypto.blob_lengths import blob_length, pad_length, read_blob_length
from crypto.blob_opening import open_blob
from crypto.errors import BlobError
from tests.client.asking import running_library

SIZES = (1, 65_535, 65_536, 65_537, 131_072, 1_000_000, 1_048_576, 5_000_001)


def test_what_is_sealed_in_javascript_opens_in_python(tmp_path: Path) -> None:
    keys = set()
    with running_library() as library:
        for size in SIZES:
            content = bytes(at * 7 + (at >> 8) & 255 for at in range(size))
            source, target = tmp_path / "content", tmp_path / "blob"
            source.write_bytes(content)
            made = library.ask("seal", **{"from": str(source), "to": str(target)})
            blob = target.read_bytes()
            key, id = bytes.fromhex(made["key"]), bytes.fromhex(made["id"])
            assert b"".join(open_blob(BytesIO(blob), key, id, made["size"])) == content
            assert made["size"] == size
            assert made["length"] == len(blob) == blob_length(size)
            assert read_blob_length(len(blob)) == pad_length(size)
            keys.add(key)
            with pytest.raises(BlobError) as refused:
                next(open_blob(BytesIO(blob), bytes(32), id, size))
            assert refused.value.code == "blob-chunk"
    assert len(keys) == len(SIZES)


def test_empty_and_too_long(tmp_path: Path) -> None:
    source, target = tmp_path / "content", tmp_path / "blob"
    source.write_bytes(b"")
    with running_library() as library:
        made = library.ask("seal", **{"from": str(source), "to": str(target)})
    assert made == {"code": "blob-empty"}

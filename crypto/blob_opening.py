"""Opening blobs: libsodium's secretstream over padded content. See spec/blob-v1.md.

Whoever opens has key, id and size from a report, and believes none of them: a report may name any
bytes as its attachment. Nothing of a blob that is refused may be used.
"""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from nacl.bindings import crypto_secretstream_xchacha20poly1305_init_pull as init_pull
from nacl.bindings import crypto_secretstream_xchacha20poly1305_pull as pull
from nacl.bindings import crypto_secretstream_xchacha20poly1305_state as StreamState  # noqa: N812
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_FINAL as FINAL
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as MESSAGE

from crypto.blob_lengths import CHUNK_OVERHEAD, CHUNK_SIZE, STREAM_HEADER, blob_length
from crypto.errors import BlobError

KEY_SIZE = 32
"""Bytes."""
_BLOCK = 1 << 20  # bytes
_STEP = CHUNK_SIZE + CHUNK_OVERHEAD


def open_blob(stream: BinaryIO, key: bytes, id: bytes, size: int) -> Iterator[bytes]:
    """The content of the blob that `stream` holds from its beginning on, up to 64 KiB at a time.

    It is read twice: first all of it for its hash. `key` and `id` have 32 bytes, `size` is that of
    the content. Whoever takes the content as it comes must be able to take it back: the chunks in
    front of a wrong one are given before the error is raised.

    BlobError, in this order: blob-id, blob-size, blob-chunk, blob-tag, blob-padding.
    """
    found, length = find_id(stream)
    if found != id:
        raise BlobError("blob-id")
    if size < 1 or length != blob_length(size):
        raise BlobError("blob-size")
    stream.seek(0)
    return _open_chunks(stream, key, length, size)


def find_id(stream: BinaryIO) -> tuple[bytes, int]:
    """(id, length in bytes) of all that `stream` holds."""
    stream.seek(0)
    digest, length = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        length += len(block)
    return digest.digest(), length


def open_beginning(stream: BinaryIO, key: bytes, size: int) -> bytes:
    """The first 64 KiB of the content, or all of it, for a look at what kind of file it is.

    Nothing but these bytes was checked. BlobError: blob-size, blob-chunk, blob-tag, blob-padding.
    """
    if size < 1:
        raise BlobError("blob-size")
    stream.seek(0)
    return next(_open_chunks(stream, key, blob_length(size), size))


def _open_chunks(stream: BinaryIO, key: bytes, length: int, size: int) -> Iterator[bytes]:
    state = StreamState()
    header = stream.read(STREAM_HEADER)
    if len(key) != KEY_SIZE or len(header) != STREAM_HEADER:
        raise BlobError("blob-chunk")
    init_pull(state, header, key)
    left = size
    for at in range(STREAM_HEADER, length, _STEP):
        try:
            chunk, tag = pull(state, stream.read(_STEP))
        except (RuntimeError, ValueError, TypeError) as error:  # TypeError: it ends too early
            raise BlobError("blob-chunk") from error
        if tag != (MESSAGE if at + _STEP < length else FINAL):
            raise BlobError("blob-tag")
        if chunk.count(0, left) != len(chunk[left:]):
            raise BlobError("blob-padding")
        yield chunk[:left]
        left = max(0, left - len(chunk))

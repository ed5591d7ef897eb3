"""Opens a blob, for tests: who reads blobs has a report with key, id and size (spec/blob-v1.md)."""

import hashlib

from nacl.bindings import crypto_secretstream_xchacha20poly1305_init_pull as init_pull
from nacl.bindings import crypto_secretstream_xchacha20poly1305_pull as pull
from nacl.bindings import crypto_secretstream_xchacha20poly1305_state as StreamState  # noqa: N812
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_FINAL as FINAL
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as MESSAGE

from crypto.blob_lengths import CHUNK_OVERHEAD, CHUNK_SIZE, STREAM_HEADER, blob_length


class BlobRefusedError(Exception):
    """`code` is as in spec/blob-v1.md."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_blob(blob: bytes, key: bytes, id: bytes, size: int) -> bytes:
    """The content. Raises BlobRefusedError (blob-id, -size, -chunk, -tag, -padding)."""
    if hashlib.sha256(blob).digest() != id:
        raise BlobRefusedError("blob-id")
    if size < 1 or len(blob) != blob_length(size):
        raise BlobRefusedError("blob-size")
    state = StreamState()
    init_pull(state, blob[:STREAM_HEADER], key)
    content = b""
    step = CHUNK_SIZE + CHUNK_OVERHEAD
    for at in range(STREAM_HEADER, len(blob), step):
        try:
            chunk, tag = pull(state, blob[at : at + step])
        except RuntimeError:
            raise BlobRefusedError("blob-chunk") from None
        if tag != (MESSAGE if at + step < len(blob) else FINAL):
            raise BlobRefusedError("blob-tag")
        content += chunk
    if content[size:].strip(b"\0"):
        raise BlobRefusedError("blob-padding")
    return content[:size]

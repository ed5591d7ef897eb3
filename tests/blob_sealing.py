"""Seals blobs, for tests of those who open them: spec/blob-v1.md, with every fault on request."""

import hashlib
import os
from dataclasses import dataclass

from nacl.bindings import crypto_secretstream_xchacha20poly1305_init_push as init_push
from nacl.bindings import crypto_secretstream_xchacha20poly1305_push as push
from nacl.bindings import crypto_secretstream_xchacha20poly1305_state as StreamState  # noqa: N812
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_FINAL as FINAL
from nacl.bindings import crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as MESSAGE

from crypto.blob_lengths import CHUNK_SIZE, pad_length


@dataclass(frozen=True)
class Sealed:
    """A blob, and what a report says of it."""

    data: bytes
    key: bytes
    size: int

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @property
    def named(self) -> dict[str, object]:
        """As a report's `evidence` has it."""
        return {"key": self.key, "hash": self.id, "size": self.size}


def seal_blob(content: bytes, *, behind: bytes = b"", last: int = FINAL) -> Sealed:
    """`behind`: bytes that hide in the padding. last: the tag of the last chunk."""
    key = os.urandom(32)
    padded = (content + behind).ljust(pad_length(len(content)), b"\0")
    state = StreamState()
    data = init_push(state, key)
    for at in range(0, len(padded), CHUNK_SIZE):
        tag = MESSAGE if at + CHUNK_SIZE < len(padded) else last
        data += push(state, padded[at : at + CHUNK_SIZE], tag=tag)
    return Sealed(data, key, len(content))

"""Which lengths a blob may have: what can be known of it without its key. See spec/blob-v1.md.

A blob is a libsodium secretstream (XChaCha20-Poly1305): a header, then chunks of 64 KiB, the last
one shorter or not. What is in it is padded to Padmé (Nikitin and others, "Reducing Metadata Leakage
from Encrypted Files and Communication with PURBs", PETS 2019): a length keeps only its leading
bits, so that a service sees one of few lengths, at the cost of 12 % at most.
"""

from crypto.errors import BlobError

STREAM_HEADER = 24
"""Bytes in front of the chunks: the stream's nonce."""
CHUNK_SIZE = 65_536
"""Bytes of padded content in each chunk but the last, which has 1 to as many."""
CHUNK_OVERHEAD = 17
"""Bytes that each chunk adds: an encrypted tag (1) and an authenticator (16)."""
MIN_PADDED = CHUNK_SIZE
"""Content shorter than this is padded up to it: small blobs all look alike."""
MIN_BLOB = STREAM_HEADER + MIN_PADDED + CHUNK_OVERHEAD


def round_up(size: int) -> int:
    """The least Padmé length of at least `size` bytes (1 or more)."""
    exponent = size.bit_length() - 1
    free_bits = exponent.bit_length()  # below the first one; the bits below these are 0
    unit = 1 << max(0, exponent - free_bits)
    return -(-size // unit) * unit


def pad_length(size: int) -> int:
    """Bytes of the padded content of a blob with `size` bytes of content.

    Raises BlobError (`blob-empty`) below 1.
    """
    if size < 1:
        raise BlobError("blob-empty")
    return max(MIN_PADDED, round_up(size))


def blob_length(size: int) -> int:
    """Bytes of the blob that holds `size` bytes of content. Raises BlobError (`blob-empty`)."""
    padded = pad_length(size)
    return STREAM_HEADER + padded + CHUNK_OVERHEAD * -(-padded // CHUNK_SIZE)


def read_blob_length(length: int) -> int:
    """Bytes of padded content in a blob of `length` bytes.

    Raises BlobError (`blob-length`) for a length that no blob has.
    """
    body = length - STREAM_HEADER
    chunks = -(-body // (CHUNK_SIZE + CHUNK_OVERHEAD))
    padded = body - CHUNK_OVERHEAD * chunks
    if padded < MIN_PADDED or padded <= CHUNK_SIZE * (chunks - 1) or round_up(padded) != padded:
        raise BlobError("blob-length")
    return padded

"""What one holder says over her signature: cards, lock offers, peeled boxes, records.

Ed25519 (RFC 8032) over a label and the content, so that a signature under one kind of statement is
worth nothing under another. Labels are ASCII, without a zero byte:

    signed bytes = label || 00 || content
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import crypto_sign_open, crypto_sign_PUBLICKEYBYTES
from nacl.exceptions import CryptoError

SIGNATURE_SIZE = 64
"""Bytes of a signature."""


def attest(label: str, content: bytes, seed: bytes) -> bytes:
    """The signature (64 bytes) of the key whose 32-byte seed is `seed`."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(_bind(label, content))


def is_attested(label: str, content: bytes, signature: bytes, key: bytes) -> bool:
    """Whether `key` (an Ed25519 public key, 32 bytes) signed `content` under `label`.

    A key that is no point, and a signature of another length, sign nothing. By libsodium, which
    takes half as long as the other library: strangers can make readers check a million of these.
    """
    if len(key) != crypto_sign_PUBLICKEYBYTES or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        crypto_sign_open(signature + _bind(label, content), key)
    except CryptoError:
        return False
    return True


def _bind(label: str, content: bytes) -> bytes:
    return label.encode("ascii") + b"\0" + content

"""What one holder says over her signature: cards, lock offers, peeled boxes, records.

Ed25519 (RFC 8032) over a label and the content, so that a signature under one kind of statement is
worth nothing under another. Labels are ASCII, without a zero byte:

    signed bytes = label || 00 || content
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_SIZE = 64
"""Bytes of a signature."""


def attest(label: str, content: bytes, seed: bytes) -> bytes:
    """The signature (64 bytes) of the key whose 32-byte seed is `seed`."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(_bind(label, content))


def is_attested(label: str, content: bytes, signature: bytes, key: bytes) -> bool:
    """Whether `key` (an Ed25519 public key, 32 bytes) signed `content` under `label`.

    A key that is no point, and a signature of another length, sign nothing.
    """
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _bind(label, content))
    except (InvalidSignature, ValueError):
        return False
    return True


def _bind(label: str, content: bytes) -> bytes:
    return label.encode("ascii") + b"\0" + content

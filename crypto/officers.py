"""Officers: the Ed25519 keys that sign the keyring, and the signers that TUF wants.

For keyholder alone.
"""

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, Signer, SSlibKey

SEED_SIZE = 32
"""Bytes of an Ed25519 seed (RFC 8032's private key)."""


def new_seed() -> bytes:
    """A fresh Ed25519 seed: 32 bytes from the system's random source."""
    return secrets.token_bytes(SEED_SIZE)


def public_key(seed: bytes) -> bytes:
    """The Ed25519 public key (32 bytes) of a 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def tuf_key(public: bytes) -> SSlibKey:
    """A TUF key from an Ed25519 public key (32 bytes); its key id follows from the key."""
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(public))


def tuf_signer(seed: bytes) -> Signer:
    """A signer for TUF metadata from a 32-byte seed."""
    return CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))

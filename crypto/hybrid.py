"""The hybrid layer: RFC 9180 base mode with ML-KEM-768 + X25519 (KEM 0x647A, which is X-Wing).

KEM: draft-connolly-cfrg-xwing-kem, named MLKEM768-X25519 in draft-ietf-hpke-pq. KDF HKDF-SHA256,
AEAD ChaCha20-Poly1305, empty AAD. A public key is ML-KEM's (1,184 bytes) and then X25519's (32); a
private key is one 32-byte seed. tests/crypto/test_published.py runs the X-Wing draft's and age's
vectors over this module.
"""

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from crypto.envelope import HYBRID_KEY_SIZE

_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_SEED_SIZE = 64
_SEED_SIZE = 96

_HPKE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

PrivateKey = MLKEM768X25519PrivateKey


def expand_seed(seed: bytes) -> tuple[PrivateKey, bytes]:
    """From a 32-byte X-Wing seed to the private key and its public key (1,216 bytes).

    SHAKE256(seed) gives 96 bytes: ML-KEM's d and z, then X25519's private key (X-Wing draft,
    section 5.2).
    """
    expanded = hashlib.shake_256(seed).digest(_SEED_SIZE)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
    x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return MLKEM768X25519PrivateKey(mlkem, x25519), public


@lru_cache(maxsize=64)
def _read_public(public: bytes) -> MLKEM768X25519PublicKey:
    """Kept, because a sealer uses few keys many times; they are public."""
    if len(public) != HYBRID_KEY_SIZE:
        raise ValueError("a hybrid public key is 1,216 bytes")
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
    )


def seal_hybrid(plaintext: bytes, public: bytes, info: bytes) -> bytes:
    """Encapsulation (1,120 bytes) and ciphertext (plaintext + 16).

    ValueError when `public` is no valid key.
    """
    return _HPKE.encrypt(plaintext, _read_public(public), info)


def open_hybrid(box: bytes, private: PrivateKey, info: bytes) -> bytes | None:
    """The plaintext, or None when the box was changed, is not for this key, or has a bad point."""
    try:
        return _HPKE.decrypt(box, private, info)
    except (InvalidTag, ValueError):
        return None

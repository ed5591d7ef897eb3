"""Files under a passphrase or a key: Argon2id (RFC 9106) and XChaCha20-Poly1305, both libsodium's.

```
0       version     01 passphrase, 02 key
01: 1..4    passes     u32      5..8  memory in KiB u32      9..24  salt
    25..48  nonce               49..  ciphertext and 16-byte tag
02: 1..24   nonce               25..  ciphertext and 16-byte tag
```
All bytes before the ciphertext are authenticated with it.
"""

import secrets
import unicodedata
from dataclasses import dataclass

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_pwhash_alg,
    crypto_pwhash_ALG_ARGON2ID13,
)
from nacl.exceptions import CryptoError as SodiumError
from nacl.exceptions import RuntimeError as SodiumRuntimeError

from crypto.errors import PassphraseError

KEY_SIZE = 32
"""Bytes of a vault key."""
MAX_PASSPHRASE = 1024
"""Bytes of a passphrase, as NFKC in UTF-8."""
MAX_PASSES = 16
MAX_MEMORY = 1024 * 1024
"""KiB. A file that asks for more is refused before any of it is taken."""

_BY_PASSPHRASE, _BY_KEY = 1, 2
_SALT_SIZE = 16
_NONCE_SIZE = 24
_TAG_SIZE = 16
_MIN_MEMORY = 8
_COST_END = 9
_SALT_END = _COST_END + _SALT_SIZE
_HEADER_SIZE = _SALT_END + _NONCE_SIZE
_KEY_HEADER_SIZE = 1 + _NONCE_SIZE
OVERHEAD = _HEADER_SIZE + _TAG_SIZE
"""Bytes that `lock` adds to what it locks."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a passphrase costs: passes over the memory, and the memory in KiB."""

    passes: int
    memory: int

    def is_allowed(self) -> bool:
        """Whether the format allows it: 1 to 16 passes, 8 KiB to 1 GiB."""
        return 1 <= self.passes <= MAX_PASSES and _MIN_MEMORY <= self.memory <= MAX_MEMORY


STANDARD = Cost(passes=3, memory=256 * 1024)
"""libsodium's MODERATE: about a second on a laptop, 256 MiB."""


def lock(passphrase: str, plaintext: bytes, *, cost: Cost) -> bytes:
    """Lock `plaintext` under a passphrase. Raises PassphraseError: passphrase-length, box-cost."""
    if not cost.is_allowed():
        raise PassphraseError("box-cost")
    salt = secrets.token_bytes(_SALT_SIZE)
    nonce = secrets.token_bytes(_NONCE_SIZE)
    parameters = cost.passes.to_bytes(4, "big") + cost.memory.to_bytes(4, "big")
    header = bytes((_BY_PASSPHRASE,)) + parameters + salt + nonce
    return header + _encrypt(plaintext, header, nonce, _derive(passphrase, salt, cost))


def unlock(passphrase: str, box: bytes) -> bytes:
    """Open what `lock` made.

    Raises PassphraseError: passphrase-wrong, passphrase-length, box-damaged, box-cost.
    """
    if len(box) < _HEADER_SIZE + _TAG_SIZE or box[0] != _BY_PASSPHRASE:
        raise PassphraseError("box-damaged")
    cost = Cost(int.from_bytes(box[1:5], "big"), int.from_bytes(box[5:_COST_END], "big"))
    if not cost.is_allowed():
        raise PassphraseError("box-cost")
    key = _derive(passphrase, box[_COST_END:_SALT_END], cost)
    try:
        return _decrypt(box, _SALT_END, _HEADER_SIZE, key)
    except SodiumError:
        raise PassphraseError("passphrase-wrong") from None


def lock_with_key(key: bytes, plaintext: bytes) -> bytes:
    """Lock `plaintext` under a 32-byte key, with a fresh random nonce.

    Raises PassphraseError key-length.
    """
    _check_key(key)
    nonce = secrets.token_bytes(_NONCE_SIZE)
    header = bytes((_BY_KEY,)) + nonce
    return header + _encrypt(plaintext, header, nonce, key)


def unlock_with_key(key: bytes, box: bytes) -> bytes:
    """Open what `lock_with_key` made.

    Raises PassphraseError: box-damaged (or another key), key-length.
    """
    _check_key(key)
    if len(box) < _KEY_HEADER_SIZE + _TAG_SIZE or box[0] != _BY_KEY:
        raise PassphraseError("box-damaged")
    try:
        return _decrypt(box, 1, _KEY_HEADER_SIZE, key)
    except SodiumError:
        raise PassphraseError("box-damaged") from None


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    # One spelling: two keyboards may compose the same letter differently.
    secret = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    if not 1 <= len(secret) <= MAX_PASSPHRASE:
        raise PassphraseError("passphrase-length")
    memory = cost.memory * 1024
    try:
        return crypto_pwhash_alg(
            KEY_SIZE, secret, salt, cost.passes, memory, crypto_pwhash_ALG_ARGON2ID13
        )
    except SodiumRuntimeError:
        # libsodium fails in one way alone here: this machine has not that much memory to give.
        raise PassphraseError("box-cost") from None


def _encrypt(plaintext: bytes, header: bytes, nonce: bytes, key: bytes) -> bytes:
    return crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, header, nonce, key)


def _decrypt(box: bytes, nonce_at: int, header_size: int, key: bytes) -> bytes:
    nonce = box[nonce_at : nonce_at + _NONCE_SIZE]
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
        box[header_size:], box[:header_size], nonce, key
    )


def _check_key(key: bytes) -> None:
    if len(key) != KEY_SIZE:
        raise PassphraseError("key-length")

"""Boxes from fixed randomness, and boxes that an honest sealer would never make.

A sealed box is made again, byte for byte, from a seed. The HPKE library takes no randomness from
outside, so each hybrid box is made once and then kept in spec/vectors/hybrid-boxes.hex; delete a
line there to make it anew.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import crypto_box, crypto_box_seed_keypair, crypto_secretbox

from crypto.envelope import HEADER_SIZE, Suite, write_header
from crypto.hybrid import seal_hybrid
from crypto.sealing import INFO

EPHEMERAL = hashlib.sha256(b"heliograph vectors / ephemeral").digest()
_MLKEM_SIZE = 1184


def seal_box(plaintext: bytes, public: bytes, seed: bytes = EPHEMERAL) -> bytes:
    """libsodium's crypto_box_seal with the ephemeral key from `seed`."""
    ephemeral, secret = crypto_box_seed_keypair(seed)
    return ephemeral + crypto_box(plaintext, _sealed_nonce(ephemeral, public), public, secret)


def seal_low_order_box(plaintext: bytes, public: bytes) -> bytes:
    """A sealed box whose ephemeral key is 0: the shared secret is 0, so anybody can open it."""
    ephemeral = bytes(32)
    key = _hsalsa20(bytes(32), bytes(16))
    return ephemeral + crypto_secretbox(plaintext, _sealed_nonce(ephemeral, public), key)


def seal_low_order_hybrid(plaintext: bytes, public: bytes, info: bytes) -> bytes:
    """A hybrid box whose X25519 half is 0 and gives 0: half of the protection is gone."""
    shared, encapsulated = MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_SIZE]).encapsulate()
    zero = bytes(32)
    combined = hashlib.sha3_256(shared + zero + zero + public[_MLKEM_SIZE:] + b"\\.//^\\").digest()
    key, nonce = _schedule(combined, info)
    return encapsulated + zero + ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


class HybridBoxes:
    """The kept hybrid boxes by name. A box is made when its name or what it holds is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self._kept = {
            name: bytes.fromhex(box) for name, _, box in (x.partition(" ") for x in lines)
        }
        self._used: dict[str, bytes] = {}

    def seal(
        self,
        name: str,
        plaintext: bytes,
        public: bytes,
        info: bytes,
        make: Callable[[bytes, bytes, bytes], bytes] = seal_hybrid,
    ) -> bytes:
        """The kept box, or a new one."""
        inputs = hashlib.sha256(b"|".join((plaintext, public, info))).hexdigest()[:16]
        label = f"{name}/{inputs}"
        if label not in self._used:
            self._used[label] = self._kept.get(label) or make(plaintext, public, info)
        return self._used[label]

    def save(self) -> None:
        """Write the boxes that were used."""
        lines = [f"{name} {box.hex()}\n" for name, box in sorted(self._used.items())]
        self._path.write_text("".join(lines))


def report_info(suite: Suite, epoch: int) -> bytes:
    """HPKE's info for an envelope."""
    header = write_header(suite, epoch)
    assert len(header) == HEADER_SIZE
    return INFO + header


def _sealed_nonce(ephemeral: bytes, public: bytes) -> bytes:
    return hashlib.blake2b(ephemeral + public, digest_size=24).digest()


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF


def _hsalsa20(key: bytes, nonce: bytes) -> bytes:
    """HSalsa20 (Bernstein, "Extending the Salsa20 nonce", section 2)."""
    k, n, c = (struct.unpack(f"<{len(x) // 4}I", x) for x in (key, nonce, b"expand 32-byte k"))
    x = [c[0], *k[:4], c[1], *n, c[2], *k[4:], c[3]]
    columns = [(0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11)]
    rows = [(0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)]
    for _ in range(10):
        for p, q, r, s in columns + rows:
            x[q] ^= _rotate((x[p] + x[s]) & 0xFFFFFFFF, 7)
            x[r] ^= _rotate((x[q] + x[p]) & 0xFFFFFFFF, 9)
            x[s] ^= _rotate((x[r] + x[q]) & 0xFFFFFFFF, 13)
            x[p] ^= _rotate((x[s] + x[r]) & 0xFFFFFFFF, 18)
    return struct.pack("<8I", *(x[i] for i in (0, 5, 10, 15, 6, 7, 8, 9)))


def _schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """RFC 9180's key schedule, base mode, for this suite: key and first nonce."""
    suite = b"HPKE" + bytes.fromhex("647a00010003")

    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")

    def expand(secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
        data = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context + b"\x01"
        return hmac.digest(secret, data, "sha256")[:size]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(secret, b"key", context, 32), expand(secret, b"base_nonce", context, 12)

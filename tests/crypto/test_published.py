"""Published vectors: libsodium's sealed box, age's hybrid recipient, the X-Wing draft, RFC 9421."""

import base64
import hashlib
import zlib
from pathlib import Path

import pytest
from nacl.bindings import crypto_box_seal_open, crypto_scalarmult_base

from crypto import hybrid

AGE_INFO = b"age-encryption.org/mlkem768x25519"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def test_sealed_box() -> None:
    """PyNaCl's tests/data/sealed_box_ref.txt, made with libsodium from NaCl's own test keys."""
    secret = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
    public = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    message = (
        "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d4"
        "5e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a"
        "024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705"
    )
    box = (
        "199c808806a62c1be56951023ad3396b0ce0ef2c5b9ca688ac96d2d06ca43f65d314400cc9bbefb23dd26f82"
        "4c9cb553f81e8c894ea9a553f4d777c77b66d5a6925da3f5961c5f7147172db5597ac14210066ee3ee13e623"
        "0a9a9610e9cddbf24094f54fbbf6694c08a436cec39ff5a373656d9584f4df9dd8c817e2e597540628d0ee21"
        "a6524a3fcf3eabdc0968390bd260a47366ead7f71cc2e774d411d96f3497c7e10291937bc16dc46a111686b8"
        "5a8c86"
    )
    keys = bytes.fromhex(public), bytes.fromhex(secret)
    assert crypto_scalarmult_base(keys[1]) == keys[0]
    assert crypto_box_seal_open(bytes.fromhex(box), *keys).hex() == message


XWING = {
    "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26": (
        "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
    ),
    "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea": (
        "c42ba5f8430d7d2c83739338203819f090e8303ce9c8b02107c272bfa5376916"
    ),
    "ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9": (
        "6b080d6b84f095342092fa7a22423e58bd681397ad0ef00eac92bd254db4fa95"
    ),
}


@pytest.mark.parametrize("seed", XWING)
def test_xwing_seed_gives_the_published_key(seed: str) -> None:
    """draft-connolly-cfrg-xwing-kem, appendix C: its seeds, and SHA-256 of its 1,216-byte keys."""
    _, public = hybrid.expand_seed(bytes.fromhex(seed))
    assert hashlib.sha256(public).hexdigest() == XWING[seed]


def read_age_file(path: Path) -> tuple[dict[str, str], list[tuple[bytes, bytes]]]:
    """The header lines, and (enc, body) of every stanza of our type (C2SP age.md, CCTV age)."""
    header, _, file = path.read_bytes().partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in header.decode().split("\n"))
    if fields.get("compressed") == "zlib":
        file = zlib.decompress(file)
    lines = file.split(b"\n--- ")[0].decode().split("\n")
    stanzas = [
        (decode(line.split(" ")[2]), decode(lines[number + 1]))
        for number, line in enumerate(lines)
        if line.startswith("-> mlkem768x25519 ")
    ]
    return fields, stanzas


def decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def read_identity(text: str) -> bytes:
    """The 32-byte seed of an AGE-SECRET-KEY-PQ-1… identity; its checksum is not ours to test."""
    digits = text.lower().removeprefix("age-secret-key-pq-1")[:-6]
    bits = "".join(f"{BECH32.index(digit):05b}" for digit in digits)
    return int(bits[:256], 2).to_bytes(32, "big")


AGE_FILES = [
    "hybrid",
    "hybrid_and_x25519",
    "hybrid_bad_tag",
    "hybrid_currupted_enc_mlkem",
    "hybrid_currupted_enc_x25519",
    "hybrid_low_order",
    "hybrid_multiple_recipients",
    "hybrid_no_match",
]


@pytest.mark.parametrize("name", AGE_FILES)
def test_age_hybrid_stanza(shared: Path, name: str) -> None:
    """age's stanza is our HPKE suite with age's info: good ones open to the file key alone."""
    fields, stanzas = read_age_file(shared / "data" / "vectors" / "age-hybrid" / name)
    assert stanzas
    private, _ = hybrid.expand_seed(read_identity(fields["identity"]))
    opened = [hybrid.open_hybrid(enc + body, private, AGE_INFO) for enc, body in stanzas]
    keys = {key.hex() for key in opened if key is not None}
    assert keys == ({fields["file key"]} if fields["expect"] == "success" else set())


def test_every_age_file_is_run(shared: Path) -> None:
    folder = shared / "data" / "vectors" / "age-hybrid"
    assert sorted(path.name for path in folder.iterdir()) == AGE_FILES

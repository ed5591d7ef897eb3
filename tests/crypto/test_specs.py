"""The worked examples of spec/*.md are real, and the tables name every code."""

import io
import re
from hashlib import sha256
from pathlib import Path

import pytest

from crypto.bundles import write_bundle
from crypto.carried import CarriedEnvelope, read_items
from crypto.checkpoints import (
    Checkpoint,
    Receipt,
    check_receipt,
    make_cosigner,
    make_log_signer,
    write_checkpoint,
    write_receipt,
)
from crypto.envelope import Suite, envelope_id, padded_lengths, read_header, write_header
from crypto.errors import (
    BlobError,
    CarriedError,
    CryptoError,
    EnvelopeError,
    KeyringError,
    LogError,
    NoteError,
    OpeningError,
    RecordError,
    SealedSmsError,
)
from crypto.leaves import envelope_leaf, keyring_leaf
from crypto.locks import derive_lock
from crypto.log import find_root, hash_leaf
from crypto.notes import Note, sign, write_key, write_note
from crypto.officers import public_key
from crypto.qr_text import MAX_TEXT, read_qr_text, write_qr_text
from crypto.records import SignedRecord, write_record
from crypto.sealed_sms import write_texts
from crypto.statements import read_reporter
from tools.vectors.boxes import seal_box
from tools.vectors.keys import REPORT_ID, SEEDS
from tools.vectors.sealers import pad

SPEC = Path(__file__).resolve().parent.parent.parent / "spec"
FORMATS = [
    "blob-v1.md",
    "bundle-v1.md",
    "envelope-v1.md",
    "sealed-sms-v1.md",
    "keyring-v1.md",
    "log-v1.md",
    "records-v1.md",
]


def read_example(name: str) -> dict[str, str]:
    """The `name: value` lines of the worked examples; indented lines go on the line before."""
    (section,) = re.findall(
        r"## Worked example\n(.*?)\n## ", (SPEC / name).read_text(encoding="utf-8"), re.DOTALL
    )
    values: dict[str, str] = {}
    for block in re.findall(r"```\n(.*?)\n```", section, re.DOTALL):
        for field, first, more in re.findall(
            r"^([^\s:][^:\n]*):([^\n]*)((?:\n  .*)*)", block, re.M
        ):
            values[field] = first.strip() + "".join(line.strip() for line in more.split("\n"))
    return values


def test_envelope_example() -> None:
    example = read_example("envelope-v1.md")
    lock = derive_lock(bytes.fromhex(example["seed A"]), Suite.SEALED_BOX, "A")
    assert (lock.private.hex(), lock.public.hex()) == (
        example["private key"],
        example["public key"],
    )
    plaintext = pad(1, 1, b"hello", 67)
    assert plaintext.hex() == example["plaintext"]
    box = seal_box(plaintext, lock.public, bytes.fromhex(example["ephemeral seed"]))
    envelope = write_header(Suite.SEALED_BOX, 7) + box
    assert envelope.hex() == example["envelope"]
    assert envelope_id(envelope).hex() == example["id"]
    leaf = envelope_leaf(read_header(envelope), 20717, envelope_id(envelope))
    assert leaf.hex() == example["leaf on day 20717"]
    assert REPORT_ID in plaintext


def test_sealed_sms_example() -> None:
    example = read_example("sealed-sms-v1.md")
    single = bytes.fromhex(read_example("envelope-v1.md")["envelope"])
    assert write_texts(single) == [example["text"]]
    suite = Suite.DUAL_SEALED_BOX
    box = pad(suite, 1, b"hello", 128)
    for lock in "BA":
        box = seal_box(box, derive_lock(SEEDS[lock], suite, lock).public)
    envelope = write_header(suite, 7) + box
    assert envelope.hex() == example["envelope"]
    assert envelope_id(envelope).hex() == example["id"]
    assert write_texts(envelope) == [example["text 0"], example["text 1"]]


def test_keyring_example() -> None:
    example = read_example("keyring-v1.md")
    files = {name: bytes.fromhex(example[name]) for name in ("a.json", "timestamp.json")}
    assert write_bundle(files).hex() == example["bundle"]
    data = example["file"].encode("ascii")
    assert example["name"] == f"{sha256(data).hexdigest()}.reporter.json"
    (epoch,) = read_reporter(data).epochs
    assert epoch.locks["A"][Suite.SEALED_BOX].hex() == example["key"]
    assert example["key"] == read_example("envelope-v1.md")["public key"]


def test_log_example() -> None:
    example = read_example("log-v1.md")
    bundle = bytes.fromhex(read_example("keyring-v1.md")["bundle"])
    leaf = bytes.fromhex(read_example("envelope-v1.md")["leaf on day 20717"])
    leaves = [keyring_leaf(sha256(bundle).digest()), leaf]
    hashes = [hash_leaf(one) for one in leaves]
    assert [leaves[0].hex(), *(one.hex() for one in hashes), find_root(hashes).hex()] == [
        example[name] for name in ("leaf 0", "hash 0", "hash 1", "root")
    ]
    signer = make_log_signer(bytes.fromhex(example["log's seed"]))
    assert write_key(signer.key) == example["log's key"]
    cosigner = make_cosigner(example["holder"], bytes.fromhex(example["holder's seed"]))
    text = write_checkpoint(Checkpoint(signer.name, 2, find_root(hashes)))
    note = Note(text, (sign(signer, text), sign(cosigner, text, 20717 * 86_400)))
    receipt = Receipt(1, (hashes[0],), write_note(note))
    assert write_receipt(receipt).decode() in (SPEC / "log-v1.md").read_text(encoding="utf-8")
    assert check_receipt(receipt, leaves[1], signer.key).size == 2


def test_bundle_example() -> None:
    example = read_example("bundle-v1.md")
    envelope = bytes.fromhex(read_example("envelope-v1.md")["envelope"])
    bundle = bytes.fromhex(example["bundle"])
    assert list(read_items(io.BytesIO(bundle))) == [CarriedEnvelope(1, envelope)]
    assert write_qr_text(envelope) == example["text"]
    assert read_qr_text(example["text"]) == envelope


def test_what_fits_into_a_qr_code() -> None:
    """The table of bundle-v1.md: bytes and characters, and what does not fit."""
    text = (SPEC / "bundle-v1.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| ([\d,]+) \| ([\d,]+) \| \d+ \|$", text, re.MULTILINE)
    told = {int(size.replace(",", "")): int(count.replace(",", "")) for size, count in rows}
    assert len(told) == 8
    fits = {}
    for suite in Suite:
        for padded in padded_lengths(suite):
            length = suite.overhead + padded
            count = length // 2 * 3 + length % 2 * 2
            if count <= MAX_TEXT:
                fits[length] = count
    assert told.items() <= fits.items()
    assert max(fits) == max(told)


def test_overheads_of_the_table() -> None:
    text = (SPEC / "envelope-v1.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(..)` \| .* \| .* \| ([\d,]+) bytes \|$", text, re.MULTILINE)
    told = {Suite(int(suite, 16)): int(size.replace(",", "")) for suite, size in rows}
    assert told == {suite: suite.overhead for suite in Suite}
    assert padded_lengths(Suite.SEALED_BOX)[0] == 67


# Made by a caller's mistake, not by what a reader is given.
NOT_READ = {
    "envelope-content-too-long",
    "envelope-padded-length",
    "envelope-report-id",
    "envelope-suite-not-for-sms",
    "lock-unknown",
    "seed-length",
    "wrap-holder",
    "wrap-key",
}


@pytest.mark.parametrize(
    "errors",
    [
        BlobError,
        CarriedError,
        EnvelopeError,
        OpeningError,
        SealedSmsError,
        KeyringError,
        LogError,
        NoteError,
        RecordError,
    ],
)
def test_every_code_is_in_a_spec(errors: type[CryptoError]) -> None:
    names = [*FORMATS, "holders-v1.md"]  # its worked example: tests/keyholder/keys
    texts = "".join((SPEC / name).read_text(encoding="utf-8") for name in names)
    assert {code for code in errors.CAUSES if f"`{code}`" not in texts} <= NOT_READ


def test_the_record_of_the_worked_example() -> None:
    example = read_example("records-v1.md")
    seed = bytes.fromhex(example["seed"])
    record = SignedRecord(
        "0123456789abcdef",
        1_048_577,
        1_790_000_000,
        {"op": "tag", "report": bytes.fromhex("0011223344556677"), "tag": "fibre"},
    )
    written = write_record(record, seed)
    assert public_key(seed).hex() == example["public key"]
    assert written.hex() == example["content"] + example["signature"]

"""Runs one vector of spec/vectors/, as its README tells."""

from collections.abc import Callable

from crypto import keyring as keyrings
from crypto import leaves, locks, opening, sealed_sms, sealing
from crypto.choosing import sealing_key
from crypto.envelope import Kind, Suite, read_header
from crypto.errors import CryptoError
from crypto.purged import find_purged
from reports.errors import ReportError
from tests.crypto.blob_vectors import run_blob, run_blob_length
from tests.crypto.carried_vectors import run_bundle, run_qr_text, run_qr_write
from tests.crypto.receipt_vectors import run_note_key, run_receipt
from tests.crypto.report_vectors import run_report, run_report_write
from tests.crypto.vector import FOLDER, Vector, read_vector

__all__ = ["FOLDER", "RUN", "Vector", "find_outcome", "read_vector", "run_vector"]

KINDS = {"report": Kind.REPORT, "follow-up": Kind.FOLLOW_UP, "record": Kind.RECORD}


def find_outcome(vector: Vector) -> str:
    """What came of it, in the words of `expect`: `open`, `nothing`, or the error's code."""
    try:
        return run_vector(vector)
    except (CryptoError, ReportError) as error:
        return error.code


def run_vector(vector: Vector) -> str:
    """What came of it: `open`, `nothing`; an error is raised. Results are compared on the way."""
    return RUN[vector.kind](vector)


def _opener(epoch: int, seeds: dict[str, bytes]) -> opening.Opener:
    keys = {}
    for suite in Suite:
        if set(suite.locks) == set(seeds):
            derived = tuple(locks.derive_lock(seeds[lock], suite, lock) for lock in suite.locks)
            keys[epoch, suite] = derived
    return opening.Opener(keys)


def _compare(vector: Vector, opened: opening.Opened) -> str:
    assert opened.kind == KINDS[vector.field("holds")]
    assert opened.report_id == vector.hex("report id")
    assert opened.content == vector.hex("content")
    return "open"


def _run_envelope(vector: Vector) -> str:
    opener = _opener(int(vector.field("epoch")), vector.seeds())
    return _compare(vector, opener.open(vector.payload))


def _run_peeled(vector: Vector) -> str:
    data = vector.payload
    suite = Suite(data[1])
    lock = locks.derive_lock(vector.hex("seed B"), suite if suite.dual else Suite.DUAL_HYBRID, "B")
    return _compare(vector, opening.open_peeled(data[:4], data[4:], lock))


def _run_lock(vector: Vector) -> str:
    suite = Suite(int(vector.field("suite")))
    locks.check_lock(vector.hex("seed"), vector.field("lock"), {suite: vector.payload})
    return "open"


def _run_sealing(vector: Vector) -> str:
    suite, epoch = Suite(int(vector.field("suite"))), int(vector.field("epoch"))
    keys = tuple(vector.hex(f"key {lock}") for lock in "AB" if f"key {lock}" in vector.fields)
    key = sealing.SealingKey(suite, epoch, 0, keys)
    report_id = vector.hex("report id")
    padded = vector.fields.get("padded", [""])[0]
    if padded == "sms":
        envelope = sealing.seal_for_sms(key, Kind.REPORT, report_id, vector.payload)
        assert len(sealed_sms.write_texts(envelope)) == (2 if suite.dual else 1)
    else:
        length = int(padded) if padded else None
        envelope = sealing.seal(key, Kind.REPORT, report_id, vector.payload, padded=length)
        assert read_header(envelope).size_class == 0
    opened = _opener(epoch, vector.seeds()).open(envelope)
    assert (opened.report_id, opened.content) == (report_id, vector.payload)
    return "open"


def _run_leaf(vector: Vector) -> str:
    leaf = leaves.read_leaf(vector.payload)
    header = leaf.header
    assert header.suite == int(vector.field("suite"))
    assert header.epoch == int(vector.field("epoch"))
    assert header.size_class == int(vector.field("size class"))
    assert leaf.day == int(vector.field("day"))
    assert leaf.envelope_id == vector.hex("id")
    assert leaves.envelope_leaf(header, leaf.day, leaf.envelope_id) == vector.payload
    return "open"


def _run_texts(vector: Vector) -> str:
    envelopes = []
    groups: dict[tuple[bytes, int], list[list[bytes]]] = {}
    for line in vector.lines:
        read = sealed_sms.read_text(line)
        if isinstance(read, sealed_sms.Single):
            envelopes.append(read.envelope)
        else:
            group = groups.setdefault((read.ref, read.count), [[] for _ in range(read.count)])
            group[read.index].append(read.slice)
    for (ref, _), slices in groups.items():
        envelopes += sealed_sms.join(ref, slices)
    expected = [bytes.fromhex(envelope) for envelope in vector.fields.get("envelope", [])]
    assert sorted(envelopes) == sorted(expected)
    return "open" if envelopes else "nothing"


def _run_write(vector: Vector) -> str:
    assert sealed_sms.write_texts(vector.payload) == vector.fields["text"]
    return "open"


def _run_keyring(vector: Vector) -> str:
    pinned = vector.hex("pinned root")
    files = keyrings.read_bundle(vector.payload)
    if "current" in vector.fields:
        current = keyrings.first(pinned, keyrings.read_bundle(vector.hex("current")))
        keyring = keyrings.successor(current, files)
    else:
        keyring = keyrings.first(pinned, files)
    if "channel" in vector.fields:
        now = int(vector.field("now"))
        key = sealing_key(keyring, vector.field("channel"), now)
        assert key.epoch == int(vector.field("epoch"))
        return "open"
    assert keyring.version == int(vector.field("version"))
    assert keyring.root_version == int(vector.field("root version"))
    assert len(keyring.epochs) == int(vector.field("epochs"))
    if "files" in vector.fields:
        assert len(keyring.files) == int(vector.field("files"))
    return "open"


def _run_purged(vector: Vector) -> str:
    keyring = keyrings.first(vector.hex("pinned root"), keyrings.read_bundle(vector.payload))
    purged = find_purged(keyring)
    assert len(purged.envelopes) == int(vector.field("envelopes"))
    assert len(purged.blobs) == int(vector.field("blobs"))
    return "open"


RUN: dict[str, Callable[[Vector], str]] = {
    "envelope": _run_envelope,
    "peeled": _run_peeled,
    "lock": _run_lock,
    "sealing": _run_sealing,
    "leaf": _run_leaf,
    "sealed-sms": _run_texts,
    "sms-write": _run_write,
    "keyring": _run_keyring,
    "purged": _run_purged,
    "report": run_report,
    "report-write": run_report_write,
    "blob": run_blob,
    "blob-length": run_blob_length,
    "receipt": run_receipt,
    "note-key": run_note_key,
    "bundle": run_bundle,
    "qr-text": run_qr_text,
    "qr-write": run_qr_write,
}

"""Vectors of receipts: that the log has an envelope, for whoever sealed it."""

from collections.abc import Iterator, Sequence

from crypto.checkpoints import (
    Checkpoint,
    Receipt,
    make_cosigner,
    make_log_signer,
    write_checkpoint,
    write_receipt,
)
from crypto.envelope import Suite, envelope_id, read_header, write_header
from crypto.leaves import envelope_leaf, keyring_leaf
from crypto.log import find_root, hash_leaf, hash_node, prove_inclusion
from crypto.notes import KeyKind, Note, NoteKey, NoteSigner, Signature, sign, write_key, write_note
from tools.vectors.boxes import seal_box
from tools.vectors.case import Case, swap
from tools.vectors.keys import EPOCH, make_seed, public_key
from tools.vectors.sealers import pad

LOG = make_log_signer(make_seed("log"))
OTHER = make_log_signer(make_seed("another log"))
DAY = 20_717
COSIGNER = make_cosigner("00112233aabbccdd", make_seed("cosigner"))


def _seal(seed: str) -> bytes:
    box = seal_box(
        pad(1, 1, b"\xa0", 176), public_key(Suite.SEALED_BOX, "A"), make_seed(f"receipt {seed}")
    )
    return write_header(Suite.SEALED_BOX, EPOCH) + box


ENVELOPE = _seal("mine")
LEAF = envelope_leaf(read_header(ENVELOPE), DAY, envelope_id(ENVELOPE))
_NEIGHBOUR = envelope_leaf(read_header(_seal("other")), DAY, envelope_id(_seal("other")))


def make_receipts() -> Iterator[Case]:
    """Kind `receipt`: true ones, and those that are well made and prove nothing."""
    yield from _accepted()
    yield from _not_included()
    yield from _not_signed()


def make_receipt(
    index: int = 3,
    size: int = 7,
    *,
    leaf: bytes = LEAF,
    extra: bytes | None = LEAF,
    signers: Sequence[NoteSigner] = (LOG,),
) -> Receipt:
    """A receipt of a log in which the leaf stands at `index`, beside keyrings."""
    leaves = [keyring_leaf(make_seed(f"keyring {number}")) for number in range(size)]
    leaves[index] = leaf
    hashes = [hash_leaf(one) for one in leaves]
    proof = prove_inclusion(
        index, size, lambda level, at: find_root(hashes[at << level : (at + 1) << level])
    )
    note = _sign(Checkpoint(LOG.name, size, find_root(hashes)), signers)
    return Receipt(index, tuple(proof), note, extra)


def _sign(checkpoint: Checkpoint, signers: Sequence[NoteSigner] = (LOG,), more: str = "") -> bytes:
    return sign_text(write_checkpoint(checkpoint) + more, signers)


def sign_text(text: str, signers: Sequence[NoteSigner] = (LOG,)) -> bytes:
    times = {KeyKind.ED25519: 0, KeyKind.COSIGNATURE: DAY * 86_400}
    return write_note(Note(text, tuple(sign(one, text, times[one.kind]) for one in signers)))


def receipt_case(
    name: str,
    expect: str,
    comment: str,
    receipt: Receipt | bytes,
    *,
    keys: Sequence[str] | None = None,
    envelope: bytes = ENVELOPE,
    said: tuple[int, int] | None = None,
    fill: int = 0,
) -> Case:
    data = write_receipt(receipt) if isinstance(receipt, Receipt) else receipt
    fields = [("envelope", envelope.hex())]
    fields += [("log key", key) for key in ([write_key(LOG.key)] if keys is None else keys)]
    if fill:
        fields.append(("fill", str(fill)))
    if said:
        fields += [("index", str(said[0])), ("size", str(said[1])), ("day", str(DAY))]
    return Case(f"receipt-{name}", expect, comment, "receipt", fields, data)


def _accepted() -> Iterator[Case]:
    for index, size in ((0, 1), (0, 7), (3, 7), (6, 7), (7, 8), (256, 300)):
        comment = f"leaf {index} of {size}"
        receipt = make_receipt(index, size)
        yield receipt_case(f"{index}-of-{size}", "open", comment, receipt, said=(index, size))
    old = make_receipt(3, 4)
    yield receipt_case("old", "open", "an old checkpoint, which has the leaf too", old, said=(3, 4))
    signers = (OTHER, COSIGNER, LOG)
    others = make_receipt(signers=signers)
    yield receipt_case("signers", "open", "others signed too", others, said=(3, 7))
    keys = [write_key(OTHER.key), "heliograph/log/future+00000000+Cg==", write_key(LOG.key)]
    comment = "the second key that can be read is the log's"
    yield receipt_case("keys", "open", comment, make_receipt(), keys=keys, said=(3, 7))
    as_cosigner = NoteSigner(LOG.name, KeyKind.COSIGNATURE, make_seed("log"))
    cosigned = make_receipt(signers=(as_cosigner, LOG))
    keys = [write_key(as_cosigner.key), write_key(LOG.key)]
    comment = "the log's key is a cosigner's too: such a key is left aside"
    yield receipt_case("cosigned", "open", comment, cosigned, keys=keys, said=(3, 7))
    lines = _replace_note(more="a line of a newer version\n")
    yield receipt_case("lines", "open", "a checkpoint of four lines", lines, said=(3, 7))
    many = make_receipt()
    forged = b"\xe2\x80\x94 a AAAAAAA=\n" * 299
    many = Receipt(many.index, many.proof, many.note + forged, many.extra)
    yield receipt_case("signatures", "open", "300 signatures", many, said=(3, 7))
    yield receipt_case(
        "long", "open", "leaf 2^62 of 2^63 - 1", _make_long(), said=(1 << 62, (1 << 63) - 1)
    )


def _make_long() -> Receipt:
    """As long a proof as there is, of a log that nobody has: the first leaf of its right half."""
    proof = (*(make_seed(f"sibling {level}") for level in range(62)), make_seed("left half"))
    root = hash_leaf(LEAF)
    for one in proof[:-1]:
        root = hash_node(root, one)
    root = hash_node(proof[-1], root)
    note = _sign(Checkpoint(LOG.name, (1 << 63) - 1, root))
    return Receipt(1 << 62, proof, note, LEAF)


def _replace_note(more: str = "") -> Receipt:
    good = make_receipt()
    text = good.note.decode().partition("\n\n")[0] + "\n" + more
    return Receipt(good.index, good.proof, sign_text(text), good.extra)


def _not_included() -> Iterator[Case]:
    good = make_receipt()
    code = "inclusion-wrong"

    def change(
        name: str, comment: str, index: int = 3, proof: Sequence[bytes] = good.proof,
        note: bytes = good.note, extra: bytes | None = LEAF, envelope: bytes = ENVELOPE,
    ) -> Case:  # fmt: skip
        receipt = Receipt(index, tuple(proof), note, extra)
        return receipt_case(f"{code}-{name}", code, comment, receipt, envelope=envelope)

    first, second, third = good.proof
    yield change("other", "a true receipt, of another envelope", envelope=_seal("other"))
    neighbour = make_receipt(leaf=_NEIGHBOUR, extra=_NEIGHBOUR)
    yield receipt_case(
        f"{code}-leaf", code, "the leaf of another envelope, which is there", neighbour
    )
    absent = make_receipt(leaf=_NEIGHBOUR)
    yield receipt_case(f"{code}-absent", code, "another envelope stands there", absent)
    for name, at in (("suite", 1), ("epoch", 3), ("class", 4), ("day", 6), ("id", 38)):
        leaf = bytearray(LEAF)
        leaf[at] ^= 0x10 if name == "suite" else 3 if name == "class" else 1
        yield change(name, f"another {name} in the leaf", extra=bytes(leaf))
        if name in ("suite", "epoch", "class"):
            listed = make_receipt(leaf=bytes(leaf), extra=bytes(leaf))
            comment = f"the log has the id with another {name}"
            yield receipt_case(f"{code}-{name}-listed", code, comment, listed)
    yield change("index", "another index", index=2)
    yield change("index-last", "the index behind the last", index=7)
    alone = make_receipt(0, 1)
    yield change("index-alone", "index 1 of a log of one", 1, (), alone.note)
    yield change("changed", "a changed hash", proof=(first, make_seed("x"), third))
    yield change("swapped", "two hashes in the other order", proof=(second, first, third))
    yield change("short", "a hash too few", proof=(first, second))
    yield change("long", "a hash too many", proof=(first, second, third, third))
    yield change("none", "no hashes", proof=())
    before = _sign(Checkpoint(LOG.name, 3, make_seed("root")))
    yield change("before", "a checkpoint from before the leaf", note=before)
    empty = _sign(Checkpoint(LOG.name, 0, find_root([])))
    yield change("empty", "an empty log", index=0, proof=(), note=empty)
    root = _sign(Checkpoint(LOG.name, 7, make_seed("root")))
    yield change("root", "another root, signed", note=root)
    size = _sign(Checkpoint(LOG.name, 9, _find_root(good)))
    yield change("size", "another size, signed", note=size)
    code = "leaf-invalid"
    yield receipt_case(f"{code}-none", code, "without its leaf", make_receipt(extra=None))
    yield receipt_case(f"{code}-short", code, "38 bytes", make_receipt(extra=LEAF[:-1]))
    keyring = keyring_leaf(make_seed("keyring 3"))
    yield receipt_case(
        f"{code}-keyring", code, "a keyring's leaf", make_receipt(leaf=keyring, extra=keyring)
    )
    unknown = swap(LEAF, b"\x01\x01\x00", b"\x01\x03\x00")
    yield receipt_case(f"{code}-suite", code, "no such suite", make_receipt(extra=unknown))


def _find_root(receipt: Receipt) -> bytes:
    first, second, third = receipt.proof
    return hash_node(hash_node(second, hash_node(first, hash_leaf(LEAF))), third)


def _not_signed() -> Iterator[Case]:
    code = "note-not-signed"
    good = make_receipt()
    yield receipt_case(f"{code}-keys", code, "no key is listed", good, keys=())
    yield receipt_case(
        f"{code}-other", code, "another log's key", good, keys=[write_key(OTHER.key)]
    )
    cosigned = make_receipt(signers=(COSIGNER,))
    yield receipt_case(f"{code}-cosigner", code, "a holder's cosignature alone", cosigned)
    by_other = make_receipt(signers=(OTHER,))
    keys = [write_key(LOG.key), write_key(OTHER.key)]
    comment = "signed by a listed key whose name is not the first line"
    yield receipt_case(f"{code}-origin", code, comment, by_other, keys=keys)
    namesake = NoteSigner(LOG.name, KeyKind.ED25519, make_seed("namesake"))
    comment = "another key under the log's name"
    yield receipt_case(f"{code}-namesake", code, comment, make_receipt(signers=(namesake,)))
    as_cosigner = NoteKey(LOG.name, KeyKind.COSIGNATURE, LOG.key.public)
    comment = "the key is listed as a cosigner's"
    yield receipt_case(f"{code}-kind", code, comment, good, keys=[write_key(as_cosigner)])
    code = "note-signature-wrong"
    data = write_receipt(good)
    size = swap(data, b"\n7\n", b"\n6\n")
    yield receipt_case(f"{code}-size", code, "another size under the same signature", size)
    for name, comment, value in (
        ("short", "a byte too few", _value(good)[:-1]),
        ("long", "a byte too many", _value(good) + b"\0"),
        ("changed", "a changed byte", bytes((_value(good)[0] ^ 1,)) + _value(good)[1:]),
        ("zero", "zeros", bytes(64)),
    ):
        receipt = _sign_with(good, [value])
        yield receipt_case(f"{code}-{name}", code, comment, receipt)
    both = _sign_with(good, [_value(good), bytes(64)])
    yield receipt_case(f"{code}-both", code, "a true one, and a false one under the same key", both)


def _value(receipt: Receipt) -> bytes:
    text = receipt.note.decode().partition("\n\n")[0] + "\n"
    return sign(LOG, text).value


def _sign_with(receipt: Receipt, values: Sequence[bytes]) -> Receipt:
    text = receipt.note.decode().partition("\n\n")[0] + "\n"
    signatures = tuple(Signature(LOG.name, LOG.key.id, value) for value in values)
    return Receipt(receipt.index, receipt.proof, write_note(Note(text, signatures)), receipt.extra)

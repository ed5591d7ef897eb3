"""Vectors of receipts and of keys that are not made as they must be."""

import hashlib
from collections.abc import Iterator, Sequence

from crypto.checkpoints import Receipt, write_receipt
from crypto.notes import encode_base64, write_key
from tools.vectors.case import Case, swap
from tools.vectors.receipts import COSIGNER, LOG, make_receipt, receipt_case, sign_text


def make_receipt_forms() -> Iterator[Case]:
    """Kinds `receipt` and `note-key`."""
    yield from _malformed()
    yield from _keys()


def _malformed() -> Iterator[Case]:
    good = make_receipt()
    data = write_receipt(good)
    dash = "— ".encode()
    extra = data[data.index(b"extra") : data.index(b"index")]
    proof = data[data.index(b"index 3\n") + 8 : data.index(b"\n\n") + 1]
    one_hash = proof[: proof.index(b"\n") + 1]
    cases: dict[str, Sequence[tuple[str, str, bytes]]] = {
        "note-form": (
            ("signatures", "no signature", data[: data.rindex(dash)]),
            ("cut", "the last newline is missing", data[:-1]),
            ("behind", "a line behind the signatures", data + b"\n"),
            ("text-behind", "a line that is no signature", data + b"a line\n"),
            ("hyphen", "a hyphen for the dash", swap(data, dash, b"- ")),
            ("utf-8", "a byte that is no UTF-8", swap(data, b"\n7\n", b"\n7\xff\n")),
            ("control", "a tab", swap(data, b"\n7\n", b"\n7\t\n")),
            ("return", "carriage returns", data.replace(b"\n7\n", b"\r\n7\r\n")),
            ("empty-line", "no empty line", swap(data, b"=\n\n" + dash, b"=\n" + dash)),
            ("name-plus", "a name with a plus", data + dash + b"a+b AAAAAAA=\n"),
            ("name-space", "a name with a space of another width",
             data + dash + "a\u2003b AAAAAAA=\n".encode()),
            ("name-next-line", "a name with U+0085", data + dash + "a\x85b AAAAAAA=\n".encode()),
            ("name-empty", "an empty name", data + dash + b" AAAAAAA=\n"),
            ("base64", "a signature without padding", data + dash + b"a AAAAAAA\n"),
            ("base64-bits", "spare bits in base64", data + dash + b"a AAAAAAB=\n"),
            ("base64-space", "a space in base64", data + dash + b"a AAAA AAA=\n"),
            ("id", "a key id alone", data + dash + b"a AAAAAA==\n"),
            ("none", "no base64", data + dash + b"a\n"),
            ("many", "301 signatures", data + (dash + b"a AAAAAAA=\n") * 300),
        ),
        "receipt-form": (
            ("nothing", "no bytes", b""),
            ("version", "another version", swap(data, b"@v1", b"@v2")),
            ("index", "no index", swap(data, b"index 3\n", b"")),
            ("index-name", "another name for it", swap(data, b"index 3", b"Index 3")),
            ("index-zero", "a zero before it", swap(data, b"index 3", b"index 03")),
            ("index-minus", "a negative index", swap(data, b"index 3", b"index -3")),
            ("index-large", "2^63", swap(data, b"index 3", b"index 9223372036854775808")),
            ("index-other", "a digit of another script",
             swap(data, b"index 3", "index ٣".encode())),
            ("only-extra", "extra and nothing else",
             swap(data, b"index 3\n" + proof, b"")),
            ("extra", "spare bits in the leaf's base64", swap(data, extra, b"extra AB==\n")),
            ("extra-twice", "two leaves", swap(data, extra, extra * 2)),
            ("extra-behind", "the leaf behind the index",
             swap(swap(data, extra, b""), b"index 3\n", b"index 3\n" + extra)),
            ("hash-short", "a hash of 31 bytes", swap(data, one_hash, b"A" * 40 + b"AA==\n")),
            ("hash-bits", "spare bits in a hash", swap(data, one_hash, b"A" * 42 + b"B=\n")),
            ("hash-bytes", "bytes that are no ASCII",
             swap(data, one_hash, b"\xff" * 44 + b"\n")),
            ("hashes", "64 hashes", swap(data, proof, one_hash * 64)),
            ("empty-line", "no empty line", data[: data.index(b"\n\n") + 1]),
            ("return", "a carriage return", swap(data, b"@v1\n", b"@v1\r\n")),
        ),
    }  # fmt: skip
    for code, rows in cases.items():
        for name, comment, changed in rows:
            yield receipt_case(f"{code}-{name}", code, comment, changed)
    code = "note-form"
    yield receipt_case(f"{code}-long", code, "131,073 bytes and more", data, fill=140_000)
    code = "receipt-form"
    yield receipt_case(f"{code}-long", code, "147,457 bytes", data, fill=147_457)
    code = "checkpoint-form"
    lines = good.note.decode().partition("\n\n")[0].split("\n")
    name, size, root = lines
    for case, comment, text in (
        ("two", "two lines", [name, size]),
        ("size", "a size with a zero before it", [name, f"0{size}", root]),
        ("size-large", "a size of 2^63", [name, str(1 << 63), root]),
        ("size-none", "no size", [name, root, root]),
        ("root", "a root of 31 bytes", [name, size, "A" * 40 + "AA=="]),
        ("root-bits", "spare bits in the root", [name, size, "A" * 42 + "B="]),
        ("empty", "an empty line behind the root", [name, size, root, ""]),
        ("empty-inside", "an empty line, and more", [name, size, root, "", "more"]),
    ):
        note = sign_text("\n".join(text) + "\n")
        receipt = Receipt(good.index, good.proof, note, good.extra)
        yield receipt_case(f"{code}-{case}", code, comment, receipt)


def _keys() -> Iterator[Case]:
    for name, key in (("log", LOG.key), ("cosigner", COSIGNER.key)):
        fields = [
            ("key", write_key(key)),
            ("name", key.name),
            ("key id", key.id.hex()),
            ("kind byte", str(int(key.kind))),
        ]
        yield Case(f"note-key-of-{name}", "open", f"a {name}'s", "note-key", fields, key.public)
    good = write_key(LOG.key)
    name, id, data = good.split("+", 2)
    for case, comment, key_text in (
        ("empty", "nothing", ""),
        ("parts", "two parts", f"{name}+{id}"),
        ("name", "no name", f"+{id}+{data}"),
        ("space", "a space in the name", swap(good.encode(), b"/", b" ").decode()),
        ("id", "another id", f"{name}+{'0' * 8}+{data}"),
        ("capitals", "the id in capitals", f"{name}+{id.upper()}+{data}"),
        ("kind", "a kind that is none", _write_key(name, 2, LOG.key.public)),
        ("short", "a key of 31 bytes", _write_key(name, 1, LOG.key.public[:31])),
        ("padding", "base64 without its end", f"{name}+{id}+{data[:-1]}"),
        ("more", "a part more", f"{good}+"),
    ):
        fields = [("key", key_text)]
        yield Case(f"note-key-{case}", "note-key", comment, "note-key", fields)


def _write_key(name: str, kind: int, public: bytes) -> str:
    """A verifier key with its right id, whatever it is a key of."""
    data = bytes((kind,)) + public
    id = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{id}+{encode_base64(data)}"

"""Vectors of sealed SMS: texts that join, texts that do not yet, and texts that are refused."""

import base64
import hashlib
from collections.abc import Iterator, Sequence

from crypto.envelope import Suite, write_header
from crypto.sealed_sms import write_texts
from tools.vectors.boxes import EPHEMERAL, seal_box
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, make_seed, public_key
from tools.vectors.sealers import CONTENT, pad


def make_texts() -> Iterator[Case]:
    """All cases of kind `sealed-sms`."""
    yield from _joined()
    yield from _not_joined()
    yield from _refused()
    yield from _not_for_sms()


def encode(data: bytes) -> str:
    """One text from its bytes."""
    return ":" + base64.b64encode(data, b"-.").decode("ascii").rstrip("=")


def _seal(suite: Suite, padded: int, seed: bytes = EPHEMERAL) -> bytes:
    box = pad(suite, 1, CONTENT if padded > 67 else b"", padded)
    for lock in reversed(suite.locks):
        box = seal_box(box, public_key(suite, lock), seed)
    return write_header(suite, EPOCH) + box


def _case(
    name: str, comment: str, texts: Sequence[str], *envelopes: bytes, expect: str = "open"
) -> Case:
    fields = [("envelope", envelope.hex()) for envelope in envelopes]
    return Case(f"sealed-sms-{name}", expect, comment, "sealed-sms", fields, texts)


def _part(ref: bytes, index: int, count: int, piece: bytes) -> str:
    return encode(b"\x02" + ref + bytes((index << 4 | count,)) + piece)


def _joined() -> Iterator[Case]:
    single = _seal(Suite.SEALED_BOX, 67)
    two = _seal(Suite.SEALED_BOX, 176)
    dual = _seal(Suite.DUAL_SEALED_BOX, 242)
    most = _seal(Suite.SEALED_BOX, 1658)
    yield _case("single", "one text", write_texts(single), single)
    yield _case("two", "two parts", write_texts(two), two)
    yield _case("dual", "three parts of suite 11", write_texts(dual), dual)
    yield _case("most", "fifteen parts", write_texts(most), most)
    yield _case("backwards", "the order does not matter", write_texts(most)[::-1], most)
    yield _case("twice", "each part twice", [*write_texts(dual), *write_texts(dual)], dual)
    mixed = [
        text for pair in zip(write_texts(two), write_texts(dual), strict=False) for text in pair
    ]
    yield _case(
        "mixed",
        "two groups at once",
        [*mixed, write_texts(dual)[2], write_texts(single)[0]],
        two,
        dual,
        single,
    )
    ref = hashlib.sha256(dual).digest()[:3]
    wrong = [_part(ref, 1, 3, make_seed(f"conflict {n}") * 3 + bytes(18)) for n in range(3)]
    right = write_texts(dual)
    yield _case("conflict", "three other slices for index 1 came first", [*wrong, *right], dual)
    yield _case(
        "conflict-count",
        "a part of a group that has another count",
        [_part(ref, 1, 4, bytes(114)), *right],
        dual,
    )
    first, second = _find_same_ref()
    yield _case(
        "same-ref",
        "two envelopes with one ref: both are made",
        [*write_texts(first), *write_texts(second)],
        first,
        second,
    )


def _find_same_ref() -> tuple[bytes, bytes]:
    """Two envelopes whose ids begin with the same 3 bytes: about 2^12 tries (birthday bound)."""
    seen: dict[bytes, bytes] = {}
    number = 0
    while True:
        envelope = _seal(Suite.SEALED_BOX, 176, make_seed(f"ephemeral {number}"))
        ref = hashlib.sha256(envelope).digest()[:3]
        if ref in seen:
            return seen[ref], envelope
        seen[ref] = envelope
        number += 1


def _not_joined() -> Iterator[Case]:
    dual = _seal(Suite.DUAL_SEALED_BOX, 242)
    texts = write_texts(dual)
    ref = hashlib.sha256(dual).digest()[:3]
    other = _part(ref, 1, 3, bytes(114))
    many = [_part(ref, 1, 3, make_seed(f"flood {n}") * 3 + bytes(18)) for n in range(4)]
    junk = bytes(range(228))
    formless = b"\x01\x02" + bytes(226)
    yield _case("gap", "a part is missing", [texts[0], texts[2]], expect="nothing")
    yield _case(
        "ref", "the parts do not give their ref", [texts[0], other, texts[2]], expect="nothing"
    )
    yield _case(
        "flood",
        "four slices for index 1 came first: a fifth is not tried",
        [*many, *texts],
        expect="nothing",
    )
    for name, data, comment in (
        ("formless", formless, "the ref is right, but the suite does not travel by SMS"),
        ("junk", junk, "the ref is right, but it is no envelope"),
    ):
        digest = hashlib.sha256(data).digest()[:3]
        parts = [_part(digest, 0, 2, data[:114]), _part(digest, 1, 2, data[114:])]
        yield _case(name, comment, parts, expect="nothing")


def _refused() -> Iterator[Case]:
    single = _seal(Suite.SEALED_BOX, 67)
    text = encode(single)
    piece = bytes(114)
    cases = [
        ("plain", "not-sealed", "a plain text", "No internet since the morning"),
        ("empty", "not-sealed", "an empty text", ""),
        ("mark-missing", "not-sealed", "the mark is missing", text[1:] + "A"),
        ("mark-wide", "not-sealed", "a fullwidth mark", "\uff1a" + text[1:]),
        ("cut", "length", "159 characters", text[:-1]),
        ("longer", "length", "161 characters", text + "A"),
        ("mark-alone", "length", "the mark alone", ":"),
        ("plus", "alphabet", "a character of ordinary base64", f":+{text[2:]}"),
        ("slash", "alphabet", "a character of ordinary base64", f"{text[:80]}/{text[81:]}"),
        ("padding", "alphabet", "base64 padding", f"{text[:159]}="),
        ("underscore", "alphabet", "a character of base64url", f"{text[:40]}_{text[41:]}"),
        ("space", "alphabet", "a form took a character for a space", f"{text[:40]} {text[41:]}"),
        ("arabic-digit", "alphabet", "a digit of another script", f"{text[:40]}\u0661{text[41:]}"),
        ("spare-1", "spare-bits", "the last bit is set", text[:-1] + _next(text[-1], 1)),
        ("spare-2", "spare-bits", "the bit before the last is set", text[:-1] + _next(text[-1], 2)),
        ("type-00", "type", "type 00", encode(bytes(119))),
        ("type-03", "type", "type 03", encode(b"\x03" + bytes(118))),
        ("single-suite", "single-form", "suite 02 in one text", encode(b"\x01\x02" + single[2:])),
        ("single-dual", "single-form", "suite 11 in one text", encode(b"\x01\x11" + single[2:])),
        ("count-0", "part-count", "no parts", _part(b"abc", 0, 0, piece)),
        ("count-1", "part-count", "one part", _part(b"abc", 0, 1, piece)),
        ("index-2-of-2", "part-index", "the third of two parts", _part(b"abc", 2, 2, piece)),
        ("index-15", "part-index", "the sixteenth of fifteen parts", _part(b"abc", 15, 15, piece)),
    ]
    for name, code, comment, line in cases:
        yield _case(f"bad-{name}", comment, [line], expect=f"sms-{code}")


def _next(character: str, steps: int) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."
    return alphabet[alphabet.index(character) + steps]


def _not_for_sms() -> Iterator[Case]:
    envelope = _seal(Suite.SEALED_BOX, 512)
    yield Case(
        "sms-write-512",
        "sms-envelope-form",
        "an envelope that was not sealed for SMS",
        "sms-write",
        (),
        envelope,
    )
    single = _seal(Suite.SEALED_BOX, 67)
    yield Case(
        "sms-write-single", "open", "one text", "sms-write", [("text", encode(single))], single
    )

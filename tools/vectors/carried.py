"""Vectors of what is passed on: bundles, and the texts of QR codes."""

import hashlib
from collections.abc import Iterator, Sequence

from crypto.envelope import Suite, write_header
from crypto.qr_text import ALPHABET, MAX_TEXT, write_qr_text
from tools.vectors.boxes import EPHEMERAL, seal_box
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, public_key
from tools.vectors.sealers import CONTENT, pad

MIN_BLOB = 65_577


def make_carried() -> Iterator[Case]:
    """All cases of kinds `bundle`, `qr-text` and `qr-write`."""
    yield from _good_bundles()
    yield from _stepped_over()
    yield from _ended()
    yield from _texts()
    yield from _bad_texts()


def _seal(suite: Suite, padded: int) -> bytes:
    box = pad(suite, 1, CONTENT if padded > 67 else b"", padded)
    for lock in reversed(suite.locks):
        box = seal_box(box, public_key(suite, lock), EPHEMERAL)
    return write_header(suite, EPOCH) + box


SINGLE = _seal(Suite.SEALED_BOX, 67)
SMALL = _seal(Suite.SEALED_BOX, 512)
DUAL = _seal(Suite.DUAL_SEALED_BOX, 512)
LONG = _seal(Suite.SEALED_BOX, 8192)
HYBRID = write_header(Suite.HYBRID, EPOCH) + bytes(1140 + 512 - 4)
BIGGEST = write_header(Suite.DUAL_HYBRID, EPOCH) + bytes(1188 + 32_768 - 4)


def _item(data: bytes) -> bytes:
    if len(data) < 24:
        return bytes((0x40 | len(data),)) + data
    if len(data) < 0x100:
        return b"\x58" + bytes((len(data),)) + data
    return b"\x59" + len(data).to_bytes(2, "big") + data


def _told(envelope: bytes) -> str:
    return f"envelope {hashlib.sha256(envelope).hexdigest()}"


def _case(name: str, comment: str, payload: bytes, *items: str, fill: int = 0) -> Case:
    expect = next((item for item in reversed(items) if " " not in item), "open")
    fields = [("item", item) for item in items]
    if fill:
        fields.append(("fill", str(fill)))
    return Case(f"bundle-{name}", expect, comment, "bundle", fields, payload)


def _good_bundles() -> Iterator[Case]:
    yield _case("one", "one envelope", _item(SINGLE), _told(SINGLE))
    several = (SINGLE, SMALL, DUAL, HYBRID, LONG)
    yield _case(
        "several",
        "envelopes of several suites and sizes",
        b"".join(map(_item, several)),
        *map(_told, several),
    )
    yield _case("twice", "an envelope twice", _item(SMALL) * 2, *[_told(SMALL)] * 2)
    yield _case(
        "biggest",
        "the longest envelope",
        b"\x59\x84\xa4" + BIGGEST[:4],
        _told(BIGGEST),
        fill=3 + len(BIGGEST),
    )
    start = _item(SINGLE) + b"\x5a" + MIN_BLOB.to_bytes(4, "big")
    yield _case(
        "blob",
        "an envelope, and a blob of the least length",
        start,
        _told(SINGLE),
        f"blob {len(start)} {MIN_BLOB}",
        fill=len(start) + MIN_BLOB,
    )


def _stepped_over() -> Iterator[Case]:
    behind = _item(SINGLE)
    cases = [
        ("nothing", "an empty byte string", b"\x40", "envelope-too-short"),
        ("short", "too short for an envelope", _item(SINGLE[:-1]), "envelope-too-short"),
        ("version", "an envelope of version 2", _item(b"\x02" + SINGLE[1:]), "envelope-version"),
        ("suite", "suite 03", _item(b"\x01\x03" + SINGLE[2:]), "envelope-suite"),
        ("length", "a length that no envelope has", _item(SMALL + b"\0"), "envelope-length"),
        ("text", "a text string", b"\x65hello", "bundle-item-type"),
        ("text-empty", "an empty text string", b"\x60", "bundle-item-type"),
    ]
    for name, comment, item, code in cases:
        yield _case(f"over-{name}", comment, item + behind, code, _told(SINGLE))
        yield _case(
            f"between-{name}",
            f"{comment}, behind an envelope",
            behind + item + behind,
            _told(SINGLE),
            code,
            _told(SINGLE),
        )
    lengths = [
        ("between", "longer than any envelope, shorter than any blob", b"\x59\x84\xa5", 33_957),
        ("below-blob", "one byte below the shortest blob", b"\x5a\x00\x01\x00\x28", 65_576),
        ("odd-blob", "one byte above the shortest blob", b"\x5a\x00\x01\x00\x2a", 65_578),
    ]
    for name, comment, head, size in lengths:
        yield _case(
            f"over-{name}",
            comment,
            behind + head,
            _told(SINGLE),
            "bundle-item-length",
            fill=len(behind + head) + size,
        )
    yield _case(
        "many-refused",
        "256 items that are nothing, then an envelope",
        b"\x40" * 256 + behind,
        *["envelope-too-short"] * 256,
        "bundle-too-many",
    )
    yield _case(
        "nearly-many-refused",
        "255 items that are nothing, then an envelope",
        b"\x40" * 255 + behind,
        *["envelope-too-short"] * 255,
        _told(SINGLE),
    )


def _ended() -> Iterator[Case]:
    good = _item(SMALL)
    cases = [
        ("integer", "a number", b"\x01"),
        ("negative", "a negative number", b"\x20"),
        ("array", "an array with an envelope in it", b"\x81" + good),
        ("map", "a map", b"\xa0"),
        ("tag", "a tagged byte string", b"\xc2" + good),
        ("null", "null", b"\xf6"),
        ("break", "a stop code", b"\xff"),
        ("indefinite", "an indefinite byte string", b"\x5f" + good + b"\xff"),
        ("reserved", "a reserved length", b"\x5c"),
        ("eight-bytes", "a length of eight bytes", b"\x5b" + (564).to_bytes(8, "big") + SMALL),
        ("long-1", "23 bytes with a length of one byte", b"\x58\x17" + bytes(23)),
        ("long-2", "119 bytes with a length of two bytes", b"\x59\x00\x77" + SINGLE),
        ("long-4", "564 bytes with a length of four bytes", b"\x5a\x00\x00\x02\x34" + SMALL),
        ("text-long", "a text with a length of one byte", b"\x78\x05hello"),
        ("json", "JSON", b'{"report":"x"}'),
    ]  # fmt: skip
    for name, comment, item in cases:
        yield _case(f"form-{name}", comment, good + item + good, _told(SMALL), "bundle-form")
    yield _case("empty", "a file of no bytes", b"", "bundle-empty")
    cuts = [
        ("head", "in the head", good + b"\x59\x02"),
        ("head-only", "behind a head's first byte", good + b"\x58"),
        ("item", "one byte before the end", good + good[:-1]),
        ("body", "behind a head", good + good[:3]),
        ("blob", "in a blob", good + b"\x5a\x00\x01\x00\x29" + bytes(9)),
        ("text", "in a text", good + b"\x65hell"),
        ("huge", "a blob of four gigabytes", good + b"\x5a\xff\xff\xff\xff"),
    ]
    for name, comment, data in cuts:
        yield _case(f"cut-{name}", f"cut off {comment}", data, _told(SMALL), "bundle-cut-off")
    yield _case("cut-first", "cut off in the first item", good[:40], "bundle-cut-off")


def _texts() -> Iterator[Case]:
    for name, envelope in (
        ("single", SINGLE),
        ("small", SMALL),
        ("dual", DUAL),
        ("hybrid", HYBRID),
    ):
        text = write_qr_text(envelope)
        yield _text(name, "open", f"{len(envelope)} bytes", text, ("envelope", envelope.hex()))
        yield Case(
            f"qr-write-{name}",
            "open",
            f"{len(envelope)} bytes",
            "qr-write",
            [("text", text)],
            envelope,
        )
    refused = [
        ("long", "qr-text-too-long", "8,244 bytes", LONG),
        ("short", "envelope-too-short", "118 bytes", SINGLE[:-1]),
        ("length", "envelope-length", "565 bytes", SMALL + b"\0"),
    ]
    for name, expect, comment, data in refused:
        yield Case(f"qr-write-{name}", expect, comment, "qr-write", (), data)


def _text(name: str, expect: str, comment: str, text: str, *fields: tuple[str, str]) -> Case:
    return Case(f"qr-text-{name}", expect, comment, "qr-text", fields, [text])


def _bad_texts() -> Iterator[Case]:
    text = write_qr_text(SINGLE)
    even = write_qr_text(SMALL)
    bad: Sequence[tuple[str, str, str, str]] = [
        ("empty", "length", "no text", ""),
        ("one-more", "length", "one character behind whole groups", even + "0"),
        ("too-long", "length", "more than one code holds", "0" * (MAX_TEXT + 3)),
        ("cut", "length", "the last character is missing", text[:-1]),
        ("small-letters", "alphabet", "small letters", text.lower()),
        ("space-before", "length", "a space in front", " " + even),
        ("lf-within", "alphabet", "a comma in it", even[:60] + "," + even[61:]),
        ("arabic-digit", "alphabet", "a digit of another script", even[:-1] + "\u0661"),
        ("wide", "alphabet", "a fullwidth letter", even[:9] + "\uff21" + even[10:]),
        ("value-3", "value", "three characters for 65,536", even[:-3] + _group(65_536, 3)),
        ("value-most", "value", "three of the last character", even[:-3] + ALPHABET[-1] * 3),
        ("value-2", "value", "two characters for 256", text[:-2] + _group(256, 2)),
    ]
    for name, code, comment, line in bad:
        yield _text(f"bad-{name}", f"qr-text-{code}", comment, line)
    forms = [
        ("short", "too-short", "an envelope of 118 bytes", even[: 118 // 2 * 3]),
        ("version", "version", "version 2", _group(0x0201, 3) + even[3:]),
        ("suite", "suite", "suite 03", _group(0x0103, 3) + even[3:]),
        ("length", "length", "two bytes too many", even + "000"),
    ]
    for name, code, comment, line in forms:
        yield _text(f"bad-{name}", f"envelope-{code}", comment, line)


def _group(number: int, count: int) -> str:
    return "".join(ALPHABET[number // 45**place % 45] for place in range(count))

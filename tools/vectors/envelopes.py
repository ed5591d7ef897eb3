"""Vectors of envelopes: opened, refused by form, and not opened."""

from collections.abc import Iterator

from crypto.envelope import Suite, write_header
from tools.vectors.boxes import (
    HybridBoxes,
    report_info,
    seal_box,
    seal_low_order_box,
    seal_low_order_hybrid,
)
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, key_fields, public_key
from tools.vectors.sealers import CONTENT, EnvelopeMaker, envelope_case, pad, result_fields


def make_envelopes(boxes: HybridBoxes) -> Iterator[Case]:
    """Cases of kind `envelope`: opened, refused by form, and not opened."""
    maker = EnvelopeMaker(boxes)
    yield from _opened(maker)
    yield from _refused_by_form(maker)
    yield from _not_opened(maker)


def _opened(maker: EnvelopeMaker) -> Iterator[Case]:
    cases = [
        (Suite.SEALED_BOX, 1, CONTENT, 512, "the shortest length class"),
        (Suite.SEALED_BOX, 2, CONTENT, 2048, "a follow-up"),
        (Suite.SEALED_BOX, 1, CONTENT, 8192, "the third length class"),
        (Suite.SEALED_BOX, 1, b"", 67, "no content, one text"),
        (Suite.SEALED_BOX, 1, CONTENT, 176, "two texts"),
        (Suite.SEALED_BOX, 1, CONTENT * 40, 1658, "fifteen texts"),
        (Suite.SEALED_BOX, 3, b"\x80" + bytes(400), 512, "content that looks like padding"),
        (Suite.SEALED_BOX, 1, b"x" * 501, 512, "content that leaves one byte for the padding"),
        (Suite.HYBRID, 1, CONTENT, 512, "the shortest length class"),
        (Suite.HYBRID, 3, CONTENT, 2048, "a record"),
        (Suite.DUAL_SEALED_BOX, 1, CONTENT, 512, "the shortest length class"),
        (Suite.DUAL_SEALED_BOX, 1, CONTENT, 128, "two texts, the fewest for two layers"),
        (Suite.DUAL_SEALED_BOX, 1, CONTENT, 1610, "fifteen texts"),
        (Suite.DUAL_HYBRID, 1, CONTENT, 512, "the shortest length class"),
        (Suite.DUAL_HYBRID, 2, CONTENT, 2048, "a follow-up"),
    ]
    for number, (suite, kind, content, padded, comment) in enumerate(cases):
        name = f"{suite:02x}-open-{number:02}-{padded}"
        envelope = maker.seal(name, suite, pad(suite, kind, content, padded))
        yield envelope_case(name, "open", comment, suite, envelope, *result_fields(kind, content))
    for epoch in (0, 65535):
        suite = Suite.HYBRID
        name = f"02-epoch-{epoch}"
        envelope = maker.seal(name, suite, pad(suite, 1, CONTENT, 512), epoch)
        fields = [*key_fields(suite, epoch), *result_fields(1, CONTENT)]
        yield Case(
            f"envelope-{name}",
            "open",
            "an epoch at the edge of its range",
            "envelope",
            fields,
            envelope,
        )


def _refused_by_form(maker: EnvelopeMaker) -> Iterator[Case]:
    good = {
        suite: maker.seal(f"{suite:02x}-good", suite, pad(suite, 1, CONTENT, 512))
        for suite in Suite
    }
    one = good[Suite.SEALED_BOX]
    text = maker.seal("", Suite.SEALED_BOX, pad(1, 1, b"", 67))
    several = maker.seal("", Suite.SEALED_BOX, pad(1, 1, CONTENT, 176))
    cases = [
        ("empty", "too-short", "nothing at all", b""),
        ("header-cut", "too-short", "three bytes", one[:3]),
        ("header-alone", "too-short", "a header and no box", one[:4]),
        ("text-cut", "too-short", "one byte less than the shortest envelope", text[:-1]),
        ("version-00", "version", "version 0", b"\x00" + one[1:]),
        ("version-02", "version", "version 2", b"\x02" + one[1:]),
        ("version-mark", "version", "a sealed text in place of its bytes", b":" + one[1:]),
        ("suite-00", "suite", "suite 00", b"\x01\x00" + one[2:]),
        ("suite-03", "suite", "suite 03", b"\x01\x03" + one[2:]),
        ("suite-10", "suite", "suite 10", b"\x01\x10" + one[2:]),
        ("suite-ff", "suite", "suite ff", b"\x01\xff" + one[2:]),
        ("01-cut", "length", "the last byte is missing", one[:-1]),
        ("01-longer", "length", "one byte more", one + b"\x00"),
        ("02-cut", "length", "the last byte is missing", good[Suite.HYBRID][:-1]),
        ("11-cut", "length", "the last byte is missing", good[Suite.DUAL_SEALED_BOX][:-1]),
        ("12-longer", "length", "one byte more", good[Suite.DUAL_HYBRID] + b"\x00"),
        ("01-as-02", "length", "suite 02 with a length of suite 01", b"\x01\x02" + one[2:]),
        ("11-one-text", "length", "two layers do not fit into one text", b"\x01\x11" + text[2:]),
        ("02-two-texts", "length", "suite 02 does not travel by SMS", b"\x01\x02" + several[2:]),
        (
            "01-sixteen-texts",
            "length",
            "one text more than there may be",
            one[:4] + bytes(114 * 16 - 4),
        ),
    ]
    for name, code, comment, envelope in cases:
        suite = (
            Suite(envelope[1]) if envelope[1:2] in (b"\x02", b"\x11", b"\x12") else Suite.SEALED_BOX
        )
        yield envelope_case(f"form-{name}", f"envelope-{code}", comment, suite, envelope)


def _not_opened(maker: EnvelopeMaker) -> Iterator[Case]:
    for suite in Suite:
        label = f"{suite:02x}"
        good = maker.seal(f"{label}-good", suite, pad(suite, 1, CONTENT, 512))
        top = 4 + 1119 if suite == Suite.HYBRID else 4 + 31
        flips = [
            ("first-byte", 4, 0x01, "the box's first byte"),
            ("top-bit", top, 0x80, "the top bit of the ephemeral key, which X25519 ignores"),
            ("middle", len(good) // 2, 0x10, "the middle of the box"),
            ("last-byte", len(good) - 1, 0x01, "the last byte"),
        ]
        for name, at, bit, comment in flips:
            flipped = good[:at] + bytes((good[at] ^ bit,)) + good[at + 1 :]
            yield envelope_case(
                f"{label}-changed-{name}", "box-not-opened", f"changed: {comment}", suite, flipped
            )
        yield envelope_case(
            f"{label}-no-key",
            "no-key",
            "sealed for an epoch whose seed is not here",
            suite,
            good[:2] + (EPOCH + 1).to_bytes(2, "big") + good[4:],
        )
        for lock in suite.locks:
            yield Case(
                f"envelope-{label}-other-seed-{lock.lower()}",
                "box-not-opened",
                f"another seed for lock {lock}",
                "envelope",
                key_fields(suite, wrong=lock),
                good,
            )
    yield from _hybrid_not_opened(maker)
    yield from _low_order(maker)
    plain = pad(0x11, 1, CONTENT, 512)
    swapped = seal_box(
        seal_box(plain, public_key(Suite.DUAL_SEALED_BOX, "A")),
        public_key(Suite.DUAL_SEALED_BOX, "B"),
    )
    yield envelope_case(
        "11-layers-swapped",
        "box-not-opened",
        "lock B outside and lock A inside",
        Suite.DUAL_SEALED_BOX,
        write_header(Suite.DUAL_SEALED_BOX, EPOCH) + swapped,
    )
    inner = seal_box(plain, public_key(Suite.DUAL_SEALED_BOX, "B"))
    changed = inner[:-1] + bytes((inner[-1] ^ 1,))
    yield envelope_case(
        "11-inner-changed",
        "box-not-opened",
        "the inner box was changed, the outer one is whole",
        Suite.DUAL_SEALED_BOX,
        write_header(Suite.DUAL_SEALED_BOX, EPOCH)
        + seal_box(changed, public_key(Suite.DUAL_SEALED_BOX, "A")),
    )
    single = seal_box(pad(1, 1, CONTENT, 512), public_key(Suite.SEALED_BOX, "A"))
    yield Case(
        "envelope-01-dual-keys",
        "no-key",
        "a single suite in an epoch of two locks",
        "envelope",
        key_fields(Suite.DUAL_SEALED_BOX),
        write_header(Suite.SEALED_BOX, EPOCH) + single,
    )


def _hybrid_not_opened(maker: EnvelopeMaker) -> Iterator[Case]:
    suite = Suite.HYBRID
    public = public_key(suite, "A")
    plain = pad(suite, 1, CONTENT, 512)
    infos = [
        ("info-empty", b"", "an empty info"),
        ("info-no-header", b"heliograph/report/v1", "an info without the header"),
        (
            "info-epoch",
            report_info(suite, EPOCH + 1),
            "an info for another epoch: the epoch is bound",
        ),
        ("info-suite", report_info(Suite.DUAL_HYBRID, EPOCH), "an info for another suite"),
    ]
    for name, info, comment in infos:
        box = maker.boxes.seal(name, plain, public, info)
        yield envelope_case(
            f"02-{name}", "box-not-opened", comment, suite, write_header(suite, EPOCH) + box
        )
    suite = Suite.DUAL_HYBRID
    box = maker.boxes.seal(
        "info-12", plain, public_key(suite, "B"), report_info(Suite.HYBRID, EPOCH)
    )
    yield envelope_case(
        "12-info-suite",
        "box-not-opened",
        "the inner info is of another suite",
        suite,
        write_header(suite, EPOCH) + seal_box(box, public_key(suite, "A")),
    )


def _low_order(maker: EnvelopeMaker) -> Iterator[Case]:
    told = "its secret is known to everybody: a reader that does not refuse it opens this"
    suite = Suite.SEALED_BOX
    plain = pad(suite, 1, CONTENT, 512)
    box = seal_low_order_box(plain, public_key(suite, "A"))
    yield envelope_case(
        "01-low-order", "box-not-opened", told, suite, write_header(suite, EPOCH) + box
    )
    suite = Suite.HYBRID
    plain = pad(suite, 1, CONTENT, 512)
    public, info = public_key(suite, "A"), report_info(suite, EPOCH)
    box = maker.boxes.seal("low-order", plain, public, info, seal_low_order_hybrid)
    yield envelope_case(
        "02-low-order", "box-not-opened", told, suite, write_header(suite, EPOCH) + box
    )

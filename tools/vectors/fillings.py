"""Vectors of envelopes whose boxes open to something wrong, and of peeled envelopes."""

from collections.abc import Iterator

from crypto.envelope import SEALED_BOX_OVERHEAD, Suite, write_header
from crypto.locks import derive_lock
from tools.vectors.boxes import HybridBoxes, report_info, seal_box
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, REPORT_ID, key_fields, public_key
from tools.vectors.sealers import CONTENT, EnvelopeMaker, envelope_case, pad, result_fields


def make_fillings(boxes: HybridBoxes) -> Iterator[Case]:
    """Cases of kind `envelope` and `peeled`."""
    maker = EnvelopeMaker(boxes)
    yield from _badly_filled(maker)
    yield from _peeled(maker)


def _badly_filled(maker: EnvelopeMaker) -> Iterator[Case]:
    for suite in Suite:
        other = Suite(suite ^ 0x03)
        name = f"{suite:02x}-suite-inside"
        envelope = maker.seal(name, suite, pad(other, 1, CONTENT, 512))
        yield envelope_case(name, "suite-mismatch", "sealed as another suite says", suite, envelope)
    suite = Suite.SEALED_BOX
    inside = bytes((suite, 1)) + REPORT_ID
    plains = [
        ("none", inside + bytes(502), "no 80 anywhere after the suite, zeros to the end"),
        ("full", inside + b"\x41" * 502, "no padding at all"),
        ("ones", inside + b"\xff" * 502, "ff in place of padding"),
        ("after", pad(suite, 1, CONTENT, 512)[:-1] + b"\x01", "a last byte that is not zero"),
        (
            "early",
            bytes((suite, 1)) + b"\x80" + bytes(509),
            "padding that begins inside the report id",
        ),
        ("suite-alone", bytes((suite,)) + b"\x80" + bytes(510), "padding that begins at the kind"),
    ]
    for label, plain, comment in plains:
        name = f"01-padding-{label}"
        yield envelope_case(name, "padding-invalid", comment, suite, maker.seal(name, suite, plain))
    for suite, kind in ((Suite.SEALED_BOX, 0), (Suite.SEALED_BOX, 4), (Suite.DUAL_HYBRID, 255)):
        name = f"{suite:02x}-kind-{kind:03}"
        envelope = maker.seal(name, suite, pad(suite, kind, CONTENT, 512))
        yield envelope_case(name, "kind-unknown", "a kind that does not exist", suite, envelope)


def _peeled(maker: EnvelopeMaker) -> Iterator[Case]:
    for suite in (Suite.DUAL_SEALED_BOX, Suite.DUAL_HYBRID):
        label = f"{suite:02x}"
        plain = pad(suite, 1, CONTENT, 512)
        layer = suite.hybrid_lock == "B"
        public = public_key(suite, "B")
        if layer:
            inner = maker.boxes.seal(f"{label}-peeled", plain, public, report_info(suite, EPOCH))
        else:
            inner = seal_box(plain, public)
        header = write_header(suite, EPOCH)
        fields = [("seed B", dict(key_fields(suite))["seed B"])]
        yield Case(
            f"peeled-{label}-open",
            "open",
            "a header and the inner box",
            "peeled",
            [*fields, *result_fields(1, CONTENT)],
            header + inner,
        )
        cases = [
            (
                "changed",
                "box-not-opened",
                "the last byte is changed",
                header + inner[:-1] + bytes((inner[-1] ^ 1,)),
            ),
            ("cut", "envelope-length", "the last byte is missing", header + inner[:-1]),
            (
                "whole",
                "envelope-length",
                "not peeled yet",
                header + bytes(SEALED_BOX_OVERHEAD) + inner,
            ),
        ]
        for name, expect, comment, payload in cases:
            yield Case(f"peeled-{label}-{name}", expect, comment, "peeled", fields, payload)
    wrong = derive_lock(bytes(32), Suite.SEALED_BOX, "A").public
    yield Case(
        "peeled-01-single",
        "no-key",
        "a single suite has nothing to peel",
        "peeled",
        fields,
        write_header(Suite.SEALED_BOX, EPOCH) + seal_box(pad(1, 1, CONTENT, 464), wrong),
    )
